"""The year as the rules see it: the named holidays and what departments write for them, and their exceptional days.

And the next days' hours of one department, as moments to be told. Pure.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from routing_rules.holidays import NAMES, dates
from routing_rules.model import Department, ExceptionalDay, Interval, Moments, Ruleset
from routing_rules.opening_hours import open_intervals

DAYS_TOLD = 14


@dataclass(frozen=True)
class Holiday:
    name: str
    day: date
    written: tuple[Interval, ...] | None  # of the department that was asked about; None: as on any such weekday


@dataclass(frozen=True)
class Exceptional:
    """An exceptional day or range that touches the year, on the days it has there."""

    first: date
    last: date
    written: ExceptionalDay
    departments: tuple[str, ...]


@dataclass(frozen=True)
class DayTold:
    date: date
    opened: tuple[Moments, ...]  # UTC; (): closed all day


def holidays_of(department: Department, year: int) -> tuple[Holiday, ...]:
    """The eighteen, by date."""
    found = (Holiday(name, dates(year)[name], department.hours.holidays.get(name)) for name in NAMES)
    return tuple(sorted(found, key=lambda one: one.day))


def exceptions(rules: Ruleset, year: int) -> tuple[Exceptional, ...]:
    """By date; days that several departments share are told once."""
    found: dict[tuple[date, date, ExceptionalDay], list[str]] = {}
    for department in rules.departments:
        for written in department.hours.exceptional:
            days = _days_in(written, year)
            if days is not None:
                found.setdefault((*days, written), []).append(department.id)
    ordered = sorted(found.items(), key=lambda item: item[0][:2])
    return tuple(Exceptional(first, last, written, tuple(ids)) for (first, last, written), ids in ordered)


def days_told(rules: Ruleset, department: Department, first: date) -> tuple[DayTold, ...]:
    zone = ZoneInfo(rules.time_zone)
    days = (first + timedelta(days=n) for n in range(DAYS_TOLD))
    return tuple(DayTold(day, open_intervals(department.hours, day, zone)) for day in days)


def ahead(told: DayTold, now: datetime) -> tuple[Moments, ...]:
    """What is left of the day's opening hours: what has been is not told to whoever rings now."""
    return tuple(span for span in told.opened if span[1] > now)


def _days_in(written: ExceptionalDay, year: int) -> tuple[date, date] | None:
    """None: it does not touch the year; the 29th of February has years without it."""
    if written.yearly:
        day = _in_year(written.day, year)
        return None if day is None else (day, day)
    first, last = max(written.day, date(year, 1, 1)), min(written.until or written.day, date(year, 12, 31))
    return (first, last) if first <= last else None


def _in_year(day: date, year: int) -> date | None:
    try:
        return day.replace(year=year)
    except ValueError:
        return None
