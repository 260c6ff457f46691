"""``make move ARGS='--to -'``: a running city from SQLite to PostgreSQL.

The service may go on: its processes notice the switch and begin anew with the new record by themselves. While the rows
are copied nobody can write, and callers are served as if the record were away; at a quiet hour, therefore. Ended before
the switch, the old record goes on; after it, the new one does. The new address is written into .env, or told.
``--to -`` reads the new address, postgresql+psycopg://user:password@host/name, from standard input: an argument stands
in the list of processes for everybody on the machine, and one with a password is refused. Exit code: 0 moved; 1 moved,
and to be run once more; 2 not moved, the old record goes on.
"""

import argparse
import os
import sys
from contextlib import suppress
from getpass import getpass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from dotenv import dotenv_values, set_key

from adapters.places import ROOT
from adapters.settings import SettingsInvalid, settings_as_given
from operations.command_line import environment_of, refused
from operations.move import CannotMove, MarkLeft, Moved, move
from operations.record_store import RecordError, RowsRefused, shown

SETTING = "DATABASE_URL"
STANDARD = "-"
MARK_LEFT = 1
SECRET_PARAMETERS = {"password", "sslpassword"}  # of an address's query


def main(arguments: list[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    if holds_password(given.to):
        return refused("An argument is seen by everybody on this machine: give an address with a password on standard"
                       " input (--to -).\nNot moved: the old record goes on.")  # fmt: skip
    target = _read() if given.to == STANDARD else given.to
    environment = environment_of(given.root)
    try:
        source = settings_as_given(environment).database_url
        goal = settings_as_given({**environment, SETTING: target}).database_url  # several hosts: in their one form
        moved = move(source, goal, lambda said: print(f"  {said}", flush=True))
    except (SettingsInvalid, CannotMove) as error:
        return refused(f"{error}\nNot moved: the old record goes on.")
    except MarkLeft as error:
        # .env keeps the old address until then: the command that is run again would find nothing to move from
        print(f"Moved to {shown(goal)}, and the new record goes on. Tidying up failed there ({error}): run this command"
              " again, as it is, before anything is started anew.", file=sys.stderr, flush=True)  # fmt: skip
        return MARK_LEFT
    except RowsRefused as error:
        return refused(f"The new database does not take these rows ({error}).\nNot moved: the old record goes on.")
    except RecordError as error:
        return refused(f"A database does not do it ({type(error).__name__}).\nNot moved: the old record goes on.")
    print("\n".join([*_told(moved, goal), *_switched(given.root, target)]))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m operations.move_command", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument(
        "--to",
        required=True,
        help="the new DATABASE_URL of an empty database; -: standard input (always so where it holds a password)",
    )
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    return parser


def holds_password(address: str) -> bool:
    """Also of one with several hosts, which are no URL to most libraries."""
    with suppress(ValueError):  # what is no address at all is refused in its place
        parts = urlsplit(address)
        user = parts.netloc.rpartition("@")[0]
        names = {name.lower() for name, value in parse_qsl(parts.query) if value}
        return bool(user.partition(":")[2]) or bool(names & SECRET_PARAMETERS)
    return True


def _read() -> str:
    if sys.stdin.isatty():  # it is not shown, nor kept by the shell
        return getpass("The new DATABASE_URL: ").strip()
    return sys.stdin.readline().strip()


def _told(moved: Moved, target: str) -> list[str]:
    if moved.before:
        return [f"The record had moved to {shown(target)} already."]
    return [
        f"{moved.rows} rows of {moved.tables} tables moved to {shown(target)}, counted and compared.",
        f"Nobody could write for {moved.seconds:.1f} seconds. The processes begin anew with it by themselves.",
    ]


def _switched(root: Path, target: str) -> list[str]:
    """A process that still starts with the old address is led to the new one; yet nobody should rely on an old file."""
    return [_written(root / ".env", target), "Keep the old file until every process was started by the new address."]


def _written(file: Path, target: str) -> str:
    if file.is_file() and SETTING not in os.environ:
        try:
            if dotenv_values(file).get(SETTING) != target:
                set_key(file, SETTING, target, quote_mode="never", encoding="utf-8")
        except OSError as error:  # it has moved all the same
            return f"{file} could not be written ({error.strerror}): set {SETTING} in it to the new address."
        return f"{SETTING} in {file} is the new address."
    return f"Set {SETTING} to the new address in the service's environment. Until then the old file leads to it."


if __name__ == "__main__":
    sys.exit(main())
