"""Which vault the settings mean: a directory, or a bucket."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from adapters.settings import Settings
from recordings.vault.keyring import Keyring
from recordings.vault.local_store import LocalStore
from recordings.vault.sealing import SealingVault


def vault_for(settings: Settings) -> SealingVault:
    """Asks nobody: a storage that is down is noticed by whoever stores or reads."""
    key, previous = settings.recordings_key, settings.previous_recordings_keys
    if not settings.recordings_store:
        return local_vault(settings.data_dir / "recordings", key, previous)
    url, endpoint = settings.recordings_store, settings.recordings_store_endpoint
    return bucket_vault(url, endpoint, settings.storage_account, key, previous)


def local_vault(directory: Path, key: str, previous: Sequence[str] = ()) -> SealingVault:
    return SealingVault(LocalStore(directory), Keyring(key, previous))


def bucket_vault(
    url: str, endpoint: str, account: Mapping[str, str], key: str, previous: Sequence[str] = ()
) -> SealingVault:
    from recordings.vault.object_store import ObjectStore  # a large library that most cities do not need

    return SealingVault(ObjectStore(url, endpoint, account), Keyring(key, previous))
