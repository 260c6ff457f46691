"""``python -m operations.run`` starts everything with the emulator; ``--serve`` the service for a real account.

What cannot work is told in one sentence, with an exit code that is not 0 and nothing left running.
"""

import argparse
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from dotenv import dotenv_values

from adapters.places import ROOT, Places
from adapters.settings import Settings, SettingsInvalid, load_settings, serve_problems
from operations import addresses, trial
from operations.leftovers import end_earlier_run
from operations.lock import AlreadyRunning, only_run
from operations.ports import busy
from operations.record_store import RecordError
from operations.record_trouble import told
from operations.setup import Refused, prepare
from operations.specs import NoStore, specs_for
from operations.supervise import Plan, become_supervisor, hear_signals, teller, written
from operations.words import ready_for_calls, ready_for_trial
from recordings.transcripts import TranscriberInvalid, transcriber_for


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    root = Path(options.root).resolve()
    try:
        Places(root).make()
        if options.plan:
            return _tell_plan(root, emulator=not options.serve)
        with only_run(root):
            _run(root, emulator=not options.serve)
    except AlreadyRunning as running:
        return _refuse(str(running))
    except (Refused, SettingsInvalid) as refused:
        return _refuse(str(refused))
    except RecordError as error:
        return _refuse(told(error))
    except NoStore:
        return _refuse("No Redis-compatible server is available on this machine: install valkey, or set REDIS_URL.")
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        return _refuse(f"{error.filename or root}: {error.strerror}. The service needs to write there.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m operations.run", description=__doc__)
    parser.add_argument("--serve", action="store_true", help="for a real account: no emulator, no demo accounts")
    parser.add_argument("--root", default=str(ROOT), help="where var/ lies (default: the project)")
    parser.add_argument("--plan", action="store_true", help="prepare and tell what would be started: for an upgrade")
    return parser


def _run(root: Path, emulator: bool) -> NoReturn:
    """Prepares everything, then becomes the supervisor: the services that preparing needs leave our memory."""
    begun = time.monotonic()
    tell = teller(begun)
    environment = trial.environment(root, os.environ) if emulator else _real_environment(root)
    settings = load_settings(environment)
    _check(settings, emulator)
    end_earlier_run(root)
    _check_ports(settings, emulator)
    prepare(settings, emulator, tell)
    if emulator:
        trial.write_emulator_config(settings, root)
    become_supervisor(_plan(root, environment, settings, emulator, begun))


def _plan(root: Path, environment: Mapping[str, str], settings: Settings, emulator: bool, begun: float) -> Plan:
    known = addresses.of(settings, emulator)
    return Plan(
        str(root),
        _complete(environment, settings),
        specs_for(settings, root, emulator),
        known,
        ready_for_trial(known) if emulator else ready_for_calls(known),
        begun,
        ("--root", str(root), *(() if emulator else ("--serve",))),
    )


def _tell_plan(root: Path, emulator: bool) -> int:
    """To whoever runs already, through a pipe: the record is ready for both releases, nothing is started."""
    environment = trial.environment(root, os.environ) if emulator else _real_environment(root)
    settings = load_settings(environment)
    _check(settings, emulator)
    prepare(settings, emulator, lambda _: None)
    sys.stdout.write(written(_plan(root, environment, settings, emulator, time.monotonic())))
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
    try:
        transcriber_for(settings.transcriber)
    except TranscriberInvalid as invalid:
        problems = [*problems, str(invalid)]
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


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr, flush=True)
    return 2


if __name__ == "__main__":
    hear_signals()
    sys.exit(main())
