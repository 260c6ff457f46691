"""The vault itself: sound sealed into a store of bytes, and opened from it. One code for every store.

A sound is two files: its body, and the head without which the body is noise. The body is written first, the head last:
a sound is there when its head is, and gone when its head is gone. A body that no head names was never sealed, or has
been replaced; it stays a day, because whoever reads or rewraps at that moment may still mean it.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from itertools import groupby

from recordings.vault.keyring import Keyring
from recordings.vault.model import ID, Damaged, NoLonger, NoSound, Sealed, Still, VaultError, Writer, always
from recordings.vault.reading import SealedReader
from recordings.vault.sealed_form import (
    CHUNK,
    HEAD_BYTES,
    Chunks,
    Head,
    body_bytes,
    new_secrets,
    opened_head,
    outside_of,
    sealed_head,
)
from recordings.vault.store import Entry, Sink, Store, put

HEAD, BODY = ".sound", ".body"
A_DAY = timedelta(days=1)  # longer than any sealing, reading or rewrapping takes


class SealingVault:
    def __init__(self, store: Store, keyring: Keyring) -> None:
        self._store, self.keyring = store, keyring

    @contextmanager
    def writing(self, sound_id: str) -> Iterator[Writer]:
        generation, data_key = new_secrets()
        body = _body(sound_id, generation)
        _ = self.keyring.current  # without a key nothing is begun
        with self._store.writing(body) as sink:
            yield _SealingWriter(self, sound_id, sink, generation, data_key)

    def open(self, sound_id: str) -> SealedReader:
        return self.reader(sound_id, opened_head(self.keyring, sound_id, self._head(sound_id)))

    def reader(self, sound_id: str, head: Head) -> SealedReader:
        """Raises Damaged where the body is not as long as the head says: nothing may follow its last chunk."""
        body = _body(sound_id, head.generation)
        try:
            found = self._store.size(body)
        except NoSound:
            raise Damaged("its body is missing") from None
        if found != body_bytes(head.size):
            raise Damaged(f"its body has {found} bytes, not {body_bytes(head.size)}")
        return SealedReader(self._store, body, head, Chunks(sound_id, head.generation, head.data_key))

    def delete(self, sound_id: str) -> None:
        """The head first: from then on nobody can open the body, wherever it may still lie."""
        self._store.delete(_head(sound_id))
        folder, _, file = _place(sound_id).partition("/")
        for entry in list(self._store.entries(folder, f"{file}.")):
            self._store.delete(entry.name)

    def ids(self) -> Iterator[str]:
        return (sound_id for sound_id, _ in self._all())

    def rewrap(self, sound_id: str) -> bool:
        sealed = self._head(sound_id)
        if outside_of(sealed).key == self.keyring.current:
            return False
        head = opened_head(self.keyring, sound_id, sealed)
        self.put_head(sound_id, head)
        try:
            self._store.size(_body(sound_id, head.generation))
        except NoSound:  # deleted meanwhile: the head must not stay as if there were a sound
            self._store.delete(_head(sound_id))
            raise
        return True

    def key_of(self, sound_id: str) -> str:
        """Name of the master key that it needs; told without having it."""
        return outside_of(self._head(sound_id)).key.hex()

    def sweep(self, now: datetime) -> int:
        """Removes bodies that no head has named for a day, and what was never finished. How many files.
        ``now``: machine time, which files are stamped with."""
        return sum(self.sweeping(now))

    def sweeping(self, now: datetime) -> Iterator[int]:
        before = now - A_DAY
        return (self._sweep_one(sound_id, entries, before) for sound_id, entries in self._all())

    def put_head(self, sound_id: str, head: Head) -> None:
        """Read back before it is believed."""
        put(self._store, _head(sound_id), sealed_head(self.keyring, sound_id, head))
        if opened_head(self.keyring, sound_id, self._head(sound_id)) != head:
            raise Damaged("what was written reads differently")

    def discard(self, sound_id: str, generation: bytes) -> None:
        """A body that will have no head. What cannot be removed now is swept later."""
        with suppress(VaultError):
            self._store.delete(_body(sound_id, generation))

    def _sweep_one(self, sound_id: str, entries: list[Entry], before: datetime) -> int:
        names = {entry.name for entry in entries}
        if len(entries) == 2 and _head(sound_id) in names:  # as it should be; nothing needs to be read
            return 0
        meant = self._meant(sound_id) if _head(sound_id) in names else None
        left = [e.name for e in entries if e.name not in (_head(sound_id), meant) and e.modified < before]
        for name in left:
            self._store.delete(name)
        return len(left)

    def _meant(self, sound_id: str) -> str | None:
        try:
            return _body(sound_id, outside_of(self._head(sound_id)).generation)
        except NoSound:
            return None

    def _head(self, sound_id: str) -> bytes:
        return self._store.get(_head(sound_id), 0, HEAD_BYTES + 1)

    def _all(self) -> Iterator[tuple[str, list[Entry]]]:
        for sound_id, entries in groupby(self._store.entries(), key=_id_of):
            if ID.fullmatch(sound_id) is not None:
                yield sound_id, list(entries)


class _SealingWriter:
    """Holds back one chunk: only the last one is marked as the last."""

    def __init__(self, vault: SealingVault, sound_id: str, sink: Sink, generation: bytes, data_key: bytes) -> None:
        self._vault, self._id, self._sink = vault, sound_id, sink
        self._generation, self._data_key = generation, data_key
        self._chunks = Chunks(sound_id, generation, data_key)
        self._sha256, self._size, self._number = hashlib.sha256(), 0, 0
        self._held = bytearray()

    def write(self, sound: bytes) -> None:
        self._sha256.update(sound)
        self._size += len(sound)
        rest = memoryview(sound)
        while rest:
            if len(self._held) == CHUNK:
                self._out(last=False)
            room = CHUNK - len(self._held)
            self._held += rest[:room]
            rest = rest[room:]

    def seal(self, still: Still = always, sure: Still = always) -> Sealed:
        self._out(last=True)
        self._sink.finish()
        still()
        head = Head(self._generation, self._data_key, self._size, self._sha256.digest())
        try:
            self._read_back(head, still)
            if not sure():
                raise NoLonger("somebody else's by now")
        except VaultError:
            self._vault.discard(self._id, self._generation)
            raise
        self._vault.put_head(self._id, head)  # from here on it may be there, even if this raises
        return Sealed(self._size, head.sha256.hex(), self._vault.keyring.current.hex())

    def _out(self, last: bool) -> None:
        self._sink.write(self._chunks.seal(self._number, bytes(self._held), last))
        self._number += 1
        self._held.clear()

    def _read_back(self, head: Head, still: Still) -> None:
        """From the store, opened: only then does the head make it a sound."""
        found = hashlib.sha256()
        for piece in self._vault.reader(self._id, head).read():
            found.update(piece)
            if not still():
                raise NoLonger("somebody else's by now")
        if found.digest() != head.sha256:
            raise Damaged("what was written reads differently")


def _place(sound_id: str) -> str:
    """Two letters of the id make the folder, so that no folder grows without bound."""
    if ID.fullmatch(sound_id) is None:
        raise VaultError("this is no id of a sound")
    return f"{sound_id[:2]}/{sound_id}"


def _head(sound_id: str) -> str:
    return _place(sound_id) + HEAD


def _body(sound_id: str, generation: bytes) -> str:
    return f"{_place(sound_id)}.{generation.hex()}{BODY}"


def _id_of(entry: Entry) -> str:
    return entry.name.rpartition("/")[2].partition(".")[0]
