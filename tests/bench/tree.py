"""What the operating system knows of a process and everything below it: CPU used and memory shared fairly. Linux."""

import contextlib
import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PARENT, _USER, _CHILDREN_SYSTEM = 1, 11, 14  # fields of /proc/<pid>/stat behind the name


def below(root: int) -> list[int]:
    """The process and all its descendants."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError):
            parents[int(entry.name)] = int(_stat(int(entry.name))[_PARENT])
    found = [root]
    for pid in found:
        found.extend(child for child, parent in parents.items() if parent == pid)
    return found


def cpu_seconds(root: int) -> float:
    """User and system time of the whole tree, with children that have ended and were waited for."""
    total = 0
    for pid in below(root):
        with contextlib.suppress(OSError):
            total += sum(int(field) for field in _stat(pid)[_USER : _CHILDREN_SYSTEM + 1])
    return total / _TICKS


def pss_kilobytes(pid: int) -> int:
    """Own memory, and of shared memory the fair share."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def command(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ").strip()
    return ""


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
