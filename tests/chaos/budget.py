"""Which runs there are, in which order, and how long the command may go on.

By seed first: when the time is over, as many faults as could be have been done once, on each database, before any of
them was done twice.
"""

import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from tests.chaos.fault import Fault

FIRST_GUESS_SECONDS = 60.0  # of a run, before one was seen
SLOWEST_SHARE = 1.5  # of the usual run may be the next one


@dataclass(frozen=True)
class Run:
    fault: Fault
    database: str
    seed: int

    @property
    def key(self) -> tuple[str, str, int]:
        return self.fault.id, self.database, self.seed


def runs(
    faults: Sequence[Fault], databases: Sequence[str], seeds: Sequence[int], done: Collection[object] = ()
) -> list[Run]:
    """Those that are not ``done`` (keys) yet."""
    every = (Run(fault, database, seed) for seed in seeds for database in databases for fault in faults)
    return [run for run in every if run.database in run.fault.databases and run.key not in done]


def in_turn(wanted: Sequence[Run]) -> list[Run]:
    """Each seed on one of the fault's databases, in turn: half as long, and both are tried."""
    return [run for run in wanted if run.database == run.fault.databases[run.seed % len(run.fault.databases)]]


def by_city(wanted: Sequence[Run]) -> Iterator[tuple[str, list[Run]]]:
    """One city serves all that follow each other on one database."""
    for database, group in groupby(wanted, key=lambda run: run.database):
        yield database, list(group)


@dataclass
class Budget:
    """``minutes``: None for as long as it takes."""

    minutes: float | None
    begun: float = field(default_factory=time.monotonic)
    seen: list[float] = field(default_factory=list)  # seconds of each run

    def ran(self, seconds: float) -> None:
        self.seen.append(seconds)

    def allows_another(self, now: float | None = None) -> bool:
        """Whether one that is half as long again as they usually are would be over in time."""
        if self.minutes is None:
            return True
        usual = sorted(self.seen)[len(self.seen) // 2] if self.seen else FIRST_GUESS_SECONDS
        spent = (time.monotonic() if now is None else now) - self.begun
        return spent + usual * SLOWEST_SHARE <= self.minutes * 60
