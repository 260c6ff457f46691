"""What callers hear at a moment: notices that a supervisor put on air, and those planned in the ruleset. Pure."""

from collections.abc import Iterable
from datetime import datetime

from routing_rules.model import Notice, PlannedNotice


def heard(on_air: tuple[Notice, ...], planned: Iterable[PlannedNotice], now: datetime) -> tuple[Notice, ...]:
    """Nobody hears two in one place: what is going wrong now goes before what was known beforehand, and of two that
    were planned the one that began first."""
    said = list(on_air)
    for one in sorted(planned, key=lambda notice: (notice.first, notice.id)):
        if one.first <= now < one.until:
            said += _unless_taken(one, said)
    return tuple(said)


def _unless_taken(one: PlannedNotice, said: list[Notice]) -> list[Notice]:
    if not one.topics:
        everybody = any(not notice.topics for notice in said)
        return [] if everybody else [Notice(one.id, one.words, (), one.until)]
    taken = {topic for notice in said for topic in notice.topics}
    free = tuple(topic for topic in one.topics if topic not in taken)
    return [Notice(one.id, one.words, free, one.until)] if free else []
