"""Which windows can be promised now: the ruleset's hours and plans against the promises already made.

Pure but for one query; the windows themselves are cut and counted in ``callbacks.windows``.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from callbacks import store
from callbacks.model import Window
from callbacks.openings import Opening
from callbacks.windows import asap, capacity, planned_minutes, slots
from routing_rules.model import Department, Ruleset
from routing_rules.opening_hours import open_intervals

DAYS_AHEAD = 14


@dataclass(frozen=True)
class Times:
    asap: Window | None
    slots: tuple[Window, ...]


def ringing_department(rules: Ruleset, topic_id: str) -> Department:
    """Who rings back about a topic. An outside number has no agents here: the general desk rings for it."""
    department = rules.department(rules.topic(topic_id).department or rules.extended_desk)
    if department.kind == "console":
        return department
    return rules.department(rules.topic(rules.general_topic).department or rules.extended_desk)


def openings(rules: Ruleset, department: Department, now: datetime, days: int = DAYS_AHEAD) -> tuple[Opening, ...]:
    """Open stretches of the coming days, UTC; the one that is running now is among them."""
    zone = ZoneInfo(rules.time_zone)
    first = now.astimezone(zone).date() - timedelta(days=1)
    found = (o for n in range(days + 1) for o in open_intervals(department.hours, first + timedelta(days=n), zone))
    return tuple(o for o in found if o[1] > now)


def soonest(rules: Ruleset, topic_id: str, now: datetime, expected_wait: int) -> Window | None:
    """The window from now on, if there is one with this wait in minutes."""
    department = ringing_department(rules, topic_id)
    own = openings(rules, department, now)
    extended = openings(rules, rules.department(rules.extended_desk), now, 1)
    return asap(now, department.callbacks, expected_wait, own, extended)


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
    held = store.taken(connection, department.id, language, now)
    return tuple(w for w in offered if held.get(w.start, 0) < room_in(rules, department, language, w))


def room_in(rules: Ruleset, department: Department, language: str, window: Window) -> int:
    """How many promises the window can hold."""
    planned = planned_minutes(department.staffing, language, window, ZoneInfo(rules.time_zone))
    policy = department.callbacks
    return capacity(window, planned, planned * policy.forecast_live_share, policy)
