"""What is refused to be restored, in words and with nothing changed: bad archives, others' archives, full places."""

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from operations.archive import MANIFEST, BadArchive
from operations.restore import CannotRestore, Wishes, restore
from tests.support.backed_up import City, backed_up, empty_place, marks, put_back, silent


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    made = backed_up("sqlite", tmp_path_factory.mktemp("city"))
    yield made
    made.town.services.database.dispose()


def test_a_place_that_is_not_empty_is_refused(city: City, tmp_path: Path) -> None:
    before = marks(city.settings.database_url)
    with pytest.raises(CannotRestore, match="not empty"):
        put_back(city.made, city.settings)
    assert marks(city.settings.database_url) == before
    there = empty_place("sqlite", tmp_path)
    (there.data_dir / "recordings" / "ab").mkdir(parents=True)
    (there.data_dir / "recordings" / "ab" / "abcdefgh.sound").write_bytes(b"somebody's")
    with pytest.raises(CannotRestore, match="recordings' place"):
        put_back(city.made, there)
    assert list(there.data_dir.glob("*.db")) == []


def _truncated(archive: bytes) -> bytes:
    return archive[: len(archive) * 2 // 3]


def _flipped(archive: bytes, at: float) -> bytes:
    place = int(len(archive) * at)
    return archive[:place] + bytes([archive[place] ^ 0x55]) + archive[place + 1 :]


def _with_manifest(archive: bytes, tmp_path: Path, **changes: object) -> bytes:
    before, after = tmp_path / "before.zip", tmp_path / "after.zip"
    before.write_bytes(archive)
    with zipfile.ZipFile(before) as old, zipfile.ZipFile(after, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == MANIFEST:
                content = json.dumps({**json.loads(content), **changes}).encode()
            new.writestr(name, content)
    return after.read_bytes()


Spoil = Callable[[bytes, Path], bytes]
_TABLE = {"columns": ["id"], "rows": 1, "mark": "0"}
BAD: dict[str, tuple[Spoil, str]] = {
    "truncated": (lambda archive, _: _truncated(archive), "cut short"),
    "empty": (lambda _archive, _: b"", "cut short"),
    "text": (lambda _archive, _: b"BACKUP OF SOMETHING\n" * 99, "cut short"),
    "flipped early": (lambda archive, _: _flipped(archive, 0.1), "cut short|damaged"),
    "flipped late": (lambda archive, _: _flipped(archive, 0.8), "cut short|damaged"),
    "another product": (lambda archive, tmp: _with_manifest(archive, tmp, product="other"), "another product"),
    "another format": (lambda archive, tmp: _with_manifest(archive, tmp, format=9), "format 9"),
    "newer": (lambda archive, tmp: _with_manifest(archive, tmp, revision="9999"), "does not know"),
    "another city": (lambda archive, tmp: _with_manifest(archive, tmp, city_number="+35891234567"), "--other-city"),
    "table renamed": (lambda archive, tmp: _with_manifest(archive, tmp, tables={"x": _TABLE}), "not those of"),
    "manifest of rubbish": (lambda archive, tmp: _with_manifest(archive, tmp, tables=7), "cannot be read"),
    "file left out": (lambda archive, tmp: _with_manifest(archive, tmp, files={}), "does not hold"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_archive_is_refused_in_words_and_changes_nothing(city: City, kind: str, tmp_path: Path) -> None:
    spoil, words = BAD[kind]
    bad = tmp_path / "bad.zip"
    bad.write_bytes(spoil(city.made.place.read_bytes(), tmp_path))
    there = empty_place("sqlite", tmp_path)
    with pytest.raises((BadArchive, CannotRestore), match=words):
        restore(there, bad, Wishes(), silent)
    assert [each.name for each in there.data_dir.rglob("*")] == []


def test_a_row_that_was_changed_with_its_checksum_is_noticed(city: City, tmp_path: Path) -> None:
    """Somebody who rewrites a table's part and the part's checksum has still another sum of rows."""
    whole_one = tmp_path / "changed.zip"
    with zipfile.ZipFile(city.made.place) as old, zipfile.ZipFile(whole_one, "w") as new:
        manifest = json.loads(old.read(MANIFEST))
        for name in old.namelist():
            content = old.read(name)
            if name == "record/notice.jsonl":
                content = content.replace(b"Water is off", b"Water is on!")
                manifest["files"][name] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            if name != MANIFEST:
                new.writestr(name, content)
        new.writestr(MANIFEST, json.dumps(manifest))
    there = empty_place("sqlite", tmp_path)
    with pytest.raises(BadArchive, match="notice reads differently"):
        restore(there, whole_one, Wishes(), silent)
    assert list(there.data_dir.rglob("*.db*")) == []
