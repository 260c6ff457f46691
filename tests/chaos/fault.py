"""What a fault is and what it is given: the one thing that the harness and the tables of faults share."""

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.chaos.city import ChaosCity
from tests.chaos.load import Load

WINDOW_SECONDS = 20.0
BOTH = ("sqlite", "postgresql")


@dataclass
class Scene:
    """One fault with one seed, on one running city."""

    city: ChaosCity
    random: random.Random
    seconds: float  # of the fault's window
    counts: Counter[str]  # what was done: kills, requests doubled ...; printed in the table
    load: Load  # runs while the fault strikes
    begun: float = field(default_factory=time.monotonic)
    stretch: float = 1.0  # of the machine, once the fault is over: ``machine``
    window_began: float = 0.0  # machine time, as the webhooks count it
    strangers: float = 0.0  # share of the processors that others than the city and the suite took meanwhile
    seen: dict[str, tuple[object, ...]] = field(default_factory=dict)  # by the strike, for the fault's own judge
    at_stake: Sequence[str] = ()  # residents whose requests fall due in the window: ``stakes``

    @property
    def left(self) -> float:
        """Seconds of the window that remain; never negative."""
        return max(0.0, self.begun + self.seconds - time.monotonic())

    def wait(self, seconds: float) -> bool:
        """Lets the load run for so long, or until the window is over; True as long as something of it is left."""
        time.sleep(min(seconds, self.left))
        return self.left > 0


@dataclass(frozen=True)
class Fault:
    """``strike`` begins when the load runs and returns when the fault is over: whatever it broke is whole again."""

    id: str
    says: str  # one line, for the table
    strike: Callable[[Scene], None]
    judge: Callable[[Scene], list[str]] | None = None  # violations beyond the invariants
    databases: tuple[str, ...] = BOTH
    caller_may_notice: bool = False  # both instances are down: the fallback document speaks
    nothing_at_stake: str = ""  # why it may pass with nobody promised anything or rung
