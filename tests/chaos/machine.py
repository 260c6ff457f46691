"""How much of the machine the service gets: others may want it too, and then no answer can be as quick as it would be.

The kernel tells of each thread how long it ran and how long it only waited for a processor. Deadlines are not stretched
with it: where the service had to wait too much, a run is not judged for latency at all, and is never called well.
"""

import os
import time
from dataclasses import dataclass
from pathlib import Path

from tests.chaos.city import PROCESSES, ChaosCity

STARVED = 3.0  # above it two thirds of the time or more went by without a processor: late answers prove nothing
TICKS = os.sysconf("SC_CLK_TCK")
LOOKED_AT = ("web-a", "web-b", "worker-1", "worker-2", "clock", "proxy", "emulator")


@dataclass(frozen=True)
class Used:
    """Nanoseconds by thread: running, and ready to run without a processor."""

    threads: dict[str, tuple[int, int]]


def used(city: ChaosCity) -> Used:
    found: dict[str, tuple[int, int]] = {}
    for name in LOOKED_AT:
        for pid in city.pids(name):
            for path in Path(f"/proc/{pid}/task").glob("*/schedstat"):
                try:
                    ran, waited, _ = path.read_text().split()
                except (OSError, ValueError):
                    continue
                found[str(path)] = int(ran), int(waited)
    return Used(found)


def stretch(before: Used, after: Used) -> float:
    """1 on a machine of one's own; 3 where each second of work took three."""
    ran = waited = 0
    for thread, (ran_then, waited_then) in after.threads.items():
        ran_before, waited_before = before.threads.get(thread, (0, 0))
        ran += ran_then - ran_before
        waited += waited_then - waited_before
    return 1 + waited / ran if ran > 0 else 1.0


@dataclass(frozen=True)
class Spent:
    """Seconds that the processors worked, whole and for the city and the suite; ``every``: that there were."""

    worked: float
    ours: float
    every: float


def spent(city: ChaosCity) -> Spent:
    fields = [int(each) for each in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    every, idle = sum(fields) / TICKS, (fields[3] + fields[4]) / TICKS
    ours = sum(_seconds(pid) for name in PROCESSES for pid in city.pids(name)) + time.process_time()
    return Spent(every - idle, ours, every)


def _seconds(pid: int) -> float:
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(after_name[11]) + int(after_name[12])) / TICKS


def strangers(before: Spent, after: Spent) -> float:
    """The share of the processors that neither the city nor the suite took, 0 to 1; also what a host kept for itself.
    A process of ours that ended meanwhile counts as a stranger."""
    every = after.every - before.every
    others = (after.worked - before.worked) - (after.ours - before.ours)
    return max(0.0, others / every) if every > 0 else 0.0
