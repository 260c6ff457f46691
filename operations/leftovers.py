"""What an earlier run left behind because it was killed itself: found by its pid files, ended before a new start."""

import contextlib
import os
import signal
import sys
import time
from pathlib import Path

from adapters.places import Places
from operations.sessions import command_of, end_leftovers, members

_GENTLE_SECONDS = 6.0


def end_earlier_run(root: Path) -> None:
    """Only processes that were started with this project's own Python or store; a pid may belong to another by now."""
    files = list(Places(root).run.glob("*.pid"))
    known = [pid for pid in map(_pid, files) if pid]
    ours = [pid for pid in known if _is_ours(pid)]
    for pid in ours:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    end = time.monotonic() + _GENTLE_SECONDS
    while any(_is_ours(pid) for pid in ours) and time.monotonic() < end:
        time.sleep(0.05)
    for pid in known:  # a job outlives its worker that was killed, too: it must not run beside the next one's
        if pid in ours or any(map(_is_ours, members(pid))):
            end_leftovers(pid)
    for file in files:
        file.unlink(missing_ok=True)


def _pid(file: Path) -> int | None:
    with contextlib.suppress(OSError, ValueError):
        return int(file.read_text())
    return None


def _is_ours(pid: int) -> bool:
    return sys.prefix in command_of(pid)
