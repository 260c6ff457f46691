"""The file of a backup: an ordinary zip of the rows, the sealed sounds and two documents, with a manifest that says
what must be in it. Written beside its name, synced, read back, and only then given its name.

What each part means is ``backup``'s and ``restore``'s business. No key is ever in it.
"""

import fcntl
import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

FORMAT = 1
PRODUCT = "one number"
MANIFEST = "manifest.json"
UNFINISHED = ".part"
PIECE = 1024 * 1024
MOST_MANIFEST = 256 * 1024 * 1024


class BadArchive(Exception):
    """Not a whole backup of this service; one sentence for the person who gave it."""


@dataclass(frozen=True)
class TableTold:
    columns: tuple[str, ...]
    rows: int
    mark: str


@dataclass(frozen=True)
class FileTold:
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    made_at: str  # ISO, UTC, machine time
    revision: str  # of the record's schema
    database: str  # sqlite | postgresql
    city_number: str
    running: bool  # the service was at work meanwhile
    recordings: bool  # the vault is in it
    keys: tuple[str, ...]  # names of the master keys that its sounds need; no key
    missing: tuple[str, ...] = ()  # sounds that the record speaks of and the vault did not have
    tables: Mapping[str, TableTold] = field(default_factory=dict)
    files: Mapping[str, FileTold] = field(default_factory=dict)


class _Counted:
    """What is written is counted and fingerprinted on its way."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out, self._sha256, self._bytes = out, hashlib.sha256(), 0

    def write(self, content: bytes) -> None:
        self._out.write(content)
        self._sha256.update(content)
        self._bytes += len(content)

    @property
    def told(self) -> FileTold:
        return FileTold(self._bytes, self._sha256.hexdigest())


class Writing:
    def __init__(self, out: zipfile.ZipFile) -> None:
        self._out = out
        self.files: dict[str, FileTold] = {}

    @contextmanager
    def member(self, name: str, *, packed: bool = True) -> Iterator[_Counted]:
        """``packed``: not for what is sealed, which does not get smaller."""
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        with self._out.open(info, "w", force_zip64=True) as raw:
            counted = _Counted(raw)
            yield counted
        self.files[name] = counted.told

    def close_with(self, manifest: Manifest) -> None:
        self._out.writestr(MANIFEST, json.dumps({"product": PRODUCT, "format": FORMAT, **asdict(manifest)}, indent=1))


@contextmanager
def written(place: Path) -> Iterator[Writing]:
    """Under its name, synced and read back, when this returns; else nothing is there. Readable by its owner only."""
    beside = place.with_name(f"{place.name}{UNFINISHED}")
    beside.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
            with suppress(OSError):  # a file system without locks
                fcntl.flock(file, fcntl.LOCK_EX)
            with zipfile.ZipFile(file, "w", allowZip64=True) as out:
                yield Writing(out)
            file.flush()
            os.fsync(file.fileno())
            with opened(beside) as reading:
                reading.check()
            os.replace(beside, place)
        _sync(place.parent)
    finally:
        beside.unlink(missing_ok=True)


def forget_unfinished(folder: Path, like: str) -> None:
    """What a backup left that was killed, or whose machine went down: else one of them more each night fills the disk.
    One that is being written at this moment is locked, and stays."""
    for each in folder.glob(f"{like}{UNFINISHED}"):
        with suppress(OSError), open(each, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            each.unlink()


class Reading:
    def __init__(self, zipped: zipfile.ZipFile) -> None:
        self._zip = zipped
        self.manifest = _manifest(zipped)

    def check(self) -> None:
        """Every part is there, nothing else is, and each is as it was written. Raises BadArchive."""
        names = sorted(self._zip.namelist())
        if names != sorted([*self.manifest.files, MANIFEST]):
            raise BadArchive("The archive does not hold what its manifest says: something else made or changed it.")
        for name, told in self.manifest.files.items():
            found = hashlib.sha256()
            for piece in self.pieces(name):
                found.update(piece)
            if found.hexdigest() != told.sha256:
                raise BadArchive(f"The archive is damaged: {name} is not what was written.")

    def pieces(self, name: str) -> Iterator[bytes]:
        with _readable(), self._zip.open(name) as member:
            while piece := member.read(PIECE):
                yield piece

    def lines(self, name: str) -> Iterator[bytes]:
        with _readable(), self._zip.open(name) as member:
            for line in member:
                yield line.rstrip(b"\n")


@contextmanager
def opened(place: Path) -> Iterator[Reading]:
    """Raises BadArchive; OSError where the file cannot be read at all."""
    with _readable(), open(place, "rb") as file, zipfile.ZipFile(file) as zipped:
        yield Reading(zipped)


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, zlib.error) as error:
        raise BadArchive(f"The archive is cut short or damaged ({error}).") from None


def _manifest(zipped: zipfile.ZipFile) -> Manifest:
    try:
        if zipped.getinfo(MANIFEST).file_size > MOST_MANIFEST:
            raise ValueError
        found: dict[str, Any] = json.loads(zipped.read(MANIFEST))
        product, form = found.pop("product"), found.pop("format")
    except (KeyError, ValueError, AttributeError, TypeError):
        raise BadArchive("This is no backup of this service: it has no manifest of ours.") from None
    if product != PRODUCT:
        raise BadArchive("This is no backup of this service: its manifest is another product's.")
    if form != FORMAT:
        raise BadArchive(f"The archive has format {form}, this release reads format {FORMAT}: use the other release.")
    return _read(found)


def _read(found: dict[str, Any]) -> Manifest:
    try:
        tables = {
            name: TableTold(tuple(one["columns"]), one["rows"], one["mark"]) for name, one in found["tables"].items()
        }
        files = {name: FileTold(**one) for name, one in found["files"].items()}
        listed = {name: tuple(found[name]) for name in ("keys", "missing")}
        return Manifest(**{**found, **listed, "tables": tables, "files": files})
    except (KeyError, ValueError, AttributeError, TypeError):
        raise BadArchive("The archive's manifest cannot be read: it is damaged, or not ours.") from None


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
