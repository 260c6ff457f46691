"""Opening hours against a model that knows nothing of intervals in UTC: a clock on the wall, walked minute by minute.

Years with every kind of day in them: clock changes, holidays, eves, exceptional days and ranges.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from routing_rules.holidays import EVES, NAMES, dates, holiday_on
from routing_rules.model import ExceptionalDay, Hours, Interval
from routing_rules.opening_hours import closing_after, is_open, last_closing, next_opening, open_intervals

HELSINKI = ZoneInfo("Europe/Helsinki")
MINUTE = timedelta(minutes=1)
AHEAD = 4  # days that the model walks
FIRST, LAST = date(2026, 1, 1), date(2032, 12, 31)
LAST_OF_MONTH = [date(year, month, 31) for year in range(2026, 2033) for month in (3, 10)]
CLOCK_CHANGES = tuple(day - timedelta(days=(day.weekday() + 1) % 7) for day in LAST_OF_MONTH)  # the last Sundays


# --- the model -----------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def reached(day: date) -> tuple[tuple[datetime, int], ...]:
    """Each UTC minute of the local day, with the furthest that the wall clock has come that day, in minutes."""
    at = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=5)
    walked: list[tuple[datetime, int]] = []
    furthest = -1
    while (local := at.astimezone(HELSINKI)).date() <= day:
        if local.date() == day:
            furthest = max(furthest, local.hour * 60 + local.minute)
            walked.append((at, furthest))
        at += MINUTE
    return tuple(walked)


def holds(written: tuple[Interval, ...], minute: int) -> bool:
    return any(i.start <= minute < i.end for i in written)


def regular(hours: Hours, day: date, minute: int) -> bool:
    usual = holds(hours.week[day.weekday()], minute)
    name = holiday_on(day)
    if name is None or name not in hours.holidays:
        return usual
    return holds(hours.holidays[name], minute) and (usual or name not in EVES)


def is_open_by_the_wall(hours: Hours, day: date, minute: int) -> bool:
    for one in hours.exceptional:
        if one.until is None and one.day == day:
            return holds(one.intervals, minute)
        if one.until is not None and one.day <= day <= one.until:
            return holds(one.intervals, minute) and regular(hours, day, minute)
    return regular(hours, day, minute)


def open_minutes(hours: Hours, day: date) -> set[datetime]:
    return {at for at, minute in reached(day) if is_open_by_the_wall(hours, day, minute)}


def walked(hours: Hours, first: date, days: int) -> set[datetime]:
    return set().union(*(open_minutes(hours, first + timedelta(days=n)) for n in range(days)))


# --- what is drawn ---------------------------------------------------------------------------------------------------

minutes = st.integers(0, 1440) | st.sampled_from([0, 120, 180, 210, 240, 300, 1439, 1440])  # by night clocks change
cuts = st.lists(minutes, max_size=6, unique=True).filter(lambda drawn: len(drawn) % 2 == 0).map(sorted)
spans = cuts.map(lambda drawn: tuple(map(Interval, drawn[::2], drawn[1::2])))
ordinary = st.dates(FIRST, LAST)
special = st.sampled_from(
    [*CLOCK_CHANGES, *(day for year in range(2026, 2033) for day in dates(year).values() if day <= LAST)]
)
any_day = ordinary | special | special.map(lambda day: day - timedelta(days=1))


@st.composite
def exceptions(draw: st.DrawFn, near: date) -> tuple[ExceptionalDay, ...]:
    """Up to three days or ranges about the day, none over another."""
    day, made = near - timedelta(days=3), []
    for _ in range(draw(st.integers(0, 3))):
        day += timedelta(days=draw(st.integers(0, 3)))
        length = draw(st.none() | st.integers(1, 4))
        until = None if length is None else day + timedelta(days=length)
        made.append(ExceptionalDay(day, draw(spans), until))
        day = (until or day) + timedelta(days=1)
    return tuple(made)


@st.composite
def desks(draw: st.DrawFn) -> tuple[Hours, date]:
    day = draw(any_day)
    named = draw(st.dictionaries(st.sampled_from(NAMES), spans, max_size=18))
    return Hours(draw(st.tuples(*[spans] * 7)), draw(exceptions(day)), named), day


moments = st.integers(0, 25 * 60 - 1).map(lambda n: n * MINUTE)


def at_of(day: date, into: timedelta) -> datetime:
    first, last = reached(day)[0][0], reached(day)[-1][0]
    return min(first + into, last)


# --- the comparison --------------------------------------------------------------------------------------------------


@settings(deadline=None)  # a loaded machine is no failure
@given(desks())
def test_a_days_openings_are_its_open_minutes(drawn: tuple[Hours, date]) -> None:
    hours, day = drawn
    said = open_intervals(hours, day, HELSINKI)
    assert {start + n * MINUTE for start, end in said for n in range((end - start) // MINUTE)} == open_minutes(
        hours, day
    )


@settings(deadline=None)
@given(desks(), moments)
def test_open_now_next_opening_and_closing(drawn: tuple[Hours, date], into: timedelta) -> None:
    hours, day = drawn
    at = at_of(day, into)
    known = walked(hours, day - timedelta(days=1), AHEAD + 2)
    horizon = at + timedelta(days=AHEAD)
    ahead = [at + n * MINUTE for n in range(AHEAD * 24 * 60)]
    opens = next((m for m in ahead[1:] if m in known and m - MINUTE not in known), None)
    closes = next((m for m in ahead if m not in known), None)

    assert is_open(hours, at, HELSINKI) == (at in known)
    said = next_opening(hours, at, HELSINKI)
    assert said == opens if opens is not None else said is None or said >= horizon
    closing = closing_after(hours, at, HELSINKI)
    if at not in known:
        assert closing is None
    elif closes is not None:
        assert closing == closes
    else:
        assert closing is None or closing >= horizon


@settings(deadline=None)
@given(desks(), moments)
def test_the_last_closing(drawn: tuple[Hours, date], into: timedelta) -> None:
    hours, day = drawn
    at = at_of(day, into)
    known = walked(hours, day - timedelta(days=AHEAD + 1), AHEAD + 2)
    behind = [at - n * MINUTE for n in range(AHEAD * 24 * 60)]
    closed = next((m for m in behind if m not in known and m - MINUTE in known), None)
    said = last_closing(hours, at, HELSINKI)
    assert said == closed if closed is not None else said is None or said <= behind[-1]


def test_the_model_walks_days_of_23_and_25_hours() -> None:
    lengths = {day: len(reached(day)) for day in CLOCK_CHANGES}
    assert set(lengths.values()) == {23 * 60, 25 * 60}
    assert len(reached(date(2026, 11, 24))) == 24 * 60
