"""Reads one sealed sound by ranges: only the chunks that are needed, and no byte before its chunk has been verified."""

from collections.abc import Iterator

from recordings.vault.model import Damaged, NoSound
from recordings.vault.sealed_form import CHUNK, SEALED_CHUNK, Chunks, Head, body_bytes, chunks_in, spans
from recordings.vault.store import Store

AT_ONCE = 8  # chunks fetched together: half a megabyte, which the memory of a job has room for


class SealedReader:
    def __init__(self, store: Store, body: str, head: Head, chunks: Chunks) -> None:
        self._store, self._body, self._chunks = store, body, chunks
        self.size = head.size
        self._count = chunks_in(head.size)

    def read(self, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """A range beyond the end is cut to it. Silence of no bytes is verified too."""
        start = max(0, start)
        end = self.size if end is None else min(end, self.size)
        if start >= end and self.size:
            return
        first, behind = start // CHUNK, max(1, -(-end // CHUNK))
        for span in spans(first, behind, AT_ONCE):
            for number, clear in self._opened(*span):
                at = number * CHUNK
                piece = clear[max(0, start - at) : end - at]
                if piece:
                    yield piece

    def _opened(self, first: int, behind: int) -> Iterator[tuple[int, bytes]]:
        begins, ends = first * SEALED_CHUNK, min(behind * SEALED_CHUNK, body_bytes(self.size))
        try:
            sealed = memoryview(self._store.get(self._body, begins, ends))
        except NoSound:
            raise Damaged("its body is missing") from None
        for number in range(first, behind):
            at = (number - first) * SEALED_CHUNK
            yield number, self._chunks.open(number, sealed[at : at + SEALED_CHUNK], number == self._count - 1)
