"""Clients that send in halves to the process of the event streams: its own settings and worker, really running."""

import socket
from contextlib import ExitStack, closing
from pathlib import Path

from adapters.places import ROOT
from tests.integration.test_slow_clients import HALVES, HEALTH, ask, connected, everything, is_open, running

APP = """
import threading
TOLD, MANY = threading.Condition(), [0]
def app(environ, start):
    if environ["PATH_INFO"] == "/stream":
        start("200 OK", [("Content-Type", "text/event-stream")])
        return lines(MANY[0])
    if environ["PATH_INFO"] == "/tell":
        with TOLD:
            MANY[0] += 1
            TOLD.notify_all()
    said = b"%s:0\\n" % environ["PATH_INFO"].encode()
    start("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(said)))])
    return [said]
def lines(heard):
    yield b"open;"
    while True:
        with TOLD:
            TOLD.wait_for(lambda: MANY[0] > heard)
            heard = MANY[0]
        yield b"told %d;" % heard
"""
FEW = """
from operations.gunicorn_arriving import ArrivingWorker
ArrivingWorker.receive_seconds = {seconds}
threads = 20
"""
LONG, SHORT = 600.0, 0.3  # seconds: longer than any test runs; at once
STREAM = HEALTH.replace(b"/healthz", b"/stream")
TELL = HEALTH.replace(b"/healthz", b"/tell")
STALLED, OPEN = 60, 5  # three times as many as threads; streams


def serve(place: Path, ended: ExitStack, seconds: float) -> int:
    settings = (ROOT / "operations" / "gunicorn_events.py").read_text()
    (place / "server.py").write_text(settings + FEW.format(seconds=seconds))
    (place / "application.py").write_text(APP)
    return running(place, ended)


def opened(port: int) -> socket.socket:
    one = connected(port)
    one.settimeout(20)
    one.sendall(STREAM)
    heard(one, b"open;")
    return one


def heard(one: socket.socket, words: bytes) -> None:
    """The stream goes on until it says so."""
    said = b""
    while words not in said:
        more = one.recv(65536)
        assert more, said
        said += more


def test_halves_take_no_streams_thread(tmp_path: Path) -> None:
    """Judged by counting: all that stall are still waited for while streams go on and others begin."""
    with ExitStack() as ended:
        port = serve(tmp_path, ended, LONG)
        streams = [ended.enter_context(closing(opened(port))) for _ in range(OPEN)]
        stalled = [ended.enter_context(closing(connected(port))) for _ in range(STALLED)]
        for at, one in enumerate(stalled):
            one.sendall(HALVES["half a head" if at % 2 else "half a body"])
        streams += [ended.enter_context(closing(opened(port))) for _ in range(OPEN)]
        assert ask(port, TELL).endswith(b"/tell:0\n")
        for one in streams:
            heard(one, b"told 1;")
        assert [one for one in stalled if not is_open(one)] == []


def test_a_half_request_is_cut_off_and_an_open_stream_is_not(tmp_path: Path) -> None:
    with ExitStack() as ended:
        port = serve(tmp_path, ended, SHORT)
        stream = ended.enter_context(closing(opened(port)))
        half = ended.enter_context(closing(connected(port)))
        half.sendall(HALVES["half a head"])
        assert everything(half) == b""
        ask(port, TELL)
        heard(stream, b"told 1;")


def test_a_stream_whose_page_has_gone_frees_its_thread(tmp_path: Path) -> None:
    with ExitStack() as ended:
        port = serve(tmp_path, ended, LONG)
        for _ in range(50):  # more than there are threads
            opened(port).close()
            assert ask(port, TELL).endswith(b"/tell:0\n")
