"""A directory on this machine's disk. What is reported as stored survives a power cut; only the owner may read it."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from recordings.vault.model import NoSound, VaultError
from recordings.vault.store import Entry, Sink


class LocalStore:
    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._synced: set[Path] = set()  # folders whose names are known to survive; by this process

    @contextmanager
    def writing(self, name: str) -> Iterator[Sink]:
        place = self._directory / name
        beside = place.with_name(f"{place.name}.{secrets.token_hex(4)}.new")
        sink = None
        try:
            with _told():
                self._make_folder(place.parent)
                sink = _Beside(_created(beside), beside, place)
            yield sink
        finally:
            if sink is not None:
                sink.leave()

    def size(self, name: str) -> int:
        with _told():
            return (self._directory / name).stat().st_size

    def get(self, name: str, start: int, end: int) -> bytes:
        with _told(), open(self._directory / name, "rb", buffering=0) as file:
            file.seek(start)
            return file.read(end - start)

    def delete(self, name: str) -> None:
        place = self._directory / name
        with _told():
            if place.exists():
                place.unlink(missing_ok=True)
                _sync(place.parent)

    def entries(self, folder: str = "", beginning: str = "") -> Iterator[Entry]:
        with _told():
            for place in self._folders(folder):
                for file in sorted(place.iterdir()) if place.is_dir() else ():
                    if file.name.startswith(beginning) and (entry := _entry(file)) is not None:
                        yield entry

    def _folders(self, folder: str) -> list[Path]:
        if folder:
            return [self._directory / folder]
        return sorted(self._directory.iterdir()) if self._directory.is_dir() else []

    def _make_folder(self, folder: Path) -> None:
        """Its own name must survive a power cut too, or the files in it would go with it. One that is there already may
        have been made by a process that died before it was synced."""
        if folder in self._synced and folder.is_dir():
            return
        self._directory.parent.mkdir(parents=True, exist_ok=True)
        for made in (self._directory, folder):  # each for its owner only: ``parents`` would leave that to chance
            made.mkdir(exist_ok=True, mode=0o700)
            _sync(made.parent)
        self._synced.add(folder)


class _Beside:
    """Written beside its place, synced, renamed."""

    def __init__(self, file: BinaryIO, beside: Path, place: Path) -> None:
        self._file, self._beside, self._place, self._finished = file, beside, place, False

    def write(self, content: bytes) -> None:
        with _told():
            self._file.write(content)

    def finish(self) -> None:
        with _told():
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            os.replace(self._beside, self._place)
            self._finished = True
            _sync(self._place.parent)

    def leave(self) -> None:
        if self._finished:
            return
        try:
            self._beside.unlink(missing_ok=True)
            self._file.close()
        except OSError:
            return  # found later as something that was never sealed


def _created(place: Path) -> BinaryIO:
    return os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _entry(file: Path) -> Entry | None:
    """None: deleted meanwhile."""
    try:
        modified = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except FileNotFoundError:
        return None
    return Entry(f"{file.parent.name}/{file.name}", modified)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _told() -> Iterator[None]:
    """No path in the message: it may stand in a log."""
    try:
        yield
    except FileNotFoundError:
        raise NoSound("nothing is stored under this id") from None
    except OSError as error:
        raise VaultError(f"the disk refuses: {error.strerror}") from error
