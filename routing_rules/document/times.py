"""Times as a ruleset document writes them: ``"08:00-15:30"``, ``monday-friday``. Text to values and back, no more.

Errors are ``wrong(code)``: pydantic adds the place, the catalogue says what to write instead.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from routing_rules.document.problem import wrong
from routing_rules.model import Interval

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MINUTES_A_DAY = 24 * 60
_WRITTEN = re.compile(r"(\d{1,2})(?::(\d{2}))?-(\d{1,2})(?::(\d{2}))?")

FIRST_YEAR, LAST_YEAR = 2000, 2199  # at the ends of the calendar a day has no moment in some time zone
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")

T = TypeVar("T")


def interval_text(interval: Interval) -> str:
    return f"{clock_text(interval.start)}-{clock_text(interval.end)}"


def clock_text(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _interval(written: object) -> Interval:
    found = _WRITTEN.fullmatch(written) if isinstance(written, str) else None
    if found is None:
        raise wrong("no_interval", written=written)
    hour, minute, end_hour, end_minute = (int(part or 0) for part in found.groups())
    start, end = hour * 60 + minute, end_hour * 60 + end_minute
    if max(minute, end_minute) > 59 or max(start, end) > MINUTES_A_DAY:
        raise wrong("off_the_clock", written=written)
    if end <= start:
        raise wrong("ends_first", written=written)
    return Interval(start, end)


def _in_order(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    ordered = tuple(sorted(intervals, key=lambda i: (i.start, i.end)))
    for one, following in zip(ordered, ordered[1:], strict=False):
        if following.start < one.end:
            raise wrong("overlap", one=interval_text(one), other=interval_text(following))
    return ordered


def _apart(planned: dict[Interval, int]) -> dict[Interval, int]:
    return {interval: planned[interval] for interval in _in_order(planned)}


def each_day_once(week: dict[str, T]) -> dict[str, T]:
    named = [day for key in week for day in days_named(key)]
    for day in named:
        if named.count(day) > 1:
            raise wrong("weekday_twice", day=DAYS[day])
    return week


def days_named(key: str) -> range:
    """``monday`` or ``monday-friday`` as days of the week, Monday 0."""
    first, _, last = key.partition("-")
    if first not in DAYS or (last or first) not in DAYS or DAYS.index(last or first) < DAYS.index(first):
        raise wrong("no_weekdays", written=key)
    return range(DAYS.index(first), DAYS.index(last or first) + 1)


def spread(week: Mapping[str, tuple[T, ...]]) -> tuple[tuple[T, ...], ...]:
    """Seven days, Monday first; a day that is not named holds nothing."""
    by_day = {day: held for key, held in week.items() for day in days_named(key)}
    return tuple(by_day.get(day, ()) for day in range(len(DAYS)))


def day_and_minute(written: str) -> tuple[date | None, int | None, int]:
    """``2026-12-05 17:05`` or ``saturday 17:05``: the day or the weekday, and minutes since its midnight."""
    day, _, clock = written.partition(" ")
    found = _CLOCK.fullmatch(clock)
    if found is None:
        raise wrong("no_moment", written=written)
    minute = int(found.group(1)) * 60 + int(found.group(2))
    if day in DAYS:
        return None, DAYS.index(day), minute
    try:
        named = date.fromisoformat(day)
    except ValueError:
        raise wrong("no_day", written=day) from None
    return _in_our_time(named), None, minute


def _no_number(written: object) -> object:
    if isinstance(written, int | float):
        raise wrong("number_for_date", written=written)
    return written


def _in_our_time(day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise wrong("year_out_of_reach", year=day.year, first=FIRST_YEAR, last=LAST_YEAR)
    return day


_CLOCK_SCHEMA = r"(([01]?\d|2[0-3])(:[0-5]\d)?|24(:00)?)"
IntervalWritten = Annotated[
    Interval,
    BeforeValidator(_interval),
    WithJsonSchema({"type": "string", "pattern": f"^{_CLOCK_SCHEMA}-{_CLOCK_SCHEMA}$"}),
]
WeekKey = Annotated[
    str, WithJsonSchema({"type": "string", "pattern": f"^({'|'.join(DAYS)})(-({'|'.join(DAYS)}))?$"})
]  # what it names is looked at with the others: no day twice
IntervalsWritten = Annotated[tuple[IntervalWritten, ...], AfterValidator(_in_order)]
Agents = Annotated[int, Field(ge=0, le=1000)]
PlanWritten = Annotated[dict[IntervalWritten, Agents], AfterValidator(_apart)]
Day = Annotated[date, BeforeValidator(_no_number), AfterValidator(_in_our_time)]
