"""Stretches of a day: what is left of some without others. Local minutes; a day is a tuple of intervals in order."""

from collections.abc import Iterable

from routing_rules.model import Interval, Staffing

Stretches = tuple[Interval, ...]
DAYS = range(7)


def joined(*many: Iterable[Interval]) -> Stretches:
    """All of them, in order; those that meet become one."""
    held: list[Interval] = []
    for one in sorted((i for stretches in many for i in stretches), key=lambda i: (i.start, i.end)):
        if held and one.start <= held[-1].end:
            held[-1] = Interval(held[-1].start, max(held[-1].end, one.end))
        else:
            held.append(one)
    return tuple(held)


def without(some: Stretches, others: Stretches) -> Stretches:
    left = list(some)
    for other in others:
        pieces = ((Interval(i.start, min(i.end, other.start)), Interval(max(i.start, other.end), i.end)) for i in left)
        left = [piece for pair in pieces for piece in pair if piece.start < piece.end]
    return tuple(left)


def shared(some: Stretches, others: Stretches) -> Stretches:
    return without(some, without(some, others))


def planned(staffing: Iterable[Staffing], language: str, day: int) -> Stretches:
    """When somebody who speaks the language is planned on this weekday."""
    weeks = (one.week for one in staffing if one.language == language)
    return joined(interval for week in weeks for interval, agents in week[day] if agents > 0)


def text(stretches: Stretches) -> str:
    """``08:00-09:00, 15:00-15:30``"""
    return ", ".join(f"{_clock(one.start)}-{_clock(one.end)}" for one in stretches)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
