"""Every sound under the current master key. Begun anew after a kill at any point, it goes on where it was.

A head is replaced whole or not at all, and the sound itself is not touched; the record follows the vault.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from adapters.database import Database
from recordings.sealed_store import note_key
from recordings.vault.model import NoSound, VaultError
from recordings.vault.sealing import SealingVault


@dataclass(frozen=True)
class Rotated:
    rewrapped: int
    already: int
    refused: tuple[tuple[str, str], ...]  # id of the sound, and why
    needed: Mapping[str, int]  # by name of the key: how many sounds, looked up again at the end
    unknown: int  # sounds of which not even the key's name can be told
    swept: int

    def dispensable(self, previous: frozenset[str]) -> frozenset[str]:
        """Former keys that nothing needs any more. None while a single sound does not tell what it needs."""
        return frozenset() if self.unknown else previous - frozenset(self.needed)


def rotate(vault: SealingVault, database: Database, now: datetime) -> Rotated:
    """Raises WrongKey where there is no current key, VaultError where the store does not answer."""
    current, counted, refused = vault.keyring.current.hex(), Counter[bool](), []
    for sound_id in vault.ids():
        try:
            counted[vault.rewrap(sound_id)] += 1
        except NoSound:
            continue  # never sealed, or deleted meanwhile
        except VaultError as error:
            refused.append((sound_id, str(error)))
            continue
        with database.write() as tx:
            note_key(tx.connection, sound_id, current)
    needed, unknown = _needed(vault)
    return Rotated(counted[True], counted[False], tuple(refused), needed, unknown, vault.sweep(now))


def _needed(vault: SealingVault) -> tuple[Mapping[str, int], int]:
    """From the vault itself, sound by sound: the record could be behind it."""
    needed, unknown = Counter[str](), 0
    for sound_id in vault.ids():
        try:
            needed[vault.key_of(sound_id)] += 1
        except NoSound:
            continue
        except VaultError:
            unknown += 1
    return needed, unknown
