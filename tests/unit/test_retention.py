"""What is due when: by kind, by department, by a rule that changed, by a department that is no more."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from recordings.retention import Fact, Kind, Policy, due_at, is_due, none_after, of_message, policy_of
from routing_rules.model import Retention
from tests.support.services import sample_rules

DAY = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SHORT = Retention(talk_days=10, message_days=5, note_days=30, text_days=7, call_days=60)
LONG = Retention(talk_days=400, message_days=200, note_days=800, text_days=300, call_days=900)
POLICY = Policy({"housing": SHORT, "streets": LONG}, {"rent": SHORT}, Retention())

DUE: list[tuple[Kind, str | None, str]] = [  # kind, department, the day on which it goes
    ("talk", "housing", "2026-11-30"),
    ("message", "housing", "2026-11-25"),
    ("note", "housing", "2026-12-20"),
    ("text", "housing", "2026-11-27"),
    ("call", "housing", "2027-01-19"),
    ("talk", "streets", "2027-12-25"),
    ("call", "streets", "2029-05-08"),
    ("talk", "closed down", "2027-02-18"),
    ("message", "closed down", "2026-12-20"),
    ("note", None, "2027-11-20"),
    ("text", None, "2027-02-18"),
    ("call", None, "2027-12-25"),
]


@pytest.mark.parametrize(("kind", "department", "day"), DUE)
def test_due_on_the_day(kind: Kind, department: str | None, day: str) -> None:
    fact = Fact(kind, DAY, department)
    at = due_at(POLICY, fact)
    assert at is not None
    assert at.date().isoformat() == day
    assert is_due(POLICY, fact, at)
    assert not is_due(POLICY, fact, at - timedelta(seconds=1))


def test_a_call_is_kept_as_its_topics_department_says() -> None:
    assert due_at(POLICY, Fact("call", DAY, topic="rent")) == DAY + timedelta(days=60)
    assert due_at(POLICY, Fact("call", DAY, topic="gone")) == DAY + timedelta(days=400)


def test_what_is_not_over_is_never_due() -> None:
    assert due_at(POLICY, Fact("note", None, "housing")) is None
    assert not is_due(POLICY, Fact("note", None, "housing"), DAY + timedelta(days=5000))


@pytest.mark.parametrize(
    ("heard", "closed", "days"),
    [(2, None, 2 + 5), (2, 9, 2 + 5), (None, 9, 9 + 5), (None, None, 60)],
    ids=["dealt with", "dealt with before its matter closed", "its matter closed", "nobody dealt with it"],
)
def test_a_messages_days_run_from_when_it_was_dealt_with(heard: int | None, closed: int | None, days: int) -> None:
    moments = [None if each is None else DAY + timedelta(days=each) for each in (heard, closed)]
    assert due_at(POLICY, of_message(DAY, *moments, "housing")) == DAY + timedelta(days=days)


def test_a_department_that_is_gone_is_kept_like_the_extended_hours_desk() -> None:
    rules = sample_rules()
    changed = tuple(replace(d, retention=SHORT) if d.id == rules.extended_desk else d for d in rules.departments)
    policy = policy_of(replace(rules, departments=changed))
    assert due_at(policy, Fact("talk", DAY, "long gone")) == DAY + timedelta(days=10)
    assert due_at(policy, Fact("talk", DAY, "housing")) == DAY + timedelta(days=90)


def test_each_topics_department_is_known() -> None:
    rules = sample_rules()
    assert set(policy_of(rules).by_topic) == {topic.id for topic in rules.topics if topic.department is not None}


@pytest.mark.parametrize("kind", ["talk", "message", "note", "text", "call"])
def test_nothing_younger_than_the_shortest_rule_is_looked_at(kind: Kind) -> None:
    limit = none_after(POLICY, (kind,), DAY)
    for department in ("housing", "streets", "gone", None):
        assert not is_due(POLICY, Fact(kind, limit + timedelta(seconds=1), department), DAY)
    assert is_due(POLICY, Fact(kind, limit, "housing"), DAY)


def test_an_unheard_message_of_an_open_matter_has_not_begun_to_run() -> None:
    assert due_at(POLICY, of_message(DAY, None, None, "housing", is_open=True)) is None
    assert due_at(POLICY, of_message(DAY, DAY, None, "housing", is_open=True)) is not None
