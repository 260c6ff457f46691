"""A week in quarters of an hour: the decision code's own answer at each of them, and the days that differ."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing_rules.decide import decide
from routing_rules.document import parse
from routing_rules.model import LANGUAGES, ExceptionalDay, Interval, Language, Ruleset
from routing_rules.trying.trial import everybody
from routing_rules.trying.week import Day, state_of, week, weeks
from tests.unit.written_ruleset import TEXT

RULES = parse(TEXT)
HELSINKI = ZoneInfo("Europe/Helsinki")
TUESDAY = date(2026, 11, 24)


def told(day: Day) -> list[str]:
    """ "08:00 open", as the day goes on."""
    return [f"{s.start.astimezone(HELSINKI):%H:%M} {s.state}" for s in day.stretches]


def with_day(rules: Ruleset, department: str, exception: ExceptionalDay) -> Ruleset:
    changed = tuple(
        replace(d, hours=replace(d.hours, exceptional=(exception, *d.hours.exceptional))) if d.id == department else d
        for d in rules.departments
    )
    return replace(rules, departments=changed)


@pytest.mark.parametrize(
    ("topic", "language", "day", "stretches"),
    [
        ("parking", "fi", 0, ["00:00 closed", "07:00 extended", "08:00 open", "15:30 extended", "22:00 closed"]),
        ("parking", "fi", 4, ["00:00 closed", "09:00 extended", "20:00 closed"]),
        ("water", "sv", 0, ["00:00 duty", "08:00 open", "15:30 duty"]),
        ("opening-hours", "en", 0, ["00:00 open"]),
        (None, "fi", 0, ["00:00 closed", "07:00 extended", "07:30 open", "18:00 extended", "22:00 closed"]),
    ],
)
def test_a_day_of_a_topic_and_of_the_city(
    topic: str | None, language: Language, day: int, stretches: list[str]
) -> None:
    assert told(week(RULES, topic, language, TUESDAY)[day]) == stretches


def test_a_desk_without_the_language_says_so() -> None:
    finnish = tuple(replace(d, languages=("fi",)) for d in RULES.departments)
    rules = replace(RULES, departments=finnish)
    assert told(week(rules, "parking", "sv", TUESDAY)[0]) == ["00:00 closed", "07:00 other", "22:00 closed"]


def test_holidays_and_exceptional_days_are_named() -> None:
    rules = with_day(RULES, "streets", ExceptionalDay(date(2026, 12, 23), (Interval(600, 660),)))
    days = week(rules, "parking", "fi", date(2026, 12, 21))
    assert [day.holiday for day in days[3:6]] == ["ChristmasEve", "ChristmasDay", "SecondDayOfChristmas"]
    assert days[0].exceptional == ()
    assert "streets" in days[2].exceptional
    assert "10:00 open" in told(days[2])
    assert "11:00 extended" in told(days[2])


@pytest.mark.parametrize(("day", "hours"), [("2027-03-28", 23), ("2027-10-31", 25), ("2026-11-24", 24)])
def test_a_day_is_whole_also_where_the_clocks_change(day: str, hours: int) -> None:
    first = week(RULES, "parking", "fi", date.fromisoformat(day))[0]
    assert first.hours == hours
    ends = [stretch.end for stretch in first.stretches]
    assert ends[:-1] == [stretch.start for stretch in first.stretches][1:]


def test_topic_by_topic_is_each_topic_by_itself() -> None:
    found = weeks(RULES, RULES.topics, "fi", TUESDAY)
    assert found == {topic.id: week(RULES, topic.id, "fi", TUESDAY) for topic in RULES.topics}


topics = st.sampled_from([topic.id for topic in RULES.topics])
days = st.dates(date(2026, 1, 1), date(2028, 12, 31))


@settings(max_examples=40, deadline=None)
@given(topics, st.sampled_from(LANGUAGES), days, st.integers(0, 95))
def test_each_quarter_is_what_is_decided_then(topic: str, language: Language, day: date, quarter: int) -> None:
    at = datetime(day.year, day.month, day.day, tzinfo=HELSINKI).astimezone(UTC) + timedelta(minutes=15 * quarter)
    shown = next(s for d in week(RULES, topic, language, day) for s in d.stretches if s.start <= at < s.end)
    assert shown.state == state_of(decide(RULES, topic, language, at, everybody(RULES)))
