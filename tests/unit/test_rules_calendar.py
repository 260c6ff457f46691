"""The year as the rules see it: holidays in order, exceptional days once for all who share them, the days to come."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from routing_rules.document import parse
from routing_rules.holidays import NAMES
from routing_rules.model import ExceptionalDay, Interval, Ruleset
from routing_rules.trying.calendar import ahead, days_told, exceptions, holidays_of
from tests.unit.written_ruleset import TEXT

RULES = parse(TEXT)
HOUSING = RULES.department("housing")
NOON = (Interval(600, 720),)


def only(*written: ExceptionalDay, desks: tuple[str, ...] = ("housing",)) -> Ruleset:
    changed = (
        replace(d, hours=replace(d.hours, exceptional=written if d.id in desks else ())) for d in RULES.departments
    )
    return replace(RULES, departments=tuple(changed))


@pytest.mark.parametrize("year", [2000, 2026, 2027, 2199])
def test_the_eighteen_holidays_stand_in_order_with_what_is_written_for_them(year: int) -> None:
    found = holidays_of(HOUSING, year)
    assert sorted(one.name for one in found) == sorted(NAMES)
    assert [one.day for one in found] == sorted(one.day for one in found)
    assert {one.day.year for one in found} == {year}
    written = {one.name: one.written for one in found}
    assert written["ChristmasDay"] == ()
    assert written["NewYearEve"] == (Interval(480, 720),)


def test_a_holiday_that_nothing_is_written_for_is_as_usual() -> None:
    plain = replace(HOUSING, hours=replace(HOUSING.hours, holidays={}))
    assert {one.written for one in holidays_of(plain, 2027)} == {None}


def test_days_that_departments_share_are_told_once() -> None:
    shared = ExceptionalDay(date(2027, 5, 7), NOON)
    (one,) = exceptions(only(shared, desks=("housing", "streets")), 2027)
    assert (one.first, one.last, one.departments) == (date(2027, 5, 7), date(2027, 5, 7), ("housing", "streets"))
    assert exceptions(only(shared), 2026) == ()


@pytest.mark.parametrize(
    ("year", "first", "last"),
    [(2026, "2026-12-20", "2026-12-31"), (2027, "2027-01-01", "2027-01-10"), (2028, None, None)],
)
def test_a_range_over_new_year_is_in_both_years(year: int, first: str | None, last: str | None) -> None:
    found = exceptions(only(ExceptionalDay(date(2026, 12, 20), NOON, until=date(2027, 1, 10))), year)
    expected = [] if first is None or last is None else [(date.fromisoformat(first), date.fromisoformat(last))]
    assert [(one.first, one.last) for one in found] == expected


def test_a_day_of_every_year_is_in_every_year_that_has_it() -> None:
    leap = ExceptionalDay(date(2024, 2, 29), (), yearly=True)
    assert [one.first for one in exceptions(only(leap), 2028)] == [date(2028, 2, 29)]
    assert exceptions(only(leap), 2027) == ()


def test_the_next_fourteen_days_and_what_is_left_of_today() -> None:
    told = days_told(RULES, HOUSING, date(2026, 11, 24))
    assert [day.date for day in told] == [date(2026, 11, 24) + timedelta(days=n) for n in range(14)]
    assert [bool(day.opened) for day in told[:6]] == [True, True, True, True, False, False]
    opens, closes = datetime(2026, 11, 24, 6, tzinfo=UTC), datetime(2026, 11, 24, 13, tzinfo=UTC)
    assert told[0].opened == ((opens, closes),)
    assert ahead(told[0], closes - timedelta(seconds=1)) == ((opens, closes),)
    assert ahead(told[0], closes) == ()
