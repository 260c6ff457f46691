"""The moments at which anything can change: a minute before and after each opening, closing, holiday, change of the
clocks and boundary of a rule. Pure."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from routing_rules.holidays import holiday_on
from routing_rules.model import Ruleset
from routing_rules.opening_hours import open_intervals
from routing_rules.trying.trial import local_moment

MINUTE = timedelta(minutes=1)
DAYS = 14
NOON = 12 * 60  # looked at on every day: a house without any hours has no boundary


def moments(rules: Ruleset, first: date, days: int = DAYS) -> tuple[datetime, ...]:
    """In order, each once, UTC."""
    zone = ZoneInfo(rules.time_zone)
    ahead = [first + timedelta(days=n) for n in range(days)]
    found: set[datetime] = set()
    for boundary in _boundaries(rules, ahead, zone):
        found |= {boundary - MINUTE, boundary + MINUTE}
    return tuple(sorted(found))


def _boundaries(rules: Ruleset, ahead: list[date], zone: ZoneInfo) -> Iterator[datetime]:
    special = _special_days(rules)
    for day in ahead:
        for department in rules.departments:
            for opens, closes in open_intervals(department.hours, day, zone):
                yield from (opens, closes)
        if day in special or (day.month, day.day) in special or holiday_on(day) is not None:
            yield from (_midnight(day, zone), _midnight(day + timedelta(days=1), zone))
        yield from (local_moment(day, minute, zone) for minute in (NOON, *_of_rules(rules, day)))
        yield from _clock_change(day, zone)


def _special_days(rules: Ruleset) -> set[date | tuple[int, int]]:
    """Days of their own, of one year or of every year; of a range its first and the day after its last."""
    found: set[date | tuple[int, int]] = set()
    for exception in (one for department in rules.departments for one in department.hours.exceptional):
        found.add((exception.day.month, exception.day.day) if exception.yearly else exception.day)
        if exception.until is not None:
            found.add(exception.until)
    for when in (rule.when for rule in rules.rules):
        found |= {day for day in (when.first, when.last) if day is not None}
    return found


def _of_rules(rules: Ruleset, day: date) -> set[int]:
    spans = (span for rule in rules.rules if rule.when.week for span in rule.when.week[day.weekday()])
    return {minute for span in spans for minute in (span.start, span.end)}


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _clock_change(day: date, zone: ZoneInfo) -> Iterator[datetime]:
    """The minute at which the local clock is moved on this day, if it is."""
    begins, ends = _midnight(day, zone), _midnight(day + timedelta(days=1), zone)
    if begins.astimezone(zone).utcoffset() == ends.astimezone(zone).utcoffset():
        return
    before = begins.astimezone(zone).utcoffset()
    while ends - begins > MINUTE:
        middle = begins + (ends - begins) / 2
        if middle.astimezone(zone).utcoffset() == before:
            begins = middle
        else:
            ends = middle
    yield ends.replace(second=0, microsecond=0)
