"""A new release takes over while calls go on: ``python -m operations.upgrade`` asks the running supervisor for it.

The plan is made by the new release itself, in a process of its own: it reads the settings anew, migrates the record
and says which processes there are. Then one after another is replaced (``operations.child``): those that carry out
orders first, because they know the orders of both releases; the web servers, which give new ones, last.

Imports no service: the supervisor, which only watches, carries it out.
"""

import argparse
import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from adapters.places import ROOT, Places
from operations.processes import Fleet, NotStarted, ProcessSpec
from operations.sessions import command_of

LOG = logging.getLogger("upgrade")
SUPERVISOR, RESULT = "supervisor", "upgrade.json"
PLAN_SECONDS, PATIENCE_SECONDS = 120.0, 300.0
LAST = ("web", "events")

NewPlan = tuple[Mapping[str, str], Sequence[ProcessSpec]]


def tell_supervisor(root: Path) -> None:
    (Places(root).run / SUPERVISOR).write_text(f"{os.getpid()}\n", encoding="utf-8")


def forget_supervisor(root: Path) -> None:
    (Places(root).run / SUPERVISOR).unlink(missing_ok=True)


def carry_out(fleet: Fleet, root: Path, arguments: Sequence[str], read: Callable[[str], NewPlan]) -> None:
    """What came of it stands in ``var/run/upgrade.json``. Whatever fails, the older processes serve on, and so does
    whoever watches them: with it the whole service would end."""
    done: list[str] = []
    trouble = ""
    try:
        _replace_all(fleet, *_readable(_planned(arguments), read), done)
    except _NoPlan as none:
        trouble = str(none)
    except NotStarted as failed:
        trouble = f"{failed}. Its last words:\n{failed.log}"
    except Exception as other:
        LOG.exception("the upgrade broke off")
        trouble = f"It broke off ({type(other).__name__}): look at the service's own output."
    _tell(Places(root).run / RESULT, done, trouble)


def _replace_all(fleet: Fleet, environment: Mapping[str, str], specs: Sequence[ProcessSpec], done: list[str]) -> None:
    for spec in sorted((each for each in specs if each.replaced), key=lambda each: each.name in LAST):
        try:
            fleet.replace(spec, environment)
        except KeyError:
            raise _NoPlan(f"{spec.name} is new in this release: it begins at the next start") from None
        done.append(spec.name)


def _tell(result: Path, done: list[str], trouble: str) -> None:
    fresh = result.with_suffix(".part")
    try:
        fresh.write_text(json.dumps({"replaced": done, "trouble": trouble}), encoding="utf-8")
        fresh.replace(result)
    except OSError as error:  # a full disk; whoever asked hears that nobody answered
        LOG.error("what came of the upgrade could not be written: %s", error.strerror)  # noqa: TRY400  no traceback


class _NoPlan(Exception):
    """Why the new release would not start."""


def _readable(told: str, read: Callable[[str], NewPlan]) -> NewPlan:
    """A plan of a release far ahead of ours, or with somebody's print in it, is no plan."""
    try:
        return read(told)
    except (ValueError, LookupError, TypeError, AttributeError):
        raise _NoPlan("This release cannot read the new one's plan: stop the service and start it anew.") from None


def _planned(arguments: Sequence[str]) -> str:
    command = [sys.executable, "-m", "operations.run", *arguments, "--plan"]
    try:
        made = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=PLAN_SECONDS, start_new_session=True
        )
    except subprocess.TimeoutExpired:
        raise _NoPlan(f"The new release was not ready to start within {PLAN_SECONDS:.0f} seconds.") from None
    if made.returncode:
        raise _NoPlan(made.stderr.strip())
    return made.stdout


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m operations.upgrade", description=__doc__)
    parser.add_argument("--root", default=str(ROOT), help="where var/ lies (default: the project)")
    run = Places(Path(parser.parse_args(arguments).root).resolve()).run
    supervisor = _supervisor(run)
    if supervisor is None:
        print("The service does not run here: there is nothing to replace.", file=sys.stderr)
        return 2
    (run / RESULT).unlink(missing_ok=True)
    os.kill(supervisor, signal.SIGUSR2)
    return _told(run / RESULT, supervisor)


def _supervisor(run: Path) -> int | None:
    with contextlib.suppress(OSError, ValueError):
        pid = int((run / SUPERVISOR).read_text(encoding="utf-8"))
        if "operations.supervise" in command_of(pid):  # a number may be another's by now, which the signal would end
            return pid
    return None


def _told(result: Path, supervisor: int) -> int:
    until = time.monotonic() + PATIENCE_SECONDS
    while not result.exists():
        if time.monotonic() > until or not Path(f"/proc/{supervisor}").exists():
            print("The service did not answer: look at its own output.", file=sys.stderr)
            return 1
        time.sleep(0.1)
    said = json.loads(result.read_text(encoding="utf-8"))
    print(f"Replaced while calls went on: {', '.join(said['replaced']) or 'nothing'}.")
    if said["trouble"]:
        print(f"{said['trouble']}\nWhat is not named above serves on as it was.", file=sys.stderr)
    return 1 if said["trouble"] else 0


if __name__ == "__main__":
    sys.exit(main())
