"""The ruleset while switches are on, and the notices a moment has: values in, values out."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.speech.spoken_time import lasting
from routing_rules.decide import answering
from routing_rules.model import Notice, PlannedNotice, Withheld
from routing_rules.notices.heard import heard
from routing_rules.switches.applied import with_switches
from routing_rules.switches.checks import WantedSwitch, faults, questions
from routing_rules.switches.model import KINDS, Kind, Switch
from routing_rules.switches.withheld import is_withheld
from tests.support.services import sample_rules, words

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def switch(kind: Kind, department: str | None = None, topic: str | None = None, goal: str | None = None) -> Switch:
    return Switch(f"{kind}-{department}-{topic}", kind, department, topic, goal, NOW, NOW + HOUR)


@pytest.mark.parametrize(
    "unknown",
    [switch("close", "moon"), switch("divert", None, "volcano", "housing"), switch("divert", None, "water", "moon")],
)
def test_a_switch_about_what_a_newer_version_dropped_says_nothing(unknown: Switch) -> None:
    rules = sample_rules()
    assert with_switches(rules, [unknown]) is rules
    assert with_switches(rules, []) is rules


def test_what_is_said_about_one_topic_goes_before_what_is_said_about_all_beside_it() -> None:
    branch = switch("divert", None, "housing-building-water", "families")
    leaf = switch("divert", None, "water", "streets")
    for order in ([branch, leaf], [leaf, branch]):
        rules = with_switches(sample_rules(), order)
        assert answering(rules, "water", "fi", NOW).id == "streets"
        assert answering(rules, "housing", "fi", NOW).id == "families"
        assert answering(rules, "water", "fi", NOW + HOUR).id == "waterworks"


def test_a_diversion_goes_before_what_is_written() -> None:
    diverted = with_switches(sample_rules(), [switch("divert", None, "water", "housing")])
    assert diverted.rules[0].switch
    assert diverted.rules[1:] == sample_rules().rules


@given(
    minutes=st.integers(-120, 180),
    department=st.sampled_from([None, "housing", "families"]),
    topic=st.sampled_from([topic.id for topic in sample_rules().topics]),
)
def test_callbacks_are_withheld_from_the_making_to_the_end_and_never_about_an_urgent_topic(
    minutes: int, department: str | None, topic: str
) -> None:
    plain = sample_rules()
    rules = with_switches(plain, [switch("withhold", department)])
    assert rules.withheld == (Withheld((NOW, NOW + HOUR), department),)
    at = NOW + timedelta(minutes=minutes)
    held = 0 <= minutes < 60 and department in (None, answering(plain, topic, "fi", at).id)
    assert is_withheld(rules, topic, "fi", at) == (held and not plain.topic(topic).urgent)


def test_withholding_follows_whoever_answers_the_topic_now() -> None:
    held = switch("withhold", "families")
    rules = with_switches(sample_rules(), [held, switch("divert", None, "housing", "families")])
    assert is_withheld(rules, "housing", "fi", NOW)
    assert not is_withheld(with_switches(sample_rules(), [held]), "housing", "fi", NOW)


@given(st.data())
def test_whatever_is_wished_gets_faults_or_questions_and_never_an_error(data: st.DataObject) -> None:
    anything = st.sampled_from([None, "", "moon", "housing", "water", "extended", "waste", "waterworks", "general"])
    wanted = WantedSwitch(
        kind=data.draw(st.sampled_from(KINDS)),
        department=data.draw(anything),
        topic=data.draw(anything),
        goal=data.draw(anything),
        until=data.draw(st.sampled_from([None, NOW, NOW + HOUR, NOW + timedelta(days=8)])),
        reason=data.draw(st.sampled_from(["", "Vesi on poikki.", "x" * 201])),
    )
    running = data.draw(st.lists(st.sampled_from([switch("close", "housing"), switch("withhold")]), unique=True))
    scope = data.draw(st.sampled_from([None, (), ("housing", "waterworks")]))
    if faults(wanted, sample_rules(), running, scope, NOW):
        return
    questions(wanted, sample_rules(), running)
    made = Switch("new", wanted.kind, wanted.department, wanted.topic, wanted.goal, NOW, wanted.until or NOW)
    assert with_switches(sample_rules(), [made]) is not sample_rules()
    assert scope != ()


SAID = {"fi": "Katko.", "sv": "Avbrott.", "en": "Cut."}


def planned(id: str, begins: int, *topics: str) -> PlannedNotice:
    return PlannedNotice(id, SAID, NOW + timedelta(minutes=begins), NOW + 2 * HOUR, topics)


def test_of_two_for_the_same_callers_one_is_heard() -> None:
    now = Notice("now", SAID, (), NOW + HOUR)
    assert [one.id for one in heard((now,), [planned("p", -5)], NOW)] == ["now"]
    assert [one.id for one in heard((), [planned("late", -5), planned("early", -9)], NOW)] == ["early"]
    water = Notice("w", SAID, ("water",), NOW + HOUR)
    told = heard((water,), [planned("p", -5, "water", "buses")], NOW)
    assert [(one.id, one.topics) for one in told] == [("w", ("water",)), ("p", ("buses",))]
    assert heard((), [planned("p", 1)], NOW) == ()


@given(st.integers(0, 31 * 24 * 60))
def test_the_end_of_a_disruption_is_told_in_words_that_stay_true(minutes: int) -> None:
    until, zone = NOW + timedelta(minutes=minutes), ZoneInfo("Europe/Helsinki")
    for language in ("fi", "sv", "en"):
        vocabulary = words().catalogues[language].vocabulary
        told = lasting(until, NOW, vocabulary, zone)
        assert not any(near in told for near in (vocabulary.days.today, vocabulary.days.tomorrow))
        assert not any(figure in told for figure in "0123456789")


def test_a_rule_of_the_citys_own_does_not_undo_a_switch() -> None:
    written = replace(sample_rules(), rules=tuple(reversed(sample_rules().rules)))
    assert answering(with_switches(written, [switch("divert", None, "buses", "streets")]), "buses", "fi", NOW).id == (
        "streets"
    )


@pytest.mark.parametrize(("goal", "fault"), [("county", "nought"), ("streets", None)])
def test_nought_always_reaches_the_citys_own_people(goal: str, fault: str | None) -> None:
    """Sent to a partner's number, whoever presses 0 or nothing at all would reach nobody who can help on."""
    rules = sample_rules()
    wanted = WantedSwitch("divert", None, rules.general_topic, goal, NOW + HOUR, "training")
    assert faults(wanted, rules, (), None, NOW).get("goal") == fault
    of_another = WantedSwitch("divert", None, "parking", goal, NOW + HOUR, "training")
    assert "goal" not in faults(of_another, rules, (), None, NOW) or goal == "streets"
