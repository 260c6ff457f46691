"""The city's own test cases: when a weekday is, who is on duty, what counts as come true."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from routing_rules.document import parse
from routing_rules.model import Example, ExceptionalDay, Expected, Interval, Ruleset, When
from routing_rules.model import RoutingRule as Rule
from routing_rules.routes import ToLine
from routing_rules.trying.examples import ExampleResult, run_examples

RULES = parse((Path(__file__).parents[2] / "routing_rules" / "samples" / "kuopio.yaml").read_text(encoding="utf-8"))
HELSINKI = ZoneInfo("Europe/Helsinki")
TUESDAY = datetime(2026, 11, 24, 10, tzinfo=HELSINKI)
NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def example(at: str, topic: str, leads_to: Expected, desk: str | None = None, language: str = "fi") -> Example:
    """``at``: "Saturday 17:05", or "2026-12-24 10:00"."""
    day, clock = at.split()
    minute = int(clock[:2]) * 60 + int(clock[3:])
    spoken = next(one for one in ("fi", "sv", "en") if one == language)
    if day in NAMES:
        return Example("e", topic, spoken, minute, leads_to, weekday=NAMES.index(day), desk=desk)
    return Example("e", topic, spoken, minute, leads_to, date.fromisoformat(day), desk=desk)


def run(one: Example, rules: Ruleset = RULES, now: datetime = TUESDAY) -> ExampleResult:
    (result,) = run_examples(replace(rules, examples=(one,)), now)
    return result


@pytest.mark.parametrize(
    ("at", "topic", "leads_to", "desk"),
    [
        ("Tuesday 10:00", "housing", "line", "housing"),
        ("Saturday 17:05", "parking", "line", "extended"),
        ("Tuesday 23:00", "housing", "closed", "housing"),
        ("Tuesday 23:00", "water", "duty", "water"),
        ("Tuesday 10:00", "health", "partner", "county"),
        ("Tuesday 10:00", "opening-hours", "information", None),
        ("2026-12-25 03:00", "housing", "closed", "housing"),
    ],
)
def test_what_the_city_expects_comes_true(at: str, topic: str, leads_to: Expected, desk: str | None) -> None:
    assert run(example(at, topic, leads_to, desk)).came_true
    assert run(example(at, topic, leads_to)).came_true  # whoever it is
    assert not run(example(at, topic, leads_to, "culture")).came_true
    other: Expected = "nobody" if leads_to != "nobody" else "line"
    assert not run(example(at, topic, other)).came_true


def test_nobody_on_duty_and_another_language_are_expectations_too() -> None:
    plain = example("Tuesday 10:00", "housing", "nobody")
    assert run(replace(plain, staffed=())).came_true
    assert not run(plain).came_true  # left out: every desk is staffed
    only = replace(RULES.department("housing"), languages=("fi",))
    rules = replace(RULES, departments=tuple(only if d.id == only.id else d for d in RULES.departments))
    swedish = replace(plain, language="sv", leads_to="other_language", staffed=("housing",), desk="housing")
    assert run(swedish, rules).came_true


@pytest.mark.parametrize(
    ("now", "weekday", "tried"),
    [
        ("2026-11-24T10:00", "Wednesday", "2026-11-25"),
        ("2026-11-24T10:00", "Tuesday", "2026-12-01"),  # today itself has begun
        ("2026-11-24T10:00", "Monday", "2026-11-30"),
        ("2026-11-24T23:30", "Wednesday", "2026-11-25"),  # local days, not those of UTC
        ("2026-11-25T00:30", "Wednesday", "2026-12-02"),
        ("2027-03-22T10:00", "Friday", "2027-04-02"),  # the next Friday is Good Friday
        ("2026-12-21T10:00", "Friday", "2027-01-08"),  # Christmas Day, then New Year's Day
    ],
)
def test_a_weekday_is_the_next_ordinary_one(now: str, weekday: str, tried: str) -> None:
    found = run(
        example(f"{weekday} 10:00", "housing", "line"), now=datetime.fromisoformat(now).replace(tzinfo=HELSINKI)
    )
    assert found.at == datetime.fromisoformat(f"{tried}T10:00").replace(tzinfo=HELSINKI)
    assert found.at.tzinfo is UTC


@pytest.mark.parametrize(
    "exception",
    [
        ExceptionalDay(date(2026, 11, 25), ()),
        ExceptionalDay(date(2026, 11, 23), (Interval(540, 600),), until=date(2026, 11, 27)),
        ExceptionalDay(date(2024, 11, 25), (), yearly=True),
    ],
)
def test_an_exceptional_day_is_not_an_ordinary_one(exception: ExceptionalDay) -> None:
    housing = RULES.department("housing")
    closed = replace(housing, hours=replace(housing.hours, exceptional=(exception,)))
    rules = replace(RULES, departments=tuple(closed if d.id == "housing" else d for d in RULES.departments))
    assert run(example("Wednesday 10:00", "housing", "line", "housing"), rules).came_true
    assert not run(example("2026-11-25 14:00", "housing", "line", "housing"), rules).came_true


def test_where_no_day_is_ordinary_the_next_is_taken() -> None:
    housing = RULES.department("housing")
    always = ExceptionalDay(date(2000, 1, 1), (), until=date(2100, 1, 1))
    closed = replace(housing, hours=replace(housing.hours, exceptional=(always,)))
    rules = replace(RULES, departments=tuple(closed if d.id == "housing" else d for d in RULES.departments))
    assert run(example("Wednesday 10:00", "parking", "line"), rules).at.date() == date(2026, 11, 25)


def test_the_number_and_the_wait_count() -> None:
    by_area = Rule("north", {"fi": "", "sv": "", "en": ""}, When(areas=("+35817",)), department="culture")
    by_wait = Rule("long", {"fi": "", "sv": "", "en": ""}, When(wait_minutes=30), department="streets")
    rules = replace(RULES, rules=(by_area, by_wait))
    plain = example("Tuesday 10:00", "housing", "line", "culture")
    assert not run(plain, rules).came_true
    assert run(replace(plain, number="+358171234567"), rules).came_true
    assert run(replace(plain, wait_minutes=30, desk="streets"), rules).came_true


def test_the_answer_says_what_was_looked_at() -> None:
    found = run(example("Saturday 17:05", "parking", "line", "extended", language="sv"))
    assert found.explanation.route == ToLine("extended", extended=True, closed=True)
    assert [(one.what, one.who, one.holds) for one in found.explanation.looked] == [
        ("own", "streets", True),
        ("open", "streets", False),
        ("open", "extended", True),
        ("staffed", "extended", True),
    ]


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2027-03-28"])
def test_any_day_that_can_be_written_has_an_answer(day: str) -> None:
    assert run(example(f"{day} 03:30", "housing", "closed", "housing")).came_true
