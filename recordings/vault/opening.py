"""Which vault the settings mean: a directory, or a bucket."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from recordings.vault.keyring import Keyring
from recordings.vault.local_store import LocalStore
from recordings.vault.sealing import SealingVault


def local_vault(directory: Path, key: str, previous: Sequence[str] = ()) -> SealingVault:
    return SealingVault(LocalStore(directory), Keyring(key, previous))


def bucket_vault(
    url: str, endpoint: str, account: Mapping[str, str], key: str, previous: Sequence[str] = ()
) -> SealingVault:
    from recordings.vault.object_store import ObjectStore  # a large library that most cities do not need

    return SealingVault(ObjectStore(url, endpoint, account), Keyring(key, previous))
