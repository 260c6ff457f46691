"""The form of a sealed sound: a short head, and a body of chunks. Bytes in, bytes out; nothing is read or written here.

The body is AES-256-GCM over 64 KiB at a time under a data key of its own (the STREAM construction): number and last
mark of a chunk are its nonce, so that a body cut short, lengthened or put in another order does not open; id and
generation are bound into each chunk, so that no file opens in another's place. The head holds the data key, length and
checksum, wrapped by a master key: a new master key means a new head, and the body is not touched.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from recordings.vault.keyring import KEY_BYTES, NAME_BYTES, NONCE_BYTES, Keyring
from recordings.vault.model import Damaged

MARK = b"SND2"
CHUNK = 64 * 1024  # in the clear
TAG = 16
SEALED_CHUNK = CHUNK + TAG
GENERATION_BYTES = 8
SIZE_BYTES = 8
SHA256_BYTES = 32
CLEAR_BYTES = len(MARK) + NAME_BYTES + GENERATION_BYTES
HEAD_BYTES = CLEAR_BYTES + NONCE_BYTES + KEY_BYTES + SIZE_BYTES + SHA256_BYTES + TAG


@dataclass(frozen=True)
class Head:
    """``generation``: which body is meant; each sealing of the same id makes a new one."""

    generation: bytes
    data_key: bytes
    size: int  # of the sound in the clear
    sha256: bytes


@dataclass(frozen=True)
class Outside:
    """What a head tells without any key."""

    key: bytes  # name of the master key
    generation: bytes


def new_secrets() -> tuple[bytes, bytes]:
    """A generation and a data key."""
    return secrets.token_bytes(GENERATION_BYTES), secrets.token_bytes(KEY_BYTES)


def sealed_head(keyring: Keyring, sound_id: str, head: Head) -> bytes:
    outside = MARK + keyring.current + head.generation
    inside = head.data_key + head.size.to_bytes(SIZE_BYTES) + head.sha256
    return outside + keyring.wrap(inside, outside + sound_id.encode())


def outside_of(sealed: bytes) -> Outside:
    """Raises Damaged."""
    if len(sealed) != HEAD_BYTES or not sealed.startswith(MARK):
        raise Damaged("this is no head of a sealed sound")
    name = sealed[len(MARK) : len(MARK) + NAME_BYTES]
    return Outside(name, sealed[len(MARK) + NAME_BYTES : CLEAR_BYTES])


def opened_head(keyring: Keyring, sound_id: str, sealed: bytes) -> Head:
    """Raises WrongKey, Damaged."""
    outside = outside_of(sealed)
    inside = keyring.unwrap(outside.key, sealed[CLEAR_BYTES:], sealed[:CLEAR_BYTES] + sound_id.encode())
    size = int.from_bytes(inside[KEY_BYTES : KEY_BYTES + SIZE_BYTES])
    return Head(outside.generation, inside[:KEY_BYTES], size, inside[-SHA256_BYTES:])


def chunks_in(size: int) -> int:
    """Silence of no bytes is one empty chunk."""
    return max(1, -(-size // CHUNK))


def body_bytes(size: int) -> int:
    return size + TAG * chunks_in(size)


class Chunks:
    """Seals and opens the chunks of one body."""

    def __init__(self, sound_id: str, generation: bytes, data_key: bytes) -> None:
        self._cipher = AESGCM(data_key)
        self._bound = MARK + generation + sound_id.encode()

    def seal(self, number: int, clear: bytes | memoryview, last: bool) -> bytes:
        return self._cipher.encrypt(_nonce(number, last), clear, self._bound)

    def open(self, number: int, sealed: bytes | memoryview, last: bool) -> bytes:
        try:
            return self._cipher.decrypt(_nonce(number, last), sealed, self._bound)
        except InvalidTag:
            raise Damaged("the bytes are not those that were sealed") from None


def _nonce(number: int, last: bool) -> bytes:
    """Never twice under one data key: each body has its own."""
    return number.to_bytes(NONCE_BYTES - 1) + bytes([last])


def spans(first: int, end: int, at_once: int) -> Iterator[tuple[int, int]]:
    """Chunk numbers in groups that are fetched together."""
    return ((start, min(start + at_once, end)) for start in range(first, end, at_once))
