"""``make deeds``: whether the log of deeds is whole. The environment, or ``.env``, is the service's. Changes nothing.

Exit code: 0 whole; 1 something was changed, taken out or slipped in; 2 nothing could be looked at.
"""

import argparse
import os
import sys
import time
from pathlib import Path

from dotenv import dotenv_values

from adapters.database import Database, DatabaseError
from adapters.places import ROOT
from adapters.settings import SettingsInvalid, load_settings
from desks.supervision.sealing import Verdict, verify

WHOLE, BROKEN, NOT_LOOKED = 0, 1, 2
PATIENCE_SECONDS = 60.0  # of one statement; a log of years is read in pieces


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m operations.deeds_command", description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    parser.add_argument("--known", metavar="NUMBER:SEAL", type=_known, help="a seal that the process log has told")
    given = parser.parse_args(arguments)
    written = {name: value for name, value in dotenv_values(given.root / ".env").items() if value is not None}
    try:
        settings = load_settings({**written, **os.environ})
        database = Database(settings.database_url, deadline=PATIENCE_SECONDS)
        with database.read() as connection:
            verdict = verify(connection, time.time(), given.known, by_date=settings.clock_file is None)
        database.dispose()
    except SettingsInvalid as error:
        print(error, file=sys.stderr)
        return NOT_LOOKED
    except DatabaseError as error:
        print(f"The database of DATABASE_URL does not do it ({type(error).__name__}).", file=sys.stderr)
        return NOT_LOOKED
    print(_told(verdict))
    return WHOLE if verdict.whole else BROKEN


def _known(text: str) -> tuple[int, str]:
    number, _, seal = text.partition(":")
    if not number.isdigit() or len(seal) != 64:
        raise argparse.ArgumentTypeError("must be NUMBER:SEAL, as the log line 'deeds sealed' has them")
    return int(number), seal


def _told(verdict: Verdict) -> str:
    number, seal = verdict.head
    count = f"{verdict.sealed} deeds are sealed; the reasons of {verdict.forgotten} were forgotten in their time."
    newest = f"Newest: {number}:{seal}" if number else "None is sealed yet: the clock process does it."
    end = "The log is whole." if verdict.whole else "The log of deeds has been TAMPERED WITH."
    return "\n".join((count, newest, *verdict.problems, end))


if __name__ == "__main__":
    sys.exit(main())
