"""The fleet with real processes: stand-ins that behave well, badly, or leave children behind."""

import os
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from operations.child import FIRST_PAUSE_SECONDS
from operations.ports import busy
from operations.processes import Fleet, NotStarted, ProcessSpec
from operations.ready import AnswersHttp, AnswersPing, is_ready
from operations.sessions import end_leftovers, members, nobody_left
from operations.specs import store_spec
from tests.rig.ports import free_ports

SLEEPS = "import time; time.sleep(600)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
)
FORKS = "import os, time; os.fork() or os.setpgid(0, 0); time.sleep(600)"
LEAVES_WHEN_TOLD = "import os, time\nwhile not os.path.exists({!r}): time.sleep(0.02)"


def spec(name: str, program: str, **more: object) -> ProcessSpec:
    return ProcessSpec(name, (sys.executable, "-c", program), **more)  # type: ignore[arg-type]


def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


@pytest.fixture
def made() -> Iterator[list[Fleet]]:
    fleets: list[Fleet] = []
    yield fleets
    for fleet in fleets:
        fleet.stop()


@pytest.fixture
def short() -> Iterator[Path]:
    """A private directory with a path short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="one-number-") as directory:
        yield Path(directory)


def started(made: list[Fleet], root: Path, *specs: ProcessSpec, environment: dict[str, str] | None = None) -> Fleet:
    fleet = Fleet(environment or {}, root, specs)
    made.append(fleet)
    fleet.start()
    return fleet


def pid_of(fleet: Fleet, name: str) -> int:
    pid = fleet.pid(name)
    assert pid is not None
    return pid


def test_a_killed_process_is_started_again(made: list[Fleet], tmp_path: Path) -> None:
    fleet = started(made, tmp_path, spec("one", SLEEPS), spec("two", SLEEPS))
    first, other = pid_of(fleet, "one"), pid_of(fleet, "two")
    fleet.kill("one")
    until(lambda: fleet.pid("one") not in (None, first))
    assert not alive(first)
    assert fleet.pid("two") == other
    assert (tmp_path / "var/run/one.pid").read_text().strip() == str(fleet.pid("one"))


def test_a_process_that_leaves_with_code_zero_is_started_again(made: list[Fleet], tmp_path: Path) -> None:
    told = tmp_path / "leave"
    fleet = started(made, tmp_path, spec("brief", LEAVES_WHEN_TOLD.format(str(told))))
    told.touch()
    until(lambda: fleet.starts("brief") >= 3)


def test_repeated_deaths_are_met_with_longer_pauses(made: list[Fleet], tmp_path: Path) -> None:
    fleet = started(made, tmp_path, spec("one", SLEEPS))
    pauses: list[float] = []
    for _ in range(3):
        until(lambda: fleet.pid("one"))
        fleet.kill("one")
        dead = time.monotonic()
        until(lambda: fleet.starts("one") > len(pauses) + 1)
        pauses.append(time.monotonic() - dead)
    assert pauses[2] > pauses[0]
    assert pauses[0] >= FIRST_PAUSE_SECONDS


def test_nothing_is_left_after_stop_not_even_the_stubborn_or_their_children(made: list[Fleet], tmp_path: Path) -> None:
    fleet = started(made, tmp_path, spec("forks", FORKS), spec("stubborn", STUBBORN), spec("plain", SLEEPS))
    until(lambda: len(fleet.members("forks")) == 2 and fleet.log_file("stubborn").read_text())
    everyone = [pid for name in ("forks", "stubborn", "plain") for pid in fleet.members(name)]
    assert len(everyone) == 4
    begun = time.monotonic()
    fleet.stop()
    assert time.monotonic() - begun < 8
    assert [pid for pid in everyone if alive(pid)] == []
    assert list((tmp_path / "var/run").glob("*.pid")) == []


def test_a_session_is_waited_for_until_nobody_is_left_in_it() -> None:
    """Whose parent has died first is nobody's child: no exit of its own is told to whoever ends the service."""
    forks = "import os, time; os.fork() and os._exit(0); time.sleep(600)"
    leader = os.spawnv(os.P_NOWAIT, sys.executable, [sys.executable, "-c", f"import os; os.setsid(); {forks}"])
    os.waitpid(leader, 0)
    assert len(members(leader)) == 1
    killed = threading.Timer(0.2, end_leftovers, (leader,))
    try:
        assert not nobody_left((leader,), 0.1)
        killed.start()
        assert nobody_left((leader,), 20.0)
        assert members(leader) == []
        killed.join()
    finally:
        end_leftovers(leader)


def test_what_a_killed_process_forked_does_not_run_beside_its_successor(made: list[Fleet], tmp_path: Path) -> None:
    fleet = started(made, tmp_path, spec("forks", FORKS))
    until(lambda: len(fleet.members("forks")) == 2)
    first = pid_of(fleet, "forks")
    orphan = next(pid for pid in members(first) if pid != first)
    fleet.kill("forks")
    until(lambda: fleet.pid("forks") not in (None, first))
    assert not alive(orphan)


def test_a_paused_process_stays_down_until_it_is_resumed(made: list[Fleet], tmp_path: Path) -> None:
    fleet = started(made, tmp_path, spec("one", SLEEPS))
    fleet.pause_restart("one")
    fleet.kill("one")
    until(lambda: fleet.pid("one") is None)
    assert fleet.starts("one") == 1
    fleet.resume("one")
    fleet.wait_ready("one", 5)
    assert fleet.starts("one") == 2


def test_children_die_with_their_parent(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from operations.processes import Fleet, ProcessSpec\n"
        f"fleet = Fleet({{}}, Path({str(tmp_path)!r}), (ProcessSpec('one', (sys.executable, '-c', {SLEEPS!r})),))\n"
        "fleet.start(); time.sleep(600)"
    )
    parent = os.spawnv(os.P_NOWAIT, sys.executable, [sys.executable, "-c", program])
    pid_file = tmp_path / "var/run/one.pid"
    until(lambda: pid_file.exists() and pid_file.read_text().strip())
    child = int(pid_file.read_text())
    assert alive(child)
    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    until(lambda: not alive(child))


def test_a_process_that_ends_at_once_is_told_with_its_last_words(tmp_path: Path) -> None:
    ready_never = AnswersHttp("127.0.0.1", free_ports(1)[0], "/healthz")
    fleet = Fleet({}, tmp_path, (spec("good", SLEEPS), spec("bad", "import sys; sys.exit('lost')", ready=ready_never)))
    with pytest.raises(NotStarted) as told:
        fleet.start()
    assert told.value.name == "bad"
    assert "lost" in told.value.log
    assert fleet.pid("good") is None


def test_each_process_gets_the_given_environment_and_its_own_name_but_not_ours(
    made: list[Fleet], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "of-the-developer")
    tells = "print(*[os.environ.get(n) for n in ('A', 'PROCESS_KIND', 'TWILIO_AUTH_TOKEN')], flush=True)"
    fleet = started(
        made, tmp_path, spec("one", f"import os, time; {tells}; time.sleep(600)"), environment={"A": "given"}
    )
    until(lambda: fleet.log_file("one").read_text())
    assert fleet.log_file("one").read_text() == "given one None\n"


def test_the_embedded_store_keeps_its_data_over_kill_and_stop(made: list[Fleet], tmp_path: Path, short: Path) -> None:
    path = short / "store.sock"
    fleet = started(made, tmp_path, store_spec(tmp_path / "valkey", path))
    assert ask(path, b"SET promise kept\r\n") == b"+OK\r\n"
    fleet.stop()
    fleet.start()
    assert ask(path, b"GET promise\r\n") == b"$4\r\nkept\r\n"
    fleet.kill("valkey")
    until(lambda: fleet.starts("valkey") == 3)
    fleet.wait_ready("valkey", 5)
    assert ask(path, b"GET promise\r\n") == b"$4\r\nkept\r\n"


def ask(path: Path, command: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        connection.sendall(command)
        return connection.recv(100)


def test_a_taken_port_is_seen_before_anything_starts() -> None:
    taken, free = free_ports(2)
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", taken))
        holder.listen()
        assert busy("127.0.0.1", [taken, free]) == [taken]
    assert busy("127.0.0.1", [taken, free]) == []


def test_ping_is_not_answered_where_nobody_listens(tmp_path: Path) -> None:
    assert not is_ready(AnswersPing(tmp_path / "nobody.sock"))


def test_the_store_refuses_a_directory_that_others_can_enter(made: list[Fleet], tmp_path: Path, short: Path) -> None:
    short.chmod(0o755)
    fleet = Fleet({}, tmp_path, (store_spec(tmp_path / "valkey", short / "store.sock"),))
    with pytest.raises(NotStarted) as told:
        fleet.start()
    assert "open to others" in told.value.log
