"""Clients that send in halves, drip, or never hang up: the web server's own settings and worker, really running."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest

from adapters.places import ROOT
from operations.whole_request import WHOLE_BYTES
from tests.rig.ports import free_ports
from tests.rig.waiting import until

APP = """
def app(environ, start):
    body = environ["wsgi.input"].read()
    said = b"%s:%d\\n" % (environ["PATH_INFO"].encode(), len(body))
    start("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(said)))])
    return [said]
"""
PATIENT = """
from operations.gunicorn_thread import CountingWorker
class Patient(CountingWorker):
    receive_seconds = {seconds}
worker_class = Patient
"""
LONG = 600.0  # seconds: longer than any test runs, so that nobody is cut off because the machine is slow
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: city\r\nConnection: close\r\n\r\n"
STALLED = 150
ASKED = 40

Serve = Callable[..., int]


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """The port of a server that waits so long for a request; one for all who ask for the same."""
    ports: dict[tuple[float, str], int] = {}
    with ExitStack() as ended:

        def started(seconds: float, added: str = "") -> int:
            if (seconds, added) not in ports:
                place = tmp_path_factory.mktemp("server")
                settings = (ROOT / "operations" / "gunicorn_web.py").read_text()
                (place / "server.py").write_text(settings + PATIENT.format(seconds=seconds) + added)
                ports[seconds, added] = _started(place, ended)
            return ports[seconds, added]

        yield started


def _started(place: Path, ended: ExitStack) -> int:
    (place / "application.py").write_text(APP)
    return running(place, ended)


def running(place: Path, ended: ExitStack) -> int:
    """The port of a server with the settings and the application in ``place``, once it answers."""
    [port] = free_ports(1)
    argv = [sys.executable, "-m", "gunicorn", "-c", str(place / "server.py"), "--pythonpath", str(place)]
    with open(place / "said.txt", "wb") as told:
        process = subprocess.Popen(
            [*argv, "application:app"],
            cwd=ROOT, env={**os.environ, "WEB_PORT": str(port), "EVENTS_PORT": str(port)}, stdout=told, stderr=told,
        )  # fmt: skip
    ended.callback(_end, process)
    until(lambda: _answers(port), 60, lambda: (place / "said.txt").read_text())
    return port


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(20)
    finally:
        process.kill()
        process.wait()


def _answers(port: int) -> bool:
    with suppress(OSError):
        return ask(port, HEALTH).endswith(b"/healthz:0\n")
    return False


def ask(port: int, *parts: bytes) -> bytes:
    """All that is answered, until the server hangs up."""
    with connected(port) as one:
        for part in parts:
            one.sendall(part)
        return everything(one)


def connected(port: int) -> socket.socket:
    one = socket.create_connection(("127.0.0.1", port), timeout=60)
    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return one


def everything(one: socket.socket) -> bytes:
    return b"".join(iter(lambda: one.recv(65536), b""))


def is_open(one: socket.socket) -> bool:
    """Nothing has come from the server: no word, no end."""
    one.setblocking(False)
    try:
        one.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        one.settimeout(60)
    return False


def posted(length: int, body: bytes = b"", more: bytes = b"") -> bytes:
    return b"POST /voice HTTP/1.1\r\nHost: city\r\n%sContent-Length: %d\r\n\r\n%s" % (more, length, body)


HALVES = {
    "half a head": HEALTH[:-10],
    "nothing": b"",
    "half a body": posted(100, b"x" * 50),
    "a whole one and half of the next": HEALTH.replace(b"Connection: close\r\n", b"") + HEALTH[:30],
    "half of a long body": posted(1_000_000, b"x" * WHOLE_BYTES),
    "half a body in chunks": b"POST / HTTP/1.1\r\nHost: city\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
}


def _stalled(port: int, kind: str) -> socket.socket:
    one = connected(port)
    one.sendall(HALVES[kind])
    if kind.startswith("a whole one"):
        answer = one.recv(65536)
        while not answer.endswith(b"/healthz:0\n"):
            answer += one.recv(65536)
    return one


def test_clients_that_stop_in_mid_request_take_no_thread_from_those_who_do_not(serve: Serve) -> None:
    """Judged by counting: all that stall are still waited for while everybody else is answered."""
    port = serve(LONG)
    kinds = list(HALVES)[:4]  # a long one takes a thread after all: the next test
    with ExitStack() as ended:
        stalled = [ended.enter_context(closing(_stalled(port, kinds[at % 4]))) for at in range(STALLED)]
        drips = ended.enter_context(closing(connected(port)))
        for at in range(ASKED):
            drips.sendall(HEALTH[at : at + 1])
            assert ask(port, HEALTH).endswith(b"/healthz:0\n")
        assert [one for one in (*stalled, drips) if not is_open(one)] == []
        drips.sendall(HEALTH[ASKED:])
        assert everything(drips).endswith(b"/healthz:0\n"), "slow is not lost"


@pytest.mark.parametrize("kind", ["half of a long body", "half a body in chunks"])
def test_long_requests_that_stall_hold_few_threads(serve: Serve, kind: str) -> None:
    port = serve(LONG, "workers = 1\nRECEIVE_SECONDS = 600\n")
    with ExitStack() as ended:
        stalled = [ended.enter_context(closing(_stalled(port, kind))) for _ in range(30)]
        assert [ask(port, HEALTH)[-11:] for _ in range(ASKED)] == [b"/healthz:0\n"] * ASKED
        assert len([one for one in stalled if is_open(one)]) == 30, "none had to be cut off for it"
        stalled.pop().close()
    assert ask(port, posted(200_000, more=b"Connection: close\r\n"), b"x" * 200_000).endswith(b"/voice:200000\n")


def test_a_client_that_goes_on_dripping_is_cut_off_all_the_same(serve: Serve) -> None:
    port = serve(0.3)
    for kind in ("half a head", "half a body"):
        with connected(port) as drips:
            drips.sendall(HALVES[kind][:-2])

            def cut_off(one: socket.socket = drips) -> bool:
                with suppress(OSError):
                    one.sendall(b"x")
                    return not is_open(one)
                return True

            until(cut_off, 30, lambda: "it may drip for ever")
    assert ask(port, HEALTH).endswith(b"/healthz:0\n")


def test_where_there_is_no_room_the_slowest_makes_it(serve: Serve) -> None:
    port = serve(LONG, "workers = 1\nworker_connections = 40\n")
    with ExitStack() as ended:
        stalled = [ended.enter_context(closing(_stalled(port, "half a head"))) for _ in range(60)]
        assert ask(port, HEALTH).endswith(b"/healthz:0\n")
        still = [is_open(one) for one in stalled]
    assert not any(still[:20])
    assert all(still[-30:])


@pytest.mark.parametrize(
    ("parts", "answers"),
    [
        ([posted(5, b"ab"), b"cde", HEALTH], [b"/voice:5", b"/healthz:0"]),
        ([posted(5, b"abcde") + posted(3, b"abc") + HEALTH], [b"/voice:5", b"/voice:3", b"/healthz:0"]),
        ([posted(5, b"abcde") + posted(3, b"a")[:-20], posted(3, b"a")[-20:], b"bc" + HEALTH],
         [b"/voice:5", b"/voice:3", b"/healthz:0"]),
        ([posted(WHOLE_BYTES, b"x" * WHOLE_BYTES) + HEALTH], [b"/voice:%d" % WHOLE_BYTES, b"/healthz:0"]),
        ([HALVES["half a body in chunks"] + b"cde\r\n", b"0\r\n\r\n", HEALTH], [b"/:5", b"/healthz:0"]),
        ([posted(3, more=b"Expect: 100-continue\r\n"), b"abc", HEALTH],
         [b"HTTP/1.1 100 Continue", b"/voice:3", b"/healthz:0"]),
        ([b"GET /healthz HTTP/9\r\n\r\n"], [b"HTTP/1.1 400"]),
        ([posted(5, more=b"Content-Length: 5\r\n"), HEALTH], [b"HTTP/1.1 400"]),
        ([b"GET / HTTP/1.1\r\n" + b"X: " + b"x" * 40_000 + b"\r\n\r\n"], [b"HTTP/1.1 431"]),
    ],
)  # fmt: skip
def test_what_comes_in_pieces_or_at_once_is_answered_in_its_turn(
    serve: Serve, parts: list[bytes], answers: list[bytes]
) -> None:
    said = ask(serve(LONG), *parts)
    places = [said.find(answer) for answer in answers]
    assert -1 not in places, said
    assert places == sorted(places)
