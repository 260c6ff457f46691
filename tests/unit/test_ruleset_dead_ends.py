"""No ruleset that may be published has a dead end: every topic, in every language, at any moment, whoever is on duty.

A dead end: what the caller hears there offers no person, no number, no promise, no message and no information.
"""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.rules.finding_words import finding_words
from console.words import page_words
from ivr.dialogue.routes import routed
from ivr.turn import Hangup, Say, Turn
from routing_rules.checking.check import check, errors
from routing_rules.document import parse
from routing_rules.model import LANGUAGES
from routing_rules.routes import Circumstances, StaffedDesk
from tests.unit.generated_city import DESKS, documents
from tests.unit.small_city import city
from tests.unit.test_checking import KNOWN, NUMBERS
from tests.unit.ways_on import facts, is_a_way_on, is_heard, topic_step

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
MANY = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))

moments = st.integers(0, 3 * 366 * 24 * 4).map(lambda quarters: FIRST + timedelta(minutes=15 * quarters))
on_duty = st.lists(
    st.builds(StaffedDesk, st.sampled_from(DESKS), st.frozensets(st.sampled_from(LANGUAGES))), max_size=4
)
circumstances = st.builds(
    Circumstances, st.sampled_from(["", "+358401555001", "+4681234567"]), st.one_of(st.none(), st.integers(0, 200))
)


@MANY
@given(documents(with_examples=False), moments, on_duty, circumstances, st.booleans())
def test_no_ruleset_that_may_be_published_has_a_dead_end(
    document: dict[str, object], now: datetime, staffed: list[StaffedDesk], known: Circumstances, sold_out: bool
) -> None:
    rules = parse(json.dumps(document))
    if errors(check(rules, now)):
        return
    known_there = facts(rules, now, staffed, known, sold_out)
    for topic in rules.topics:
        for language in LANGUAGES:
            answered = routed(topic_step(topic.id, language), topic.id, known_there)
            assert is_a_way_on(answered, known_there), (topic.id, language, answered)
            assert is_heard(answered, rules), (topic.id, language, answered)


@MANY
@given(documents(), moments)
def test_whatever_is_found_can_be_ticked_and_told(document: dict[str, object], now: datetime) -> None:
    rules = parse(json.dumps(document))
    findings = check(rules, now, KNOWN, NUMBERS)
    assert len({finding.key for finding in findings}) == len(findings)
    for finding in findings:
        assert all(finding_words(page_words(language), rules, finding) for language in LANGUAGES)


def test_enough_of_what_is_generated_may_be_published() -> None:
    """Else the property above would hold for nothing."""
    may = 0

    @settings(max_examples=40, deadline=None, database=None, derandomize=True)
    @given(documents(with_examples=False))
    def count(document: dict[str, object]) -> None:
        nonlocal may
        may += not errors(check(parse(json.dumps(document)), FIRST))

    count()
    assert may >= 8


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_way_on_is_told_from_a_dead_end(language: str) -> None:
    there = facts(city(), FIRST, [], Circumstances(), True)
    assert is_a_way_on(routed(topic_step("rents", language), "rents", there), there)
    assert not is_a_way_on(Turn(language, ()), there)
    assert not is_a_way_on(Turn(language, (Say("thanks_goodbye"), Hangup())), there)
