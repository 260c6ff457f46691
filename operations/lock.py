"""One run at a time for one var/ directory: two would dial from the same record with two sets of ports."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from adapters.places import Places
from operations.addresses import FILE


class AlreadyRunning(Exception):
    """Another run holds the directory; the text says where it can be reached."""


@contextmanager
def only_run(root: Path) -> Iterator[None]:
    """Held across ``exec``: the supervisor that a run becomes still is that run."""
    with open(Places(root).run / "lock", "a", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(_where(root)) from None
        os.set_inheritable(file.fileno(), True)  # children close every descriptor of ours; only exec keeps it
        yield


def _where(root: Path) -> str:
    with suppress(OSError, ValueError, KeyError):
        web = json.loads((Places(root).run / FILE).read_text(encoding="utf-8"))["web"]
        return f"The service runs already, at {web}/console/: end it with Ctrl-C where it was started."
    return "The service is just starting or stopping in another terminal: end that one first."
