"""The extended-hours desk closed while it is needed, and desks that never open. Pure.

Needed means: a weekday on which somebody works, some department has closed (or has not opened), and the moment lies
between the day's first opening and the hour until which the extended-hours desk is open on every weekday it opens at
all. So long a resident counts on a person at the one number: whoever waits at a closing is moved there. Weekends,
holidays on which every office is closed, and a shorter Friday are a city's own choice and give no warning.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from routing_rules.checking.model import Finding, Level
from routing_rules.checking.spans import Stretches, joined, text, without
from routing_rules.model import Department, Hours, Interval, Ruleset
from routing_rules.opening_hours import intervals_on, is_open, next_opening

WEEKDAYS = range(5)
AHEAD_DAYS = 366


def findings(rules: Ruleset, now: datetime) -> Iterator[Finding]:
    yield from _never_open(rules, now)
    today = now.astimezone(ZoneInfo(rules.time_zone)).date()
    extended = rules.department(rules.extended_desk)
    offices = [d for d in rules.departments if d.provider == "city" and d is not extended]
    until = _kept_until(extended)
    if until is None:
        return
    usual = {day: _missing([d.hours.week[day] for d in offices], extended.hours.week[day], until) for day in WEEKDAYS}
    for day, stretches in usual.items():
        if stretches:
            values = (("department", extended.id), ("day", str(day)), ("clock", text(stretches)))
            yield Finding("extended_closed", f"departments.{extended.id}.hours.week.{day}", "warning", values)
    yield from _on_dates(extended, offices, until, today, usual)


def _on_dates(
    extended: Department, offices: list[Department], until: int, today: date, usual: dict[int, Stretches]
) -> Iterator[Finding]:
    """An exceptional day or a holiday of the extended-hours desk on which others work."""
    for day in (today + timedelta(days=n) for n in range(AHEAD_DAYS)):
        if day.weekday() not in WEEKDAYS or not _is_special(extended.hours, day):
            continue
        stretches = _missing([intervals_on(d.hours, day) for d in offices], intervals_on(extended.hours, day), until)
        stretches = without(stretches, usual[day.weekday()])
        if stretches:
            values = (("department", extended.id), ("date", day.isoformat()), ("clock", text(stretches)))
            yield Finding("extended_closed_on", f"departments.{extended.id}.hours.{day.isoformat()}", "warning", values)


def _is_special(hours: Hours, day: date) -> bool:
    return intervals_on(hours, day) != hours.week[day.weekday()]


def _kept_until(extended: Department) -> int | None:
    """The earliest of its weekdays' closings; None: it opens on no weekday."""
    closings = [extended.hours.week[day][-1].end for day in WEEKDAYS if extended.hours.week[day]]
    return min(closings, default=None)


def _missing(offices: list[Stretches], extended: Stretches, until: int) -> Stretches:
    """When some office of those that work on this day is closed, and the extended-hours desk is, too."""
    working = [stretches for stretches in offices if stretches]
    if not working:
        return ()
    first = min(stretches[0].start for stretches in working)
    if until <= first:
        return ()
    needed = joined(*(without((Interval(first, until),), stretches) for stretches in working))
    return without(needed, extended)


def _never_open(rules: Ruleset, now: datetime) -> Iterator[Finding]:
    """Without any opening of the extended-hours desk a closed department has no substitute, ever. What has been open
    once, and a range or an eve that only shortens, opens nothing."""
    zone = ZoneInfo(rules.time_zone)
    for department in rules.departments:
        hours = department.hours
        if is_open(hours, now, zone) or next_opening(hours, now, zone, AHEAD_DAYS) is not None:
            continue
        level: Level = "error" if department.id == rules.extended_desk else "warning"
        values = (("department", department.id),)
        yield Finding("never_open", f"departments.{department.id}.hours", level, values)
