"""No ruleset that may be published has a dead end: every topic, in every language, at any moment, whoever is on duty.

A dead end: what the caller hears there offers no person, no number, no promise, no message and no information.
"""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.caller_input import Pressed
from ivr.dialogue import steps as dialogue
from ivr.dialogue.routes import routed
from ivr.effects import Effect, JoinLine, KeepMessage, KeepNumber, KeepRecording, MakePromise
from ivr.facts import Facts
from ivr.step_url import Step
from ivr.turn import DialNumber, Gather, Hangup, Record, Say, Turn
from routing_rules.checking.check import check, errors
from routing_rules.document import parse
from routing_rules.model import LANGUAGES, Ruleset
from routing_rules.routes import Circumstances, StaffedDesk
from tests.unit.dialogue_walk import facts_at, step_in
from tests.unit.generated_city import DESKS, documents
from tests.unit.small_city import city

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
DEEP = 3  # keys, from where the topic leads
HELPS = (JoinLine, KeepNumber, MakePromise, KeepMessage, KeepRecording)
MANY = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))

moments = st.integers(0, 3 * 366 * 24 * 4).map(lambda quarters: FIRST + timedelta(minutes=15 * quarters))
on_duty = st.lists(
    st.builds(StaffedDesk, st.sampled_from(DESKS), st.frozensets(st.sampled_from(LANGUAGES))), max_size=4
)
circumstances = st.builds(
    Circumstances, st.sampled_from(["", "+358401555001", "+4681234567"]), st.one_of(st.none(), st.integers(0, 200))
)


def is_a_way_on(answered: Turn | Effect, known: Facts, deep: int = DEEP) -> bool:
    """A person, a number, a promise, a message or information: here, or behind the keys that are offered."""
    if not isinstance(answered, Turn):
        return isinstance(answered, HELPS)
    if any(isinstance(one, DialNumber | Record) for one in answered.instructions):
        return True
    said = {
        one.key for turn in answered.instructions for one in getattr(turn, "spoken", (turn,)) if isinstance(one, Say)
    }
    if "information.words" in said:
        return True
    asked = [step_in(one.action) for one in answered.instructions if isinstance(one, Gather)]
    pressed = (dialogue.advance(step, Pressed(key), known) for step in asked for key in "1230456789" if deep)
    return any(is_a_way_on(one, known, deep - 1) for one in pressed)


def facts(rules: Ruleset, now: datetime, staffed: list[StaffedDesk], known: Circumstances, sold_out: bool) -> Facts:
    free = facts_at(now)
    asap, slots = (None, ()) if sold_out else (free.asap, free.slots)
    wait = known.wait_minutes
    return replace(
        free, rules=rules, staffed=tuple(staffed), circumstances=known, wait_minutes=wait, asap=asap, slots=slots
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
            step = Step(name="topic", language=language, topic=topic.id, tries=1, version=1, arrived=1, nonce="n")
            answered = routed(step, topic.id, known_there)
            assert is_a_way_on(answered, known_there), (topic.id, language, answered)


def test_enough_of_what_is_generated_may_be_published() -> None:
    """Else the property above would hold for nothing."""
    may = 0

    @settings(max_examples=60, deadline=None, database=None, derandomize=True)
    @given(documents(with_examples=False))
    def count(document: dict[str, object]) -> None:
        nonlocal may
        may += not errors(check(parse(json.dumps(document)), FIRST))

    count()
    assert may >= 10


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_way_on_is_told_from_a_dead_end(language: str) -> None:
    there = facts(city(), FIRST, [], Circumstances(), True)
    step = Step(name="topic", language=language, topic="rents", tries=1, version=1, arrived=1, nonce="n")
    assert is_a_way_on(routed(step, "rents", there), there)
    assert not is_a_way_on(Turn(language, ()), there)
    assert not is_a_way_on(Turn(language, (Say("thanks_goodbye"), Hangup())), there)
