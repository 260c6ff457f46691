"""``make rotate``: every recording under the current RECORDINGS_KEY, so that a former key can be thrown away.

Safe beside the running service, and to end and begin again at any time. The environment, or ``.env``, is the service's.
Exit code: 0 everything is under the current key; 1 something still needs another one; 2 nothing could be done.
"""

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from dotenv import dotenv_values

from adapters.database import Database, DatabaseError
from adapters.places import ROOT
from adapters.settings import SettingsInvalid, load_settings
from recordings.rotation import Rotated, rotate
from recordings.vault.model import VaultError
from recordings.vault.opening import vault_for
from recordings.vault.sealing import SealingVault

WELL, LEFT, NOTHING_DONE = 0, 1, 2
SHOWN = 20  # refused recordings by name; the rest are counted


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m operations.rotate_command", description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    parser.add_argument("--names", action="store_true", help="only tell the names of the keys that are set")
    given = parser.parse_args(arguments)
    root = given.root
    written = {name: value for name, value in dotenv_values(root / ".env").items() if value is not None}
    try:
        settings = load_settings({**written, **os.environ})
        vault, database = vault_for(settings), Database(settings.database_url)
        if given.names:
            return _names(vault)
        try:
            done = rotate(vault, database, datetime.now(UTC))
        finally:
            database.dispose()
    except (SettingsInvalid, VaultError) as error:
        print(error, file=sys.stderr)
        return NOTHING_DONE
    except DatabaseError as error:
        print(f"The database of DATABASE_URL does not do it ({type(error).__name__}).", file=sys.stderr)
        return NOTHING_DONE
    print("\n".join(_told(vault, done)))
    return LEFT if done.refused or done.unknown or set(done.needed) - {vault.keyring.current.hex()} else WELL


def _names(vault: SealingVault) -> int:
    current = vault.keyring.current.hex()
    print("\n".join([f"{current} current", *sorted(f"{name} former" for name in vault.keyring.names - {current})]))
    return WELL


def _told(vault: SealingVault, done: Rotated) -> list[str]:
    current = vault.keyring.current.hex()
    lines = [f"{done.rewrapped} rewrapped, {done.already} were already under key {current} (RECORDINGS_KEY)."]
    if done.swept:
        lines.append(f"{done.swept} remains of recordings that were never finished were removed.")
    lines += [f"Not rewrapped: {sound_id}: {why}." for sound_id, why in done.refused[:SHOWN]]
    if len(done.refused) > SHOWN:
        lines.append(f"Not rewrapped: {len(done.refused) - SHOWN} more.")
    previous = vault.keyring.names - {current}
    dispensable = done.dispensable(previous)
    for key in sorted((previous | set(done.needed)) - {current}):
        lines.append(_of_key(key, done, at_hand=key in previous, dispensable=key in dispensable))
    return lines


def _of_key(key: str, done: Rotated, *, at_hand: bool, dispensable: bool) -> str:
    count = done.needed.get(key, 0)
    if dispensable:
        return f"Key {key} is no longer needed: take it out of RECORDINGS_KEYS_PREVIOUS and start the service anew."
    if not at_hand:
        return f"Key {key} is MISSING and {count} recordings need it: put it into RECORDINGS_KEYS_PREVIOUS."
    if count:
        return f"Key {key} is still needed by {count} recordings: leave it in RECORDINGS_KEYS_PREVIOUS."
    return f"Leave key {key}: {done.unknown} recordings are so damaged that nobody can tell which key they need."


if __name__ == "__main__":
    sys.exit(main())
