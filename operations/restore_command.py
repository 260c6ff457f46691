"""``make restore ARGS=FILE``: a backup into an empty place (a new DATABASE_URL, a new DATA_DIR), all of it or nothing.

What has happened since the backup stands nowhere in it. So that nobody is rung or texted twice, every open promise
waits for a supervisor's decision, calls that were in the line are over, and agents sign in anew. Promises made since
then are NOT in it: the provider's call log names who rang. Keys are not in it either: .env must hold those that the
recordings need. Exit code: 0 restored; 1 restored, but a key of recordings is missing; 2 nothing has changed.
"""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from adapters.places import ROOT, Places
from adapters.settings import SettingsInvalid, load_settings
from operations.archive import BadArchive
from operations.command_line import environment_of, refused
from operations.lock import AlreadyRunning, only_run
from operations.record_store import RecordError
from operations.restore import CannotRestore, Restored, Wishes, age, restore
from recordings.vault.model import VaultError

WELL, KEY_MISSING = 0, 1


def main(arguments: list[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    wishes = Wishes(given.upgrade, given.other_city, given.nothing_since, given.recordings_stay)
    try:
        settings = load_settings(environment_of(given.root))
        with _alone(given.root):
            done = restore(settings, given.file, wishes, lambda said: print(said, flush=True))
    except (SettingsInvalid, BadArchive, CannotRestore, AlreadyRunning, VaultError) as error:
        return refused(f"{error}\nNothing was restored.")
    except RecordError as error:
        return refused(f"The database of DATABASE_URL does not do it ({type(error).__name__}).\nNothing was restored.")
    except OSError as error:
        return refused(f"{error.filename or given.file}: {error.strerror}.\nNothing was restored.")
    print("\n".join(_told(done)))
    return KEY_MISSING if done.keys_wanted else WELL


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Not beside ``make serve``. Where nothing can be written here (a container, a unit), that cannot run here either;
    whichever process still uses the place has filled it, and a full one is refused."""
    try:
        Places(root).make()
    except OSError:
        yield
        return
    with only_run(root):
        yield


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m operations.restore_command", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("file", type=Path, help="made by make backup")
    parser.add_argument("--upgrade", action="store_true", help="an older release's: bring its record forward")
    parser.add_argument("--other-city", action="store_true", help="it is of another CITY_NUMBER (a rehearsal)")
    parser.add_argument("--nothing-since", action="store_true", help="made after the service was stopped for good")
    stay = "the recordings' place lives on (a bucket): it is left as it is, none is taken from the archive"
    parser.add_argument("--recordings-stay", action="store_true", help=stay)
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    return parser


def _told(done: Restored) -> list[str]:
    made = done.manifest.made_at
    lines = [f"Restored: {done.rows} rows and {done.sounds} recordings, as they were at {made}."]
    if done.aside is not None:
        hours = age(done.manifest, datetime.now(UTC))
        lines += [
            f"What happened in the {hours:.1f} hours since is not in it. {done.aside.promises} open promises wait for a"
            " supervisor's decision; nobody is rung about them before.",
            f"{done.aside.stays} calls in the line were ended, {done.aside.orders} orders to the provider and"
            f" {done.aside.texts} unsent texts are not carried out; {done.aside.messages} messages that were being left"
            " wait for the desk to hear them.",
            f"Who rang since {made} stands in the provider's call log alone: promises made to them are lost here.",
            "Erasures since then must be made again (make resident ARGS='erase …').",
        ]
    lines += [f"No key {key} is set, and recordings need it: put it into RECORDINGS_KEYS_PREVIOUS."
              for key in done.keys_wanted]  # fmt: skip
    return lines


if __name__ == "__main__":
    sys.exit(main())
