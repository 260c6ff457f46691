"""Which vault the settings mean: a directory, or a bucket."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from adapters.settings import Settings
from recordings.vault.keyring import Keyring
from recordings.vault.local_store import LocalStore
from recordings.vault.sealing import SealingVault
from recordings.vault.store import Store


def vault_for(settings: Settings) -> SealingVault:
    """Asks nobody: a storage that is down is noticed by whoever stores or reads."""
    return SealingVault(store_for(settings), Keyring(settings.recordings_key, settings.previous_recordings_keys))


def store_for(settings: Settings) -> Store:
    """The sealed bytes alone, for whoever copies them and needs no key."""
    if not settings.recordings_store:
        return LocalStore(settings.data_dir / "recordings")
    return _bucket(settings.recordings_store, settings.recordings_store_endpoint, settings.storage_account)


def local_vault(directory: Path, key: str, previous: Sequence[str] = ()) -> SealingVault:
    return SealingVault(LocalStore(directory), Keyring(key, previous))


def bucket_vault(
    url: str, endpoint: str, account: Mapping[str, str], key: str, previous: Sequence[str] = ()
) -> SealingVault:
    return SealingVault(_bucket(url, endpoint, account), Keyring(key, previous))


def _bucket(url: str, endpoint: str, account: Mapping[str, str]) -> Store:
    from recordings.vault.object_store import ObjectStore  # a large library that most cities do not need

    return ObjectStore(url, endpoint, account)
