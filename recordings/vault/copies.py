"""Sealed sounds as files, to be carried to another place as they are. Without any key: nothing is opened here."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from recordings.vault.model import ID, Damaged, NoSound
from recordings.vault.sealed_form import HEAD_BYTES, outside_of
from recordings.vault.store import Entry, Store

HEAD = ".sound"
PIECE = 1024 * 1024


@dataclass(frozen=True)
class Resting:
    """One sealed sound: its files, the head last, so that it is a sound only once it is whole."""

    sound_id: str
    names: tuple[str, ...]
    key: str  # name of the master key that it needs


def sounds(store: Store) -> Iterator[Resting]:
    """In the order of ids. What was never sealed, or is deleted while we look, is passed by."""
    for sound_id, entries in groupby(store.entries(), key=id_of):
        names = [entry.name for entry in entries]
        heads = [name for name in names if name.endswith(HEAD)]
        if ID.fullmatch(sound_id) is None or not heads:
            continue
        try:
            outside = outside_of(store.get(heads[0], 0, HEAD_BYTES + 1))
        except (NoSound, Damaged):
            continue
        meant = [name for name in names if f".{outside.generation.hex()}." in name]
        yield Resting(sound_id, (*meant, *heads), outside.key.hex())


def id_of(entry: Entry) -> str:
    return entry.name.rpartition("/")[2].partition(".")[0]


def content(store: Store, name: str) -> Iterator[bytes]:
    """Raises NoSound where it is gone, before the first piece or between two."""
    size, place = store.size(name), 0
    while place < size:
        piece = store.get(name, place, min(place + PIECE, size))
        if not piece:
            raise NoSound("nothing is stored under this id any more")
        yield piece
        place += len(piece)


def take(store: Store, name: str, pieces: Iterable[bytes]) -> None:
    with store.writing(name) as sink:
        for piece in pieces:
            sink.write(piece)
        sink.finish()
