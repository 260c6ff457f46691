"""Open intervals in UTC, as the retry policy and the windows read them. Pure.

``routing_rules.opening_hours`` makes them from the supervisor's hours; here they are only joined and asked.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

Opening = tuple[datetime, datetime]  # UTC, the end is exclusive

LEAD = timedelta(minutes=15)  # the shortest stretch in which a ring can be kept: the dealing's own least lead


def joined(openings: Iterable[Opening]) -> tuple[Opening, ...]:
    """Sorted, with overlapping and touching intervals made one: a desk that goes on at 16.00 did not close."""
    result: list[Opening] = []
    for start, end in sorted(o for o in openings if o[0] < o[1]):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return tuple(result)


def open_until(at: datetime, openings: Iterable[Opening]) -> datetime | None:
    """When the stretch that holds this moment closes; None: closed then."""
    return next((end for start, end in joined(openings) if start <= at < end), None)


def first_open(at: datetime, openings: Sequence[Opening], least: timedelta) -> Opening | None:
    """The first stretch from this moment on with at least so much time left before it closes."""
    later = ((max(start, at), end) for start, end in joined(openings))
    return next(((start, end) for start, end in later if end - start >= least), None)
