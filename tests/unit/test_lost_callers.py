"""Silence and unanswered callers, judged with the moment as an argument: what is noticed, how soon, and what is not."""

import math
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from console.words import PAGE_LANGUAGES, page_words
from operations.watching.judging import (
    EXPECTED,
    none_answered,
    nothing_in,
    open_minutes,
    test_call_fails,
    usual,
)
from operations.watching.model import KINDS, Answering, Hour, Traffic, Waiting
from operations.watching.watch import TEXTS
from routing_rules.model import ExceptionalDay, Ruleset
from routing_rules.opening_hours import is_open
from tests.support.clock import TUESDAY
from tests.support.services import sample_rules, words

test_call_fails.__test__ = False  # type: ignore[attr-defined]
TEN = TUESDAY  # a Tuesday, ten o'clock in Helsinki
HOUR = timedelta(hours=1)
LONG_AGO = TEN - timedelta(days=300)
QUIET = Answering((), 0, 0, 0, 0)


def weeks_before(moment: datetime, calls: int, weeks: int = 8, hours: int = 3) -> tuple[Hour, ...]:
    """The same weekday's hours around this one."""
    first = moment.replace(minute=0) - HOUR
    starts = (first + n * HOUR - timedelta(weeks=week) for n in range(hours) for week in range(1, weeks + 1))
    return tuple(Hour(start, calls, 60) for start in starts)


def silent(minutes: float, calls: int, now: datetime = TEN, rules: Ruleset | None = None, weeks: int = 8) -> bool:
    traffic = Traffic(now - timedelta(minutes=minutes), LONG_AGO, weeks_before(now, calls, weeks))
    return nothing_in(traffic, rules or sample_rules(), now) is not None


# --- calls in, none answered -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seen", "figure"),
    [
        (replace(QUIET, waiting=(Waiting(45, True), Waiting(80, True))), "not_dealt 2"),
        (replace(QUIET, in_vain=2, failed_rings=5), "not_ringing 5"),
        (replace(QUIET, turned_away=3), "nobody_there 3"),
    ],
)
def test_callers_whom_nobody_answers_are_noticed(seen: Answering, figure: str) -> None:
    found = none_answered(seen)
    assert found is not None
    assert (found.kind, found.figure) == ("none_answered", figure)


@pytest.mark.parametrize(
    "seen",
    [
        QUIET,
        replace(QUIET, waiting=(Waiting(600, False),) * 30),  # a long line, and everybody talks
        replace(QUIET, waiting=(Waiting(44, True),)),  # just now on her way to somebody
        replace(QUIET, in_vain=1, failed_rings=1),  # one agent has left her desk
        replace(QUIET, turned_away=2),
        Answering((Waiting(300, True),), 1, 3, 5, 9),  # somebody answers
    ],
)
def test_a_busy_line_is_no_alarm(seen: Answering) -> None:
    assert none_answered(seen) is None


def test_our_own_call_must_fail_twice() -> None:
    assert test_call_fails(()) is None
    assert test_call_fails(("no_menu",)) is None
    assert test_call_fails(("no_menu", None)) is None
    assert test_call_fails((None, "no_menu")) is None
    found = test_call_fails(("no_menu", "not_answered"))
    assert found is not None
    assert found.figure == "no_menu"


# --- nothing in ------------------------------------------------------------------------------------------------------


def test_a_busy_hours_silence_is_noticed_within_two_minutes() -> None:
    assert silent(minutes=2, calls=360)
    assert not silent(minutes=1.9, calls=360)


def test_the_fewer_usually_ring_the_longer_is_waited() -> None:
    assert silent(minutes=12, calls=60)
    assert not silent(minutes=11, calls=60)
    assert not silent(minutes=180, calls=3)


def test_calls_that_come_are_no_silence() -> None:
    assert not silent(minutes=0.2, calls=2000)


@pytest.mark.parametrize("weeks", [0, 1, 2])
def test_a_new_installation_knows_nothing_yet(weeks: int) -> None:
    assert not silent(minutes=170, calls=600, weeks=weeks)
    assert silent(minutes=170, calls=600, weeks=3)


def test_one_that_was_never_rung_misses_nobody() -> None:
    assert nothing_in(Traffic(None, LONG_AGO, weeks_before(TEN, 600)), sample_rules(), TEN) is None


def test_what_came_while_we_were_away_is_not_missed() -> None:
    """The clock has just begun again: the silence counts from then on."""
    past = weeks_before(TEN, 600)
    back = Traffic(TEN - HOUR, TEN - timedelta(minutes=1), past)
    assert nothing_in(back, sample_rules(), TEN) is None
    assert nothing_in(back, sample_rules(), TEN + timedelta(minutes=2)) is not None


def test_at_night_nobody_is_expected() -> None:
    night = TEN.replace(hour=0)  # two o'clock in Helsinki
    assert open_minutes(sample_rules(), night) == 0
    assert not silent(minutes=120, calls=600, now=night)


def test_the_closed_minutes_before_an_opening_are_no_silence() -> None:
    """Seven to nine: nothing is open before eight, so only the minutes since then count."""
    rules = sample_rules()
    eight = next(hour for hour in range(24) if open_minutes(rules, TEN.replace(hour=hour)))
    opened = TEN.replace(hour=eight)
    past = weeks_before(opened, 600)
    seen = Traffic(opened - timedelta(hours=2), LONG_AGO, past)
    assert nothing_in(seen, rules, opened + timedelta(minutes=1)) is None
    assert nothing_in(seen, rules, opened + timedelta(minutes=2)) is not None


def test_on_a_holiday_nobody_is_expected() -> None:
    """Independence day of 2027 is a Monday; the Mondays before it were busy."""
    holiday = datetime(2027, 12, 6, 8, 0, tzinfo=UTC)
    monday = holiday - timedelta(weeks=1)
    assert silent(minutes=30, calls=600, now=monday)
    assert not silent(minutes=170, calls=600, now=holiday)
    assert open_minutes(sample_rules(), holiday) == 0


def test_on_an_exceptional_day_nothing_is_judged() -> None:
    assert not silent(minutes=170, calls=600, rules=closed_on(TEN.date()))
    assert silent(minutes=170, calls=600, rules=closed_on(TEN.date() + timedelta(days=1)))


def closed_on(day: date) -> Ruleset:
    rules = sample_rules()
    closed = (ExceptionalDay(day, ()),)
    departments = (replace(one, hours=replace(one.hours, exceptional=closed)) for one in rules.departments)
    return replace(rules, departments=tuple(departments))


def test_on_a_day_that_is_an_exception_for_most_one_open_desk_expects_nobody() -> None:
    rules = closed_on(TEN.date())
    open_one = sample_rules().department(rules.extended_desk)
    departments = tuple(open_one if one.id == open_one.id else one for one in rules.departments)
    assert is_open(open_one.hours, TEN, ZoneInfo(rules.time_zone))
    assert not silent(minutes=170, calls=600, rules=replace(rules, departments=departments))


def test_one_desks_exceptional_day_changes_nothing_for_the_city() -> None:
    rules = sample_rules()
    first, *others = rules.departments
    closed = replace(first, hours=replace(first.hours, exceptional=(ExceptionalDay(TEN.date(), ()),)))
    assert silent(minutes=10, calls=600, rules=replace(rules, departments=(closed, *others)))


def test_the_usual_is_a_quiet_weeks_hour() -> None:
    now = datetime(2027, 1, 26, 8, 0, tzinfo=UTC)
    counts = (40, 600, 580, 610, 590, 640, 20, 630)
    past = tuple(Hour(now - timedelta(weeks=n + 1), calls, 60) for n, calls in enumerate(counts))
    assert usual(past, ZoneInfo("Europe/Helsinki"), now) == {(1, 10): pytest.approx(580 / 60)}


def test_the_hours_of_summer_and_winter_time_are_the_same_hours() -> None:
    """Ten in Helsinki was seven in UTC until late October, and is eight since."""
    now = datetime(2026, 11, 3, 8, 0, tzinfo=UTC)
    summer = tuple(datetime(2026, 10, day, 7, 0, tzinfo=UTC) for day in (6, 13, 20))
    past = tuple(Hour(start, 600, 60) for start in summer)
    assert usual(past, ZoneInfo("Europe/Helsinki"), now) == {(1, 10): 10.0}


# --- over months of chance -------------------------------------------------------------------------------------------


def arrivals(a_minute: float, minutes: int, seed: int) -> Iterator[float]:
    chance, at = random.Random(seed), 0.0
    while (at := at + chance.expovariate(a_minute)) < minutes:
        yield at


@pytest.mark.parametrize("an_hour", [30, 120, 360, 900])
def test_a_month_of_honest_traffic_raises_no_alarm(an_hour: int) -> None:
    """The longest silence of 22 days of eight hours, as chance makes it, stays below what is judged."""
    longest, last = 0.0, 0.0
    for at in arrivals(an_hour / 60, 22 * 8 * 60, seed=7):
        longest, last = max(longest, at - last), at
    assert not silent(minutes=longest, calls=an_hour)


def test_such_a_silence_is_as_rare_as_it_says() -> None:
    assert math.exp(-EXPECTED) < 1 / 160_000


# --- words -----------------------------------------------------------------------------------------------------------


def test_every_alarm_has_a_text_and_a_place_on_the_board() -> None:
    assert set(TEXTS) == set(KINDS)
    assert set(TEXTS.values()) <= set(words().text_keys())
    for language in PAGE_LANGUAGES:
        shown = page_words(language).words
        assert {f"board.item.{kind}{more}" for kind in KINDS for more in ("", ".about")} <= set(shown)
