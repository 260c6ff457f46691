"""The folder into which the web processes of one parent count side by side: made by the parent, gone with it.

Nothing of Prometheus is imported here: its library reads the folder's name once, when it is first imported.
"""

import os
import re
import shutil
import tempfile
from pathlib import Path

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
PREFIX = "one-number-metrics-"
_NAMED = re.compile(rf"^{PREFIX}(\d+)-")


def folder_for_workers() -> None:
    """A new one for each parent: an upgrade's old and new one count beside each other, each from nothing."""
    _forget_orphans()
    os.environ[FOLDER] = tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-")


def forget() -> None:
    """The parent ends; a worker of its that dies later finds nothing to write to, and nobody would read it."""
    name = os.environ.get(FOLDER, "")
    if _NAMED.match(Path(name).name):
        shutil.rmtree(name, ignore_errors=True)


def _forget_orphans() -> None:
    """Of parents that were killed: a number in the name is no process of ours any more."""
    for place in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        found = _NAMED.match(place.name)
        if found and place.stat().st_uid == os.getuid() and not _lives(int(found[1])):
            shutil.rmtree(place, ignore_errors=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
