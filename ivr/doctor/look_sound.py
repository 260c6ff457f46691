"""Looks at the vault: which keys are at hand and which are needed, and whether a sound can be stored and read. Nothing
is judged here."""

import secrets

from adapters.database import Database, DatabaseError
from adapters.settings import Settings
from ivr.doctor.model import NoAnswer, VaultSays
from ivr.doctor.store import DEADLINE_SECONDS, is_missing_file
from recordings.sealed_store import keys_needed
from recordings.vault.model import VaultError, put, whole
from recordings.vault.opening import vault_for
from recordings.vault.sealing import SealingVault

PROBE = "doctorsprobe"  # no recording's id: those are longer


def look(settings: Settings) -> VaultSays | NoAnswer:
    try:
        vault = vault_for(settings)
        current = vault.keyring.current.hex()
    except VaultError as error:
        return NoAnswer(str(error))
    return VaultSays(current, vault.keyring.names, _needed(settings.database_url), _probed(vault))


def _probed(vault: SealingVault) -> str:
    """Empty: what was sealed was read again, and removed. Otherwise why not."""
    sound = secrets.token_bytes(64)
    try:
        put(vault, PROBE, sound)
        same = whole(vault, PROBE) == sound
        vault.delete(PROBE)
    except VaultError as error:
        return str(error)
    return "" if same else "it reads differently"


def _needed(url: str) -> tuple[tuple[str, int], ...]:
    """Nothing where the record cannot be read: its own line says so."""
    if is_missing_file(url):
        return ()
    try:
        database = Database(url, deadline=DEADLINE_SECONDS)
        try:
            with database.read() as connection:
                return tuple(sorted(keys_needed(connection).items()))
        finally:
            database.dispose()
    except DatabaseError:
        return ()
