"""What a vault is: sound by id, sealed on the way in and verified on the way out. No files, no keys, no network here.

Nothing is ever in the clear where it rests, and nothing is half there: a sound is sealed whole, or it is not there.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

Still = Callable[[], bool]  # whether whoever works is still the one who should
ID = re.compile(r"[a-z0-9]{8,40}")


def always() -> bool:
    return True


class VaultError(Exception):
    """The sound cannot be stored or read; the message says why, and names no key and no path."""


class NoSound(VaultError):
    """Nothing is stored under this id."""


class WrongKey(VaultError):
    """No key at hand opens this: RECORDINGS_KEY was changed or lost. The message names the key that is wanted."""


class Damaged(VaultError):
    """The bytes are not those that were sealed under this id."""


class NoLonger(VaultError):
    """Whoever wrote it should not any more: another does, or nobody wants it. Nothing has changed."""


@dataclass(frozen=True)
class Sealed:
    """What is known of a sound once it rests."""

    bytes: int  # in the clear
    sha256: str  # of the sound in the clear
    key: str  # name (16 hex digits) of the master key that wraps its data key


class Writer(Protocol):
    def write(self, sound: bytes) -> None:
        """A piece of any size; memory stays bounded however many come."""

    def seal(self, still: Still = always, sure: Still = always) -> Sealed:
        """Stored for good when this returns: synced, in its place, read back and verified. Raises VaultError.

        ``still`` is asked again and again while it is read back, which may take minutes; ``sure`` once, before it takes
        its place. False: NoLonger."""


class Reader(Protocol):
    @property
    def size(self) -> int:
        """In the clear."""

    def read(self, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """From ``start`` up to ``end`` (not included), each piece verified before it is given. Raises VaultError."""


class Vault(Protocol):
    def writing(self, sound_id: str) -> AbstractContextManager[Writer]:
        """Left without ``seal``: nothing remains. The same id again replaces what was there, at once and whole."""

    def open(self, sound_id: str) -> Reader:
        """Raises NoSound, WrongKey, Damaged, VaultError."""

    def delete(self, sound_id: str) -> None:
        """What is not there is deleted already."""

    def ids(self) -> Iterator[str]:
        """Everything that rests, remains of what was never sealed too: what no row knows is found this way."""

    def rewrap(self, sound_id: str) -> bool:
        """Under the current master key, the sound untouched. False: it was already."""

    def sweep(self, now: datetime) -> int:
        """Removes what was never sealed, or replaced, more than a day before ``now`` (machine time). How many files."""

    def sweeping(self, now: datetime) -> Iterator[int]:
        """The same, sound by sound: whoever has little time stops, and goes on later."""


def put(vault: Vault, sound_id: str, sound: bytes) -> Sealed:
    """For small sounds and tests."""
    with vault.writing(sound_id) as writer:
        writer.write(sound)
        return writer.seal()


def whole(vault: Vault, sound_id: str) -> bytes:
    """For small sounds and tests: all of it, in memory."""
    return b"".join(vault.open(sound_id).read())
