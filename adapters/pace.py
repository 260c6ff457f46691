"""How fast the provider may be asked, and who goes first where it may not be asked for all at once. Data and
arithmetic; the rows are ``adapters.pace_store``'s.

A provider that is asked faster than its account allows queues the calls itself, for up to a day and in its own order:
an agent's telephone would then ring for a matter that has long been somebody else's. So the waiting is ours.
"""

import math
from dataclasses import dataclass
from typing import Literal

LaneName = Literal["calls", "texts"]
HELD_SECONDS = 1.0  # at most, after the first "too many"; doubled with each that follows it
LONGEST_HELD = 30.0
DEALT_AHEAD_SECONDS = 1.0  # so many seconds' rings may wait for their turn: more would only hold agents for nothing
CLOCKS_APART = 2.0  # a row that is further ahead than this was written by a clock that was set back since


@dataclass(frozen=True)
class Lane:
    name: LaneName
    kinds: frozenset[str]  # of the orders that wait for a turn in it


LANES = (
    Lane("calls", frozenset({"ring_agent", "ring_partner", "ring_supervisor"})),
    Lane("texts", frozenset({"send_text"})),
)
PACED = frozenset().union(*(lane.kinds for lane in LANES))


def lane_of(kind: str) -> Lane | None:
    return next((lane for lane in LANES if kind in lane.kinds), None)


def gap(per_second: float) -> float:
    """Seconds from one turn to the next; 0: nobody waits."""
    return 1 / per_second if per_second > 0 else 0.0


def held_for(refusals: int, spread: float) -> float:
    """How long nothing is asked for after so many refusals in a row. ``spread``: 0 to 1, by chance, so that two cities
    behind one limit do not come back at the same instant."""
    return min(LONGEST_HELD, HELD_SECONDS * 2.0 ** min(refusals - 1, 10)) * (0.5 + 0.5 * spread)


def most_waiting(per_second: float) -> int | None:
    """How many rings may wait for their turn before no more are dealt; None: any number."""
    return max(1, math.ceil(per_second * DEALT_AHEAD_SECONDS)) if per_second > 0 else None
