"""The folder into which the web processes of one parent count side by side: made by the parent, gone with it.

Nothing of Prometheus is imported here: its library reads the folder's name once, when it is first imported. It counts
in mapped files: a page that a full disk cannot give kills the process that writes to it, in the middle of its callers'
webhooks. So each process takes all the room that it needs before it counts, or it does not count.
"""

import fcntl
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
PREFIX = "one-number-metrics-"
LOCK = "held"
KINDS = ("counter", "histogram")  # the library's own names of the files: one of each for each process
ROOM = 1 << 20  # of each file; every label that there is takes a third of it, and the library makes none smaller
MOST_FILES = 64  # of those who ran and those who do: workers that die at once, one after another, would fill the disk
_NAMED = re.compile(rf"^{PREFIX}(\d+)-")
_held: list[int] = []  # open for as long as the parent, or a worker of its, lives


def folder_for_workers() -> None:
    """A new one for each parent: an upgrade's old and new one count beside each other, each from nothing. Where none
    can be made the service runs all the same, and each process counts for itself."""
    _forget_orphans()
    os.environ.pop(FOLDER, None)
    try:
        folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    except OSError:
        return
    try:
        _hold(folder)
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        os.environ[FOLDER] = str(folder)


def forget() -> None:
    """The parent ends; a worker of its that dies later finds nothing to write to, and nobody would read it."""
    name = os.environ.get(FOLDER, "")
    if _NAMED.match(Path(name).name):
        shutil.rmtree(name, ignore_errors=True)
    while _held:
        os.close(_held.pop())


def takes_room(folder: str) -> bool:
    """This process's files, of their whole size before anything is mapped. False: the disk does not give it, or enough
    others have taken theirs; their counts stay, because what has been counted may not go back."""
    names = [f"{kind}_{os.getpid()}" for kind in KINDS]
    try:
        there = {one.stem for one in Path(folder).iterdir() if one.suffix in (".db", ".making")}
        if len(there.union(names)) > MOST_FILES:
            return False
        for name in names:
            _full_size(Path(folder), name)
    except OSError:
        return False
    return True


def _full_size(folder: Path, name: str) -> None:
    """Under its own name once it is whole: whoever reads the folder meanwhile would stumble over an empty file."""
    file = folder / f"{name}.db"
    if file.exists():  # of a process that had this number before: its counts go on
        return
    making = folder / f"{name}.making"
    try:
        with making.open("wb") as room:
            if sys.platform == "linux":
                os.posix_fallocate(room.fileno(), 0, ROOM)
            else:
                room.write(bytes(ROOM))
        making.replace(file)
    finally:
        making.unlink(missing_ok=True)


def _hold(folder: Path) -> None:
    """Locked before it has its name, so that nobody ever finds it free."""
    held = os.open(folder / "taking", os.O_CREAT | os.O_RDWR, 0o600)
    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    (folder / "taking").rename(folder / LOCK)
    _held.append(held)


def _forget_orphans() -> None:
    """Of parents that were killed: nobody holds them. A number in the name tells nothing: the parent may be in another
    container that shares this folder of ours."""
    for place in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        if _NAMED.match(place.name) and _is_mine_and_free(place):
            shutil.rmtree(place, ignore_errors=True)


def _is_mine_and_free(place: Path) -> bool:
    try:
        if place.stat().st_uid != os.getuid():
            return False
        found = os.open(place / LOCK, os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(found, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(found)
    return True
