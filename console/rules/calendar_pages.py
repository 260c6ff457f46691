"""The page Calendar: the year's holidays by name, exceptional days, and the next days' hours as residents hear them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask import render_template, request
from flask.typing import ResponseReturnValue

from console.rendering import page_language
from console.rules.try_form import Faults, year_of
from console.rules.words import day_words
from console.words import PAGE_LANGUAGES, PageWords, page_words
from ivr.heard import hours_told
from routing_rules.holidays import EVES, holiday_on
from routing_rules.model import LANGUAGES, Department, Interval, Ruleset
from routing_rules.trying.calendar import Exceptional, Holiday, days_told, exceptions, holidays_of
from routing_rules.trying.trial import FIRST_DAY, LAST_DAY

if TYPE_CHECKING:
    from bootstrap import Services


@dataclass(frozen=True)
class HolidayShown:
    day: str
    names: tuple[tuple[str, str], ...]  # (language, name)
    hours: str
    shortens: bool  # an eve never opens a desk that would else be closed


@dataclass(frozen=True)
class ExceptionalShown:
    days: str
    hours: str
    departments: str
    shortens: bool
    yearly: bool


@dataclass(frozen=True)
class DayHeard:
    day: str
    holiday: str  # "" on an ordinary day
    sentences: tuple[tuple[str, str], ...]  # (language, words)


def show(services: "Services") -> ResponseReturnValue:
    rules = services.rules.current()
    today = services.clock.now().astimezone(ZoneInfo(rules.time_zone)).date()
    year = year_of(request.args.get("year", str(today.year)))
    wanted = request.args.get("department", rules.departments[0].id)
    department = next((d for d in rules.departments if d.id == wanted), None)
    if year is None or department is None:
        faults = {name: name for name, found in (("year", year), ("department", department)) if found is None}
        return _page(services, rules, today.year, rules.departments[0], faults), 422
    return _page(services, rules, year, department, {})


def _page(services: "Services", rules: Ruleset, year: int, department: Department, faults: Faults) -> str:
    t = page_words(page_language())
    names = {one.id: one.name[t.language] for one in rules.departments}
    return render_template(
        "console/rules/calendar.html",
        year=year,
        chosen=department,
        departments=rules.departments,
        faults=faults,
        heard=_heard(services, rules, department, t),
        holidays=[_holiday(one, t) for one in holidays_of(department, year)],
        exceptional=[_exceptional(one, names, t) for one in exceptions(rules, year)],
        first_year=FIRST_DAY.year,
        last_year=LAST_DAY.year,
    )


def _heard(services: "Services", rules: Ruleset, department: Department, t: PageWords) -> list[DayHeard]:
    now = services.clock.now()
    told = days_told(rules, department, now.astimezone(ZoneInfo(rules.time_zone)).date())
    return [
        DayHeard(
            day_words(t, day.date),
            t(f"holiday.{holiday}") if (holiday := holiday_on(day.date)) else "",
            tuple(
                (language, " ".join(hours_told(services, rules, department, day, language, now)))
                for language in LANGUAGES
            ),
        )
        for day in told
    ]


def _holiday(one: Holiday, t: PageWords) -> HolidayShown:
    names = tuple((code, page_words(code)(f"holiday.{one.name}")) for code in PAGE_LANGUAGES)
    hours = t("rules.calendar.usual") if one.written is None else _hours(one.written, t)
    return HolidayShown(day_words(t, one.day), names, hours, one.name in EVES and bool(one.written))


def _exceptional(one: Exceptional, names: dict[str, str], t: PageWords) -> ExceptionalShown:
    first, last = day_words(t, one.first), day_words(t, one.last)
    days = first if one.first == one.last else t("rules.calendar.range", first=first, last=last)
    desks = ", ".join(names[department] for department in one.departments)
    shortens = one.written.until is not None and bool(one.written.intervals)
    return ExceptionalShown(days, _hours(one.written.intervals, t), desks, shortens, one.written.yearly)


def _hours(intervals: Iterable[Interval], t: PageWords) -> str:
    spans = (t("rules.week.span", start=_clock(i.start, t), end=_clock(i.end, t)) for i in intervals)
    return ", ".join(spans) or t("rules.calendar.closed")


def _clock(minutes: int, t: PageWords) -> str:
    return f"{minutes // 60}{t('time.separator')}{minutes % 60:02d}"
