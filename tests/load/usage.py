"""What the processes of a city used between two looks: CPU of each tree, memory shared fairly. Linux."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from tests.bench.tree import below, cpu_seconds, pss_kilobytes


@dataclass(frozen=True)
class Look:
    at: float
    cpu: Mapping[str, float]  # seconds since each began

    def since(self, earlier: "Look") -> dict[str, float]:
        """CPU seconds of each process; one that was replaced meanwhile counts from its own start."""
        return {name: max(0.0, used - earlier.cpu.get(name, 0.0)) for name, used in self.cpu.items()}


def look(processes: Mapping[str, int]) -> Look:
    return Look(time.monotonic(), {name: cpu_seconds(pid) for name, pid in processes.items()})


def megabytes(processes: Mapping[str, int]) -> dict[str, float]:
    return {name: round(sum(pss_kilobytes(one) for one in below(pid)) / 1024, 1) for name, pid in processes.items()}
