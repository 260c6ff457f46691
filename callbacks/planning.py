"""Which windows can be promised now: the ruleset's hours and plans against the promises already made.

Pure but for one query; the windows themselves are cut and counted in ``callbacks.windows``.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from callbacks import store
from callbacks.model import Window
from callbacks.openings import Opening, open_until
from callbacks.windows import EXTENDED_PACE, asap, capacity, planned_minutes, slots
from routing_rules.decide import ringing
from routing_rules.model import Department, Ruleset
from routing_rules.opening_hours import open_intervals

DAYS_AHEAD = 14
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Times:
    asap: Window | None
    slots: tuple[Window, ...]


def ringing_department(rules: Ruleset, topic_id: str, language: str, now: datetime) -> Department:
    """Who rings back about a topic that is promised now: whoever answers it by the rules of this moment, also where the
    window lies beyond them. An outside number has no agents here: the general desk rings for it."""
    return ringing(rules, topic_id, language, now)


def openings(rules: Ruleset, department: Department, now: datetime, days: int = DAYS_AHEAD) -> tuple[Opening, ...]:
    """Open stretches of the coming days, UTC; the one that is running now is among them."""
    zone = ZoneInfo(rules.time_zone)
    first = now.astimezone(zone).date() - timedelta(days=1)
    found = (o for n in range(days + 1) for o in open_intervals(department.hours, first + timedelta(days=n), zone))
    return tuple(o for o in found if o[1] > now)


def soonest(
    rules: Ruleset, topic_id: str, now: datetime, expected_wait: int, language: str | None = None
) -> Window | None:
    """The window from now on, if there is one with this wait in minutes; ``language``: that it must be kept in."""
    department = ringing_department(rules, topic_id, language or "", now)
    extended = rules.department(rules.extended_desk)
    own, theirs = openings(rules, department, now), openings(rules, extended, now, 1)
    pace = evening_pace(rules, language, open_until(now, own)) if language is not None else EXTENDED_PACE
    return asap(now, department.callbacks, expected_wait, own, theirs, pace)


def evening_pace(rules: Ruleset, language: str, closes: datetime | None) -> float:
    """How much of what is left at closing time the extended-hours desk gets through: by the plans, its agents after it
    for each one of all the departments before it. Where the plans say nothing, what is usual."""
    extended, zone = rules.department(rules.extended_desk), ZoneInfo(rules.time_zone)
    if closes is None or not extended.staffing:
        return EXTENDED_PACE
    last, first = Window(closes - HOUR, closes), Window(closes, closes + HOUR)
    before = sum(planned_minutes(d.staffing, language, last, zone) for d in rules.departments if d.id != extended.id)
    return min(1.0, planned_minutes(extended.staffing, language, first, zone) / before) if before else EXTENDED_PACE


def open_slots(
    rules: Ruleset, department: Department, now: datetime, until: datetime | None = None
) -> tuple[Window, ...]:
    """Every coming slot, full or not: for those whom a closing desk may not leave without a time.

    ``until``: no more than the days until then are looked at.
    """
    days = DAYS_AHEAD if until is None else min(DAYS_AHEAD, max(0, (until - now).days) + 2)
    return slots(now, department.callbacks, openings(rules, department, now, days), ZoneInfo(rules.time_zone))


def free_slots(
    connection: Connection, rules: Ruleset, department: Department, language: str, now: datetime
) -> tuple[Window, ...]:
    offered = open_slots(rules, department, now)
    if not offered:
        return ()
    rooms = {w: room_in(rules, department, language, w) for w in offered}
    held = store.filled(connection, department.id, language, [w.start for w in offered], max(rooms.values()))
    return tuple(w for w in offered if held[w.start] < rooms[w])


def slots_for(
    connection: Connection, rules: Ruleset, topic_id: str, language: str, now: datetime
) -> tuple[Window, ...]:
    """What can be promised about a topic. An urgent one is not blocked by what others have been promised: its request
    comes first in the line in whatever slot it stands."""
    department = ringing_department(rules, topic_id, language, now)
    if rules.topic(topic_id).urgent:
        return open_slots(rules, department, now)
    return free_slots(connection, rules, department, language, now)


def room_in(rules: Ruleset, department: Department, language: str, window: Window) -> int:
    """How many promises the window can hold."""
    planned = planned_minutes(department.staffing, language, window, ZoneInfo(rules.time_zone))
    policy = department.callbacks
    return capacity(window, planned, planned * policy.forecast_live_share, policy)
