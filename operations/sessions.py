"""What the operating system knows of a started process: its session, who is left in it, and how it dies with us.

Each child is the leader of a session of its own, so that a Ctrl-C in the terminal reaches only us, and so that
whatever a killed child leaves behind (a forked job, a web worker) can be found and ended before it starts again.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_LOOK_SECONDS = 0.01
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def dies_with(parent: int) -> Callable[[], None]:
    """For ``Popen(preexec_fn=…)``: the child gets SIGTERM when the thread that started it ends. Linux only."""

    def prepare() -> None:
        if _libc is not None:
            _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
            if os.getppid() != parent:  # the parent died between fork and prctl
                os._exit(1)

    return prepare


def members(*leaders: int) -> list[int]:
    """Living processes of the sessions that these began, themselves included; empty where this cannot be known."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            if int(fields[3]) in leaders and fields[0] not in "ZX":
                found.append(int(entry.name))
    return found


def nobody_left(leaders: Collection[int], seconds: float) -> bool:
    """True once none of these sessions has anybody: who is killed is gone a moment later, and who was forked by a
    process that has died is nobody's child whose end could be waited for."""
    until = time.monotonic() + seconds
    while members(*leaders):
        if time.monotonic() > until:
            return False
        time.sleep(_LOOK_SECONDS)
    return True


def end_leftovers(leader: int) -> None:
    """SIGKILL to everything that is left of a session, as a supervisor does to a service's whole group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
    for pid in members(leader):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def command_of(pid: int) -> str:
    """The command line of a living process, or an empty string."""
    listed = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return listed.stdout.strip()
