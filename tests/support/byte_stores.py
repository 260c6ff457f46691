"""Stores for the vault's tests: one in memory, and a real S3-compatible server on this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import requests
from moto.moto_server.threaded_moto_server import ThreadedMotoServer

from recordings.vault.model import NoSound
from recordings.vault.store import Entry, Sink

ACCOUNT = {"access_key_id": "test", "secret_access_key": "test-secret", "region": "eu-north-1"}
BUCKET = "s3://sound/kept"


class MemoryStore:
    """Obeys the store's contract. ``files``: what rests, open to the test's hand."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.modified = datetime(2026, 11, 23, tzinfo=UTC)

    @contextmanager
    def writing(self, name: str) -> Iterator[Sink]:
        yield _Kept(self, name)

    def size(self, name: str) -> int:
        return len(self._content(name))

    def get(self, name: str, start: int, end: int) -> bytes:
        return self._content(name)[start:end]

    def delete(self, name: str) -> None:
        self.files.pop(name, None)

    def entries(self, folder: str = "", beginning: str = "") -> Iterator[Entry]:
        wanted = f"{folder}/{beginning}" if folder else ""
        return (Entry(name, self.modified) for name in sorted(self.files) if name.startswith(wanted))

    def _content(self, name: str) -> bytes:
        if name not in self.files:
            raise NoSound("nothing is stored under this id")
        return self.files[name]


class _Kept:
    def __init__(self, store: MemoryStore, name: str) -> None:
        self._store, self._name, self._written = store, name, bytearray()

    def write(self, content: bytes) -> None:
        self._written += content

    def finish(self) -> None:
        self._store.files[self._name] = bytes(self._written)


@contextmanager
def object_storage() -> Iterator[str]:
    """Its address; an empty bucket ``sound`` is there."""
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        address = f"http://{host}:{port}"
        assert requests.put(f"{address}/sound", timeout=10).ok
        yield address
    finally:
        server.stop()
