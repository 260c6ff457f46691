"""The disk on which the web processes count is full: callers are answered all the same, and nobody dies of counting.

A mapped page that the disk cannot give is no error that anybody could catch: the process is killed.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from adapters import meter_files
from adapters.places import ROOT
from ivr.dialogue.steps import STEPS

COUNTS = """
import os, sys
from adapters import meter_files
meter_files.folder_for_workers()
if sys.argv[1] == "full":
    with open(os.environ["TMPDIR"] + "/everything else", "wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
from adapters.meters import WebMeters
meters = WebMeters()
for n in range(int(sys.argv[2])):
    meters.webhook_took(f"a step with a long name {n}", 0.1)
    meters.answered("voice", str(n))
print(len(meters.told(())), os.path.getsize(os.environ[meter_files.FOLDER] + f"/histogram_{os.getpid()}.db")
      if sys.argv[1] == "room" else "")
"""


def counts(place: Path, disk: str, labels: int, before: tuple[str, ...] = ()) -> "subprocess.CompletedProcess[str]":
    known = {"TMPDIR": str(place), "PATH": os.environ["PATH"]}
    command = [*before, sys.executable, "-c", COUNTS, disk, str(labels)]
    return subprocess.run(command, env=known, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def small_disk(place: Path) -> tuple[str, ...]:
    """Of two megabytes, seen by the one command that follows; gone with it."""
    mounts = f'mount -t tmpfs -o size=2m tmpfs "{place}" && exec "$@"'
    return ("unshare", "-Urm", "sh", "-c", mounts, "sh")


@pytest.mark.skipif(
    shutil.which("unshare") is None or subprocess.run([*small_disk(Path("/mnt")), "true"], check=False).returncode != 0,
    reason="this machine lets nobody make a disk of its own",
)
def test_on_a_full_disk_nobody_is_killed_and_nothing_is_counted(tmp_path: Path) -> None:
    full = counts(tmp_path, "full", 200, small_disk(tmp_path))
    assert full.returncode == 0, full.stderr
    assert full.stdout.split() == ["0"]


def test_room_is_taken_before_anything_is_counted_and_is_enough_for_every_label(tmp_path: Path) -> None:
    """Growing is what could fail later."""
    well = counts(tmp_path, "room", 2 * len(STEPS))
    assert well.returncode == 0, well.stderr
    told, size = map(int, well.stdout.split())
    assert told > 1000
    assert size == meter_files.ROOM
    made = [one.stat() for one in tmp_path.glob("*/*.db")]
    assert [(one.st_size, one.st_blocks * 512 >= one.st_size) for one in made] == [(meter_files.ROOM, True)] * 2


def test_a_disk_that_refuses_is_told_and_leaves_nothing_half(tmp_path: Path) -> None:
    assert not meter_files.takes_room(str(tmp_path / "gone"))
    assert meter_files.takes_room(str(tmp_path))
    assert meter_files.takes_room(str(tmp_path)), "a number that is had again goes on with its file"
    assert sorted(one.name for one in tmp_path.iterdir()) == [f"{kind}_{os.getpid()}.db" for kind in meter_files.KINDS]


def test_workers_that_die_one_after_another_do_not_fill_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What each has counted stays until the parent ends."""
    monkeypatch.setattr(meter_files, "ROOM", 1)
    took = []
    for number in range(40):
        monkeypatch.setattr(os, "getpid", lambda number=number: number)
        took.append(meter_files.takes_room(str(tmp_path)))
    assert took == [True] * 32 + [False] * 8
    assert len(list(tmp_path.iterdir())) == meter_files.MOST_FILES
    monkeypatch.setattr(os, "getpid", lambda: 0)
    assert meter_files.takes_room(str(tmp_path)), "a number that is had again goes on with its file"
