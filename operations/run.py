"""``python -m operations.run`` starts everything with the emulator; ``--serve`` the service for a real account.

What cannot work is told in one sentence, with an exit code that is not 0 and nothing left running.
"""

import argparse
import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from dotenv import dotenv_values

from adapters.places import ROOT, Places
from adapters.settings import Settings, SettingsInvalid, load_settings, serve_problems
from operations import addresses, trial
from operations.leftovers import end_earlier_run
from operations.lock import AlreadyRunning, only_run
from operations.ports import busy
from operations.processes import Fleet, NotStarted
from operations.setup import Refused, prepare
from operations.specs import NoStore, specs_for
from operations.words import farewell, progress_line, ready_for_calls, ready_for_trial

_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    root = Path(options.root).resolve()
    try:
        Places(root).make()
        with only_run(root):
            return _run(root, emulator=not options.serve)
    except AlreadyRunning as running:
        return _refuse(str(running))
    except (Refused, SettingsInvalid) as refused:
        return _refuse(str(refused))
    except NoStore:
        return _refuse("No Redis-compatible server is available on this machine: install valkey, or set REDIS_URL.")
    except KeyboardInterrupt:
        return 130
    except NotStarted as failed:
        return _refuse(f"{failed}. Its last words:\n{failed.log}")
    except OSError as error:
        return _refuse(f"{error.filename or root}: {error.strerror}. The service needs to write there.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m operations.run", description=__doc__)
    parser.add_argument("--serve", action="store_true", help="for a real account: no emulator, no demo accounts")
    parser.add_argument("--root", default=str(ROOT), help="where var/ lies (default: the project)")
    return parser


def _run(root: Path, emulator: bool) -> int:
    tell = _teller()
    environment = trial.environment(root, os.environ) if emulator else _real_environment(root)
    settings = load_settings(environment)
    _check(settings, emulator)
    end_earlier_run(root)
    _check_ports(settings, emulator)
    prepare(settings, emulator, tell)
    if emulator:
        trial.write_emulator_config(settings, root)
    fleet = Fleet(_complete(environment, settings), root, specs_for(settings, root, emulator))
    try:
        fleet.start(tell)
        known = addresses.write(settings, root, emulator)
        print(ready_for_trial(known) if emulator else ready_for_calls(known), flush=True)
        _wait_to_be_stopped()
    finally:
        _hear_no_more_signals()
        addresses.forget(root)
        print(f"\n{farewell()}", flush=True)
        fleet.stop()
    return 0


def _real_environment(root: Path) -> dict[str, str]:
    """``.env`` in the project, overruled by the environment."""
    written = {name: value for name, value in dotenv_values(root / ".env").items() if value is not None}
    return {**written, **os.environ}


def _complete(environment: Mapping[str, str], settings: Settings) -> dict[str, str]:
    """What the children get: our settings only, with what was derived told outright."""
    known = {name.upper() for name in Settings.model_fields}
    passed = {name: value for name, value in environment.items() if name in known and value}
    return {
        **passed,
        "WEB_HOST": settings.web_host,
        "WEB_PORT": str(settings.web_port),
        "EVENTS_PORT": str(settings.events_port),
        "DATA_DIR": str(settings.data_dir),
        "REDIS_URL": settings.redis_url,
        "DATABASE_URL": settings.database_url,
    }


def _check(settings: Settings, emulator: bool) -> None:
    problems = [] if emulator else serve_problems(settings)
    if problems:
        raise SettingsInvalid(problems)


def _check_ports(settings: Settings, emulator: bool) -> None:
    named = {"WEB_PORT": settings.web_port, "EVENTS_PORT": settings.events_port}
    if emulator:
        named["EMULATOR_PORT"] = settings.emulator_port
    taken = busy(settings.web_host, named.values())
    if taken:
        which = ", ".join(f"{name}={port}" for name, port in named.items() if port in taken)
        raise Refused(f"Another program uses a port of ours ({which}): end it, or choose another port.")


def _hear_signals() -> None:
    """Ctrl-C, SIGTERM and a closed terminal all end the run in the same way, while it starts as well as later."""

    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    for number in _STOPPING:
        signal.signal(number, interrupt)


def _hear_no_more_signals() -> None:
    """A second Ctrl-C must not leave half of the processes behind; the end comes within 8 seconds anyway."""
    for number in _STOPPING:
        signal.signal(number, signal.SIG_IGN)


def _wait_to_be_stopped() -> None:
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            signal.pause()


def _teller() -> Callable[[str], None]:
    begun = time.monotonic()

    def tell(what: str) -> None:
        print(progress_line(what, time.monotonic() - begun), flush=True)

    return tell


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr, flush=True)
    return 2


if __name__ == "__main__":
    _hear_signals()
    sys.exit(main())
