"""``make backup``: one checksummed file of record, recordings, fallback document and rules, made while calls go on.

KEYS ARE NOT IN IT: keep .env (RECORDINGS_KEY above all) where the backups are not. The file holds telephone numbers in
the clear, readable by its owner only: encrypt it before it leaves the machine. The environment, or .env, is the
service's. Exit code: 0 made and read back; 1 made, but sounds are missing in the vault; 2 nothing was made.
"""

import argparse
import sys
from pathlib import Path

from adapters.places import ROOT
from adapters.settings import SettingsInvalid, load_settings
from operations.archive import BadArchive
from operations.backup import Made, NothingToBackUp, forget_older, make
from operations.command_line import environment_of, refused
from operations.record_store import RecordError
from recordings.vault.model import VaultError

WELL, MISSING = 0, 1
SHOWN = 20


def main(arguments: list[str] | None = None) -> int:
    given = parser().parse_args(arguments)
    try:
        settings = load_settings(environment_of(given.root))
        folder = given.to or given.root / "var" / "backups"
        made = make(settings, folder, with_recordings=not given.without_recordings, tell=lambda said: print(said))
        gone = forget_older(folder, given.keep)
    except (SettingsInvalid, NothingToBackUp, VaultError, BadArchive) as error:
        return refused(str(error))
    except RecordError as error:
        return refused(f"The database of DATABASE_URL does not do it ({type(error).__name__}).")
    except OSError as error:
        return refused(f"{error.filename or 'the disk'}: {error.strerror}. No backup was made.")
    print("\n".join(_told(made, len(gone))))
    return MISSING if made.missing else WELL


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m operations.backup_command", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    made.add_argument("--to", type=Path, help="folder of the backups (default: var/backups)")
    made.add_argument("--keep", type=int, default=0, metavar="N", help="remove all but the newest N there (0: none)")
    made.add_argument("--without-recordings", action="store_true", help="the vault is copied by other means")
    made.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    return made


def _told(made: Made, gone: int) -> list[str]:
    lines = [f"{made.place}: {made.rows} rows, {made.sounds} recordings, {made.bytes} bytes, read back and whole."]
    lines += [f"Missing in the vault: the sound of {sound}." for sound in made.missing[:SHOWN]]
    if len(made.missing) > SHOWN:
        lines.append(f"Missing in the vault: {len(made.missing) - SHOWN} more.")
    if gone:
        lines.append(f"{gone} older backups were removed.")
    lines.append("Keys are not in it: keep .env where the backups are not.")
    return lines


if __name__ == "__main__":
    sys.exit(main())
