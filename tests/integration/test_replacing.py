"""A port that never refuses, and processes replaced while they serve: real servers, asked without a pause."""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from adapters.places import ROOT
from operations.listening import HeldPort
from operations.processes import Fleet, NotStarted, ProcessSpec
from operations.ready import AnswersHttp
from tests.rig.ports import free_ports
from tests.rig.waiting import until

# the web server's own settings, with an application that is there at once
APP = """
import os
def app(environ, start):
    if environ["PATH_INFO"] == "/slow":
        __import__("time").sleep(1.5)
    start("200 OK", [("Content-Type", "text/plain")])
    return [os.environ["RELEASE"].encode()]
"""
SERVER = (sys.executable, "-m", "gunicorn", "-c", "server.py", "application:app")
ADDED = "\nworkers = 1\ngraceful_timeout = 4\n"  # as the web server's: the other's streams are not waited for


class Asking:
    """A provider that asks on and on, each time by a new connection, and keeps what it was answered."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.answers: list[str] = []
        self.refused: list[str] = []
        self.longest = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._ask, daemon=True)

    def __enter__(self) -> "Asking":
        self._thread.start()
        until(lambda: self.answers, 20, lambda: f"never answered: {self.refused}")
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def heard(self, words: str) -> bool:
        return self.answers[-1] == words

    def _ask(self) -> None:
        while not self._over.is_set():
            begun = time.monotonic()
            try:
                self.answers.append(requests.get(self.url, timeout=15, headers={"Connection": "close"}).text)
            except requests.ConnectionError as error:
                self.refused.append(str(error))
            self.longest = max(self.longest, time.monotonic() - begun)


@pytest.fixture
def port() -> int:
    return free_ports(1)[0]


def server(port: int, directory: Path) -> ProcessSpec:
    """Gunicorn as the service starts it, but for the application."""
    (directory / "application.py").write_text(APP)
    settings = (ROOT / "operations" / "gunicorn_events.py").read_text()
    (directory / "server.py").write_text(settings + ADDED)
    argv = (*SERVER[:4], str(directory / "server.py"), "--pythonpath", str(directory), SERVER[-1])
    ready = AnswersHttp("127.0.0.1", port, "/")
    return ProcessSpec("web", argv, ready, {"EVENTS_PORT": str(port)}, listens=("127.0.0.1", port), replaced=True)


@pytest.fixture
def fleet(port: int, tmp_path: Path) -> Iterator[Fleet]:
    made = Fleet({"RELEASE": "old"}, tmp_path, (server(port, tmp_path),))
    made.start()
    yield made
    made.stop()


def test_a_killed_server_is_waited_for_and_refuses_nobody(fleet: Fleet, port: int) -> None:
    with Asking(f"http://127.0.0.1:{port}/") as provider:
        first = fleet.pid("web")
        fleet.kill("web", signal.SIGKILL)
        until(lambda: fleet.starts("web") == 2, 10, lambda: "it is not started again")
        answered = len(provider.answers)
        until(lambda: len(provider.answers) > answered, 20, lambda: "nobody answers again")
    assert fleet.pid("web") != first
    assert [words for words in provider.refused if "refused" in words.lower()] == []
    assert len(provider.refused) <= 1, "only who was being answered at that moment may be cut off"


def test_a_replaced_server_finishes_what_it_has_begun_and_nobody_is_refused(
    fleet: Fleet, port: int, tmp_path: Path
) -> None:
    slow: list[str] = []
    with Asking(f"http://127.0.0.1:{port}/") as provider:
        older = fleet.pid("web")
        asked = threading.Thread(target=lambda: slow.append(requests.get(f"{provider.url}slow", timeout=15).text))
        asked.start()
        fleet.replace(server(port, tmp_path), {"RELEASE": "new"})
        until(lambda: provider.heard("new"), 10, lambda: "the newer one never answers")
        asked.join()
        until(lambda: not Path(f"/proc/{older}").exists(), 10, lambda: "the older one does not leave")
        assert requests.get(provider.url, timeout=15).text == "new"
    assert provider.refused == []
    assert slow[0] in ("old", "new")
    assert provider.answers.index("new") > 0, "the older one served until the newer did"
    assert (tmp_path / "var/run/web.pid").read_text().strip() == str(fleet.pid("web"))


def test_what_does_not_become_ready_replaces_nobody(fleet: Fleet, port: int, tmp_path: Path) -> None:
    older = fleet.pid("web")
    broken = ProcessSpec("web", (sys.executable, "-c", "raise SystemExit('not today')"), replaced=True)
    with Asking(f"http://127.0.0.1:{port}/") as provider:
        with pytest.raises(NotStarted) as told:
            fleet.replace(broken, {"RELEASE": "new"})
        assert "not today" in told.value.log
        assert fleet.pid("web") == older
        answered = len(provider.answers)
        until(lambda: len(provider.answers) > answered, 10, lambda: "the older one serves no more")
    assert provider.refused == []
    assert set(provider.answers) == {"old"}


def test_a_newer_program_that_is_not_there_replaces_nobody_and_everybody_is_still_watched(
    fleet: Fleet, port: int
) -> None:
    begun = time.monotonic()
    with pytest.raises(NotStarted):
        fleet.replace(ProcessSpec("web", ("/nowhere/python",), replaced=True), {"RELEASE": "new"}, seconds=5)
    assert time.monotonic() - begun < 4, "whoever asks is told at once"
    assert requests.get(f"http://127.0.0.1:{port}/", timeout=5).text == "old"
    fleet.kill("web", signal.SIGKILL)
    until(lambda: fleet.starts("web") == 2, 10, lambda: "nobody looks after it any more")


def test_whatever_goes_wrong_with_one_the_others_are_still_watched(tmp_path: Path) -> None:
    sleeps = (sys.executable, "-c", "import time; time.sleep(600)")
    fleet = Fleet({}, tmp_path, (ProcessSpec("one", sleeps), ProcessSpec("two", sleeps)))
    fleet.start()
    try:
        (tmp_path / "var/run/one.pid").unlink()
        (tmp_path / "var/run/one.pid").mkdir()  # its death cannot be told
        fleet.kill("one")
        fleet.kill("two")
        until(lambda: fleet.starts("two") == 2, 10, lambda: "nobody looks after it any more")
    finally:
        fleet.stop()


def test_an_older_one_that_dies_meanwhile_does_not_hide_that_the_newer_serves(tmp_path: Path) -> None:
    go = tmp_path / "go"
    says = f"import os, time\nwhile not os.path.exists({str(go)!r}): time.sleep(0.02)\n"
    says += "open(os.environ['SERVING_READY_FILE'], 'w').close(); time.sleep(600)"
    newer = ProcessSpec("one", (sys.executable, "-c", says), replaced=True)
    fleet = Fleet({}, tmp_path, (ProcessSpec("one", (sys.executable, "-c", "import time; time.sleep(600)")),))
    fleet.start()
    try:
        asking = threading.Thread(target=lambda: fleet.replace(newer, {}, seconds=10))
        asking.start()
        until(lambda: fleet._children["one"].replacement and fleet._children["one"].replacement.successor, 5, str)
        successor = fleet._children["one"].replacement.successor.pid  # type: ignore[union-attr]
        fleet.kill("one")
        until(lambda: fleet.starts("one") == 2, 10, lambda: "the older one is not started again")
        go.touch()
        asking.join()
        assert fleet.pid("one") == successor
    finally:
        fleet.stop()


def test_who_is_meant_to_be_down_refuses_at_once(fleet: Fleet, port: int) -> None:
    fleet.pause_restart("web")
    fleet.kill("web")
    until(lambda: fleet.pid("web") is None, 5, lambda: "it does not die")
    with pytest.raises(requests.ConnectionError):
        requests.get(f"http://127.0.0.1:{port}/", timeout=5)
    fleet.resume("web")
    fleet.wait_ready("web")
    assert requests.get(f"http://127.0.0.1:{port}/", timeout=5).text == "old"


def test_a_stop_ends_the_older_the_newer_and_gives_the_port_back(port: int, tmp_path: Path) -> None:
    fleet = Fleet({"RELEASE": "old"}, tmp_path, (server(port, tmp_path),))
    fleet.start()
    everyone = {*fleet.members("web")}
    fleet.replace(server(port, tmp_path), {"RELEASE": "new"})
    everyone |= {*fleet.members("web")}
    fleet.stop()
    assert [pid for pid in everyone if os.path.exists(f"/proc/{pid}")] == []
    HeldPort("127.0.0.1", port).open()


def test_a_port_of_another_program_is_told_before_anything_starts(port: int, tmp_path: Path) -> None:
    other = HeldPort("127.0.0.1", port)
    other.open()
    with pytest.raises(NotStarted, match="port"):
        Fleet({"RELEASE": "old"}, tmp_path, (server(port, tmp_path),)).start()
    other.close()
