"""When a resident in a bad moment is rung again: what each of the agent's keys comes to, before she says it aloud."""

from datetime import datetime, timedelta

from sqlalchemy import RowMapping

from callbacks.missing import next_ring
from callbacks.model import code_of
from callbacks.retry_policy import Exhausted, Moment
from routing_rules.model import Ruleset

LATER_MINUTES = (30, 60, 120, 1440)  # offered for a bad moment


def moments(rules: Ruleset, row: RowMapping, now: datetime) -> tuple[Moment, ...]:
    return tuple(moment(rules, row, now, minutes) for minutes in LATER_MINUTES)


def moment(rules: Ruleset, row: RowMapping, now: datetime, minutes: int) -> Moment:
    """``row``: the request. Nothing stands instead where it is answered in writing, or no opening is known."""
    agreed = now + timedelta(minutes=minutes)
    ring = next_ring(rules, row, now, "bad_moment", agreed)
    if row["contact"] == "text" or isinstance(ring, Exhausted) or ring.due_at == agreed:
        return Moment(minutes)
    return Moment(minutes, ring.window, code_of(ring.window))
