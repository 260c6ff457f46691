"""The power cut at every step of sealing on a disk: afterwards the sound is whole or not there, never in the clear.

A disk that forgets: after a cut it holds only what was synced, contents by their file's sync, names by their folder's.
The worst that a real one may do; the very same code runs over it.
"""

import base64
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recordings.vault import NoSound, VaultError, put, whole
from recordings.vault.opening import local_vault

KEY, NEXT_KEY = (base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2))
ID = "abcdefghijkmnpqrstuv"
SOUND = b"RIFF what a resident has told" * 4000  # two chunks
PIECE = SOUND[5000:5064]


class ForgetfulDisk:
    """Watches a folder's system calls and keeps, beside it, what would survive if the power went now."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root, self.survives = root, root.with_name("survives")
        self.contents: dict[int, bytes] = {}  # by inode: what a sync has written down
        self.at_cut: Callable[[Path], None] = lambda place: None
        root.mkdir()
        self.survives.mkdir()
        for name in ("fsync", "replace", "open", "mkdir", "unlink"):
            monkeypatch.setattr(os, name, self._watched(name, getattr(os, name)))

    def _watched(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **named: Any) -> Any:
            result = real(*args, **named)
            if name == "fsync":
                self._synced(args[0])
            self.at_cut(self.survives)
            return result

        return call

    def _synced(self, descriptor: int) -> None:
        place = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
        if place.is_file():
            self.contents[place.stat().st_ino] = place.read_bytes()
        elif place.is_relative_to(self.root):
            self._names_synced(place, self.survives / place.relative_to(self.root))

    def _names_synced(self, folder: Path, kept: Path) -> None:
        if not kept.exists():
            return  # its own name was never synced: all in it is lost
        names = {path.name: path for path in folder.iterdir()}
        for gone in [path for path in kept.iterdir() if path.name not in names]:
            shutil.rmtree(gone) if gone.is_dir() else gone.unlink()
        for name, path in names.items():
            if path.is_dir():
                (kept / name).mkdir(exist_ok=True)
            else:
                (kept / name).write_bytes(self.contents.get(path.stat().st_ino, b""))


def found(place: Path, *keys: str) -> bytes | None:
    try:
        return whole(local_vault(place / "recordings", *keys[:1], keys[1:]), ID)
    except NoSound:
        return None


def in_the_clear(place: Path) -> list[Path]:
    return [path for path in place.rglob("*") if path.is_file() and PIECE in path.read_bytes()]


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ForgetfulDisk:
    return ForgetfulDisk(tmp_path / "disk", monkeypatch)


def watched(disk: ForgetfulDisk, deed: Callable[[], object], *keys: str) -> list[bytes | None]:
    """What is found after a cut behind each step of ``deed``."""
    seen: list[bytes | None] = []

    def look(place: Path) -> None:
        disk.at_cut = lambda _: None
        seen.append(found(place, *keys))
        assert in_the_clear(place) == []
        assert in_the_clear(disk.root) == []
        disk.at_cut = look

    disk.at_cut = look
    deed()
    disk.at_cut = lambda _: None
    return [*seen, found(disk.survives, *keys)]


def test_a_first_sealing_leaves_nothing_or_the_whole(disk: ForgetfulDisk) -> None:
    vault = local_vault(disk.root / "recordings", KEY)
    seen = watched(disk, lambda: put(vault, ID, SOUND), KEY)
    assert len(seen) > 12
    assert set(seen) == {None, SOUND}
    assert seen == sorted(seen, key=lambda one: one is not None), "once there it stays"
    assert seen[-1] == SOUND, "what was reported as stored survives"


def test_a_replacement_leaves_the_former_or_the_new_one(disk: ForgetfulDisk) -> None:
    vault = local_vault(disk.root / "recordings", KEY)
    put(vault, ID, b"former")
    seen = watched(disk, lambda: put(vault, ID, SOUND), KEY)
    assert set(seen) == {b"former", SOUND}
    assert seen[-1] == SOUND


def test_a_rewrapping_loses_nothing_at_any_step(disk: ForgetfulDisk) -> None:
    put(local_vault(disk.root / "recordings", KEY), ID, SOUND)
    rotated = local_vault(disk.root / "recordings", NEXT_KEY, (KEY,))
    seen = watched(disk, lambda: rotated.rewrap(ID), NEXT_KEY, KEY)
    assert set(seen) == {SOUND}
    assert found(disk.survives, NEXT_KEY) == SOUND


def test_what_is_reported_as_deleted_does_not_come_back(disk: ForgetfulDisk) -> None:
    vault = local_vault(disk.root / "recordings", KEY)
    put(vault, ID, SOUND)
    seen = watched(disk, lambda: vault.delete(ID), KEY)
    assert set(seen) == {None, SOUND}
    assert seen[-1] is None
    assert [path for path in disk.survives.rglob("*") if path.is_file()] == []


def killed_at(root: Path, step: int) -> bool:
    """A child seals, and ends itself without a word behind its ``step``-th system call. False: it came to its end."""
    child = os.fork()
    if child == 0:
        _seal_and_die(root, step)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def _seal_and_die(root: Path, step: int) -> None:
    left = [step]

    def watched(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **named: Any) -> Any:
            result = real(*args, **named)
            left[0] -= 1
            if left[0] == 0:
                os._exit(9)
            return result

        return call

    for name in ("fsync", "replace", "open", "mkdir", "unlink", "close"):
        setattr(os, name, watched(getattr(os, name)))
    try:
        put(local_vault(root, KEY), ID, SOUND)
    finally:
        os._exit(0)


def test_the_process_killed_behind_each_step_leaves_nothing_or_the_whole(tmp_path: Path) -> None:
    """What was begun and never sealed is noise that no head opens, found by its id, and swept or deleted."""
    seen, step = [], 1
    while killed_at(tmp_path / f"{step}" / "recordings", step):
        place = tmp_path / f"{step}"
        seen.append(found(place, KEY))
        assert in_the_clear(place) == []
        vault = local_vault(place / "recordings", KEY)
        left = any(path.is_file() for path in place.rglob("*"))
        assert list(vault.ids()) == ([ID] if left else [])
        put(vault, ID, SOUND)
        assert whole(vault, ID) == SOUND, "the next try is not hindered"
        vault.delete(ID)
        assert not any(path.is_file() for path in place.rglob("*"))
        step += 1
    assert len(seen) > 12
    assert set(seen) == {None, SOUND}


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    (tmp_path / "recordings" / ID[:2]).mkdir(parents=True)
    with pytest.raises(VaultError, match="No space left"):
        put(local_vault(tmp_path / "recordings", KEY), ID, SOUND)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_folder_that_a_killed_process_left_unsynced_survives_with_what_is_put_into_it(disk: ForgetfulDisk) -> None:
    """It had made the folder and died before its name was written down; the next one finds it there."""
    (disk.root / "recordings" / ID[:2]).mkdir(parents=True)
    put(local_vault(disk.root / "recordings", KEY), ID, SOUND)
    assert found(disk.survives, KEY) == SOUND


def test_a_folder_is_synced_once_for_each_process(disk: ForgetfulDisk, monkeypatch: pytest.MonkeyPatch) -> None:
    vault, synced = local_vault(disk.root / "recordings", KEY), list[str]()
    put(vault, ID, SOUND)
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(os.readlink(f"/proc/self/fd/{descriptor}")))
    put(vault, ID, SOUND)
    assert str(disk.root / "recordings") not in synced
    assert str(disk.root / "recordings" / ID[:2]) in synced


def test_only_the_owner_looks_into_the_folders(tmp_path: Path) -> None:
    put(local_vault(tmp_path / "city" / "recordings", KEY), ID, SOUND)
    for folder in (tmp_path / "city" / "recordings", tmp_path / "city" / "recordings" / ID[:2]):
        assert folder.stat().st_mode & 0o777 == 0o700
