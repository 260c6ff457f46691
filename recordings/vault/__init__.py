"""Where recorded sound rests: ``model`` says what a vault is, ``sealing`` is the one we have, over a store of bytes."""

from recordings.vault.model import (
    Damaged,
    NoLonger,
    NoSound,
    Reader,
    Sealed,
    Vault,
    VaultError,
    Writer,
    WrongKey,
    put,
    whole,
)

__all__ = [
    "Damaged",
    "NoLonger",
    "NoSound",
    "Reader",
    "Sealed",
    "Vault",
    "VaultError",
    "Writer",
    "WrongKey",
    "put",
    "whole",
]
