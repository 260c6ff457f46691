"""The master keys: the current one wraps, the previous ones still open. They seal no sound themselves.

A key is spoken of by its name, a fingerprint that says nothing about it: in files, in the record, in messages and logs.
"""

import base64
import hashlib
import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from recordings.vault.model import Damaged, WrongKey

NAME_BYTES = 8
KEY_BYTES = 32
NONCE_BYTES = 12


def name_of(key: bytes) -> bytes:
    return hashlib.sha256(b"recordings-key:" + key).digest()[:NAME_BYTES]


class Keyring:
    """Keys are 32 bytes in base64. ``current`` empty: nothing can be sealed, and previous keys still open."""

    def __init__(self, current: str, previous: Sequence[str] = ()) -> None:
        keys = [_decoded(key) for key in (current, *previous) if key]
        self._keys = {name_of(key): AESGCM(key) for key in keys}
        self._current = name_of(keys[0]) if current else None

    @property
    def current(self) -> bytes:
        """Its name. Raises WrongKey."""
        if self._current is None:
            raise WrongKey("RECORDINGS_KEY is not set")
        return self._current

    @property
    def names(self) -> frozenset[str]:
        return frozenset(name.hex() for name in self._keys)

    def wrap(self, secret: bytes, bound: bytes) -> bytes:
        """Under the current key; opens only beside what it is ``bound`` to."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._keys[self.current].encrypt(nonce, secret, bound)

    def unwrap(self, name: bytes, wrapped: bytes, bound: bytes) -> bytes:
        """Raises WrongKey, Damaged."""
        cipher = self._keys.get(name)
        if cipher is None:
            raise WrongKey(f"sealed with key {name.hex()}, which is in neither RECORDINGS_KEY nor _KEYS_PREVIOUS")
        try:
            return cipher.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], bound)
        except InvalidTag:
            raise Damaged("its head is not the one that was sealed") from None


def _decoded(key: str) -> bytes:
    decoded = base64.b64decode(key, altchars=b"-_")
    if len(decoded) != KEY_BYTES:
        raise WrongKey("a key of recordings is not 32 bytes in base64")
    return decoded
