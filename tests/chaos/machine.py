"""How much of the machine the service gets: others may want it too, and then no answer can be as quick as it would be.

The kernel tells of each thread how long it ran and how long it only waited for a processor. Deadlines are not stretched
with it: where the service had to wait too much, a run is not judged for latency at all, and is never called well.
"""

from dataclasses import dataclass
from pathlib import Path

from tests.chaos.city import ChaosCity

STARVED = 3.0  # above it two thirds of the time or more went by without a processor: late answers prove nothing
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
