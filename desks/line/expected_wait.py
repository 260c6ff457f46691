"""How long a caller will wait, and what of it she is told. Pure. Without history no wait is guessed."""

from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True)
class Told:
    place: int | None  # None: not said
    minutes: int | None  # None: not said


def expected_wait_minutes(place: int, agents_on_duty: float, handling_minutes: float | None) -> int | None:
    """Until the ``place``-th talk from now ends, with every agent busy. ``handling_minutes`` is measured: None
    where the desk has no history yet. None too with nobody on duty: there is no such moment."""
    if handling_minutes is None or agents_on_duty <= 0:
        return None
    return max(1, ceil(place * handling_minutes / agents_on_duty - 1e-9))


def told_wait(previous_told: int | None, fresh: Told) -> Told:
    """``previous_told`` is the place last told. A place that would grow (somebody's window needs her turn) is not
    told again, only the wait."""
    if previous_told is None or fresh.place is None or fresh.place <= previous_told:
        return fresh
    return Told(None, fresh.minutes)
