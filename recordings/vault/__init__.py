"""Where recorded sound rests: ``model`` says what a vault is, ``sealing`` how sound is sealed, the stores keep bytes."""

from recordings.vault.local import LocalVault
from recordings.vault.model import Damaged, NoSound, Reader, Sealed, Vault, VaultError, Writer, WrongKey, put, whole

__all__ = ["Damaged", "LocalVault", "NoSound", "Reader", "Sealed", "Vault", "VaultError", "Writer", "WrongKey", "put", "whole"]
