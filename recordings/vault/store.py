"""Bytes by name: what the sealing asks of the place where files rest. It knows neither keys nor sounds.

Names look like ``ab/<id>.head``: one folder, one file.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Entry:
    name: str
    modified: datetime


class Sink(Protocol):
    def write(self, content: bytes) -> None: ...

    def finish(self) -> None:
        """Under its name, whole and for good, when this returns; a former content is replaced at once."""


class Store(Protocol):
    """Everything raises VaultError, and NoSound for a name that is not there."""

    def writing(self, name: str) -> AbstractContextManager[Sink]:
        """Left without ``finish``: the name is as it was."""

    def size(self, name: str) -> int: ...

    def get(self, name: str, start: int, end: int) -> bytes:
        """Fewer bytes where the content ends before ``end``."""

    def delete(self, name: str) -> None:
        """For good when this returns. What is not there is deleted already."""

    def entries(self, folder: str = "", beginning: str = "") -> Iterator[Entry]:
        """In the order of names; ``beginning``: of the file's name in its folder. What was never finished too."""


def put(store: Store, name: str, content: bytes) -> None:
    with store.writing(name) as sink:
        sink.write(content)
        sink.finish()
