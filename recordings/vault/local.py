"""Where recorded sound rests: encrypted bytes by id, behind one small interface. No SQL, no provider, no clock.

A file is a mark, the key's fingerprint, a nonce, and AES-256-GCM over the sound. The id is bound into the seal: a file
that was put in another's place is refused like a damaged one.
"""

import base64
import hashlib
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from recordings.vault.model import ID, Damaged, NoSound, VaultError, WrongKey

MARK = b"SND1"
FINGERPRINT_BYTES = 8
NONCE_BYTES = 12
KEY_BYTES = 32


class LocalVault:
    """A directory on this machine's disk. ``key``: 32 bytes in base64; empty: nothing can be stored or read."""

    def __init__(self, directory: Path, key: str) -> None:
        self._directory = directory
        self._key = base64.b64decode(key, altchars=b"-_") if key else b""

    def put(self, sound_id: str, sound: bytes) -> None:
        """Written beside, synced, renamed, read back: what is reported as stored survives a power cut."""
        place = self._place(sound_id)
        cipher, nonce = self._cipher(), secrets.token_bytes(NONCE_BYTES)
        head = MARK + self._fingerprint() + nonce
        try:
            _write(place, head + cipher.encrypt(nonce, sound, head + sound_id.encode()))
        except OSError as error:
            raise VaultError(f"cannot be written: {error.strerror}") from error
        if self.get(sound_id) != sound:
            raise Damaged("what was written reads differently")

    def get(self, sound_id: str) -> bytes:
        cipher = self._cipher()
        try:
            stored = self._place(sound_id).read_bytes()
        except FileNotFoundError:
            raise NoSound("nothing is stored under this id") from None
        except OSError as error:
            raise VaultError(f"cannot be read: {error.strerror}") from error
        return self._opened(cipher, sound_id, stored)

    def delete(self, sound_id: str) -> None:
        try:
            self._place(sound_id).unlink(missing_ok=True)
        except OSError as error:
            raise VaultError(f"cannot be deleted: {error.strerror}") from error

    def _opened(self, cipher: AESGCM, sound_id: str, stored: bytes) -> bytes:
        size = len(MARK) + FINGERPRINT_BYTES + NONCE_BYTES
        head, sealed = stored[:size], stored[size:]
        if len(head) < size or not head.startswith(MARK):
            raise Damaged("this is no sealed sound")
        if head[len(MARK) : -NONCE_BYTES] != self._fingerprint():
            raise WrongKey("sealed with another key than RECORDINGS_KEY")
        try:
            return cipher.decrypt(head[-NONCE_BYTES:], sealed, head + sound_id.encode())
        except InvalidTag:
            raise Damaged("the bytes are not those that were sealed") from None

    def _cipher(self) -> AESGCM:
        if len(self._key) != KEY_BYTES:
            raise WrongKey("RECORDINGS_KEY is not set")
        return AESGCM(self._key)

    def _fingerprint(self) -> bytes:
        """Tells a wrong key from damaged bytes; says nothing about the key."""
        return hashlib.sha256(b"recordings-key:" + self._key).digest()[:FINGERPRINT_BYTES]

    def _place(self, sound_id: str) -> Path:
        """Two letters of the id make the folder, so that no folder grows without bound."""
        if ID.fullmatch(sound_id) is None:
            raise VaultError("this is no id of a sound")
        return self._directory / sound_id[:2] / f"{sound_id}.sound"


def _write(place: Path, content: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = place.with_suffix(f".{secrets.token_hex(4)}.new")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(place)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    for folder in (place.parent, place.parent.parent):
        _sync(folder)


def _sync(folder: Path) -> None:
    """The name itself must survive too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
