"""Starts the fleet, keeps it alive and ends it: what ``operations.run`` becomes once everything is prepared.

Imports no service: whoever only watches must not hold the memory of what is watched.
"""

import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NoReturn

from operations import addresses, upgrade
from operations.processes import Fleet, NotStarted, ProcessSpec
from operations.ready import AnswersHttp, AnswersPing, Ready, Started
from operations.words import farewell, progress_line

_LOOK_SECONDS = 0.3
_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True)
class Plan:
    root: str
    environment: Mapping[str, str]
    specs: tuple[ProcessSpec, ...]
    addresses: Mapping[str, str]
    ready: str  # told once everything runs
    begun: float  # monotonic; a clock of the machine, the same behind an exec
    arguments: tuple[str, ...] = ()  # of ``operations.run``, by which a newer release makes its own plan


def become_supervisor(plan: Plan) -> NoReturn:
    """The plan goes through a pipe of our own: it holds keys, which a command line or a file would show."""
    read, write = os.pipe()
    os.set_inheritable(read, True)
    with open(write, "w", encoding="utf-8") as out:
        out.write(written(plan))
    os.execv(sys.executable, [sys.executable, "-m", "operations.supervise", str(read)])  # noqa: S606  ourselves


def main(arguments: list[str]) -> int:
    with open(int(arguments[0]), encoding="utf-8") as given:
        plan = _read(given.read())
    try:
        return _supervise(plan)
    except KeyboardInterrupt:
        return 130
    except NotStarted as failed:
        print(f"{failed}. Its last words:\n{failed.log}", file=sys.stderr, flush=True)
    except OSError as error:
        said = f"{error.filename or plan.root}: {error.strerror}. The service needs to write there."
        print(said, file=sys.stderr, flush=True)
    return 2


def _supervise(plan: Plan) -> int:
    root = Path(plan.root)
    fleet = Fleet(plan.environment, root, plan.specs)
    _hear_of_upgrades()
    try:
        fleet.start(teller(plan.begun))
        addresses.write(plan.addresses, root)
        upgrade.tell_supervisor(root)
        print(plan.ready, flush=True)
        _wait_to_be_stopped(lambda: upgrade.carry_out(fleet, root, plan.arguments, _processes_of))
    finally:
        _hear_no_more_signals()
        upgrade.forget_supervisor(root)
        addresses.forget(root)
        print(f"\n{farewell()}", flush=True)
        fleet.stop()
    return 0


def hear_signals() -> None:
    """Ctrl-C, SIGTERM and a closed terminal all end the run in the same way, while it starts as well as later."""

    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    for number in _STOPPING:
        signal.signal(number, interrupt)


def teller(begun: float) -> Callable[[str], None]:
    def tell(what: str) -> None:
        print(progress_line(what, time.monotonic() - begun), flush=True)

    return tell


def _hear_no_more_signals() -> None:
    """A second Ctrl-C must not leave half of the processes behind; the end comes within 8 seconds anyway."""
    for number in _STOPPING:
        signal.signal(number, signal.SIG_IGN)


_upgrades: list[int] = []  # asked for by signal, and not begun


def _hear_of_upgrades() -> None:
    signal.signal(signal.SIGUSR2, lambda number, _frame: _upgrades.append(number))


def _wait_to_be_stopped(upgraded: Callable[[], None]) -> None:
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            time.sleep(_LOOK_SECONDS)
            if _upgrades:
                _upgrades.clear()
                upgraded()


def _processes_of(text: str) -> upgrade.NewPlan:
    newer = _read(text)
    return newer.environment, newer.specs


def written(plan: Plan) -> str:
    specs = [{**asdict(spec), "ready": _ready_written(spec.ready)} for spec in plan.specs]
    return json.dumps({**vars(plan), "specs": specs})


def _ready_written(ready: Ready) -> dict[str, Any]:
    fields = {name: str(value) if isinstance(value, Path) else value for name, value in vars(ready).items()}
    return {"kind": type(ready).__name__, **fields}


def _read(text: str) -> Plan:
    found = json.loads(text)
    specs = tuple(_spec(fields) for fields in found.pop("specs"))
    return Plan(**{**found, "arguments": tuple(found["arguments"])}, specs=specs)


def _spec(fields: dict[str, Any]) -> ProcessSpec:
    ready = _ready_read(fields["ready"])
    listens = tuple(fields["listens"]) if fields["listens"] else None
    return ProcessSpec(**{**fields, "argv": tuple(fields["argv"]), "ready": ready, "listens": listens})


def _ready_read(fields: dict[str, Any]) -> Ready:
    match fields.pop("kind"):
        case "AnswersHttp":
            return AnswersHttp(**fields)
        case "AnswersPing":
            return AnswersPing(Path(fields["socket"]))
    return Started()


if __name__ == "__main__":
    hear_signals()
    sys.exit(main(sys.argv[1:]))
