"""What a caller hears while more ask than the machine carries: nothing of hers is lost, and the record is not asked."""

from dataclasses import replace

import pytest

from adapters.load import LEVELS
from ivr.caller_input import CallerInput, DialEnded, LeftQueue, Pressed, Silent
from ivr.dialogue import crowd
from ivr.dialogue.line import CYCLE
from ivr.dialogue.steps import STEPS
from ivr.plain import render
from ivr.step_url import Step, step_of
from ivr.turn import Gather, Music, PhoneSpoken, Redirect, Say, Turn
from routing_rules.model import LANGUAGES, Notice
from tests.unit.dialogue_walk import Walk, facts_at, in_line, rules, step_in, words

WAITS = Step("wait", "sv", "housing", tries=4, version=3, arrived=99, choice="2", line="line1")
CUT = Notice("watercut", {"fi": "Vesi on poikki.", "sv": "Vattnet är avstängt.", "en": "The water is off."})


def next_of(turn: Turn) -> Step:
    """Where its last instruction leads."""
    last = turn.instructions[-1]
    assert isinstance(last, Redirect)
    path, _, query = last.url.partition("#")[0].partition("?")
    return step_of(path.rpartition("/")[2], dict(pair.split("=") for pair in query.split("&")))


@pytest.mark.parametrize(
    ("step", "given", "spared"),
    [
        (WAITS, Silent(), True),
        (replace(WAITS, spared=crowd.IN_A_ROW - 1), Silent(), True),
        (replace(WAITS, spared=crowd.IN_A_ROW), Silent(), False),  # the record is asked now and then
        (replace(WAITS, tries=1), Silent(), False),  # her place, and the name of her queue
        (replace(WAITS, tries=2), Silent(), False),  # the key to be rung back
        (replace(WAITS, line=""), Silent(), False),
        (replace(WAITS, again=1, pressed="1"), Silent(), False),  # her key, asked once more: others held the record
        *((WAITS, Pressed(key), False) for key in "0123456789*#"),
        (WAITS, LeftQueue("leave"), False),
        (WAITS, DialEnded("completed"), False),
    ],
)
def test_a_turn_that_only_plays_music_is_spared_and_no_answer_of_hers(
    step: Step, given: CallerInput, spared: bool
) -> None:
    assert crowd.is_spared(crowd.SPARED_FROM, step, given) is spared
    assert not crowd.is_spared(0, step, given)


@pytest.mark.parametrize("name", sorted(set(STEPS) - {"wait"}))
def test_no_other_step_is_ever_spared(name: str) -> None:
    assert not any(crowd.is_spared(level, replace(WAITS, name=name), Silent()) for level in LEVELS)


def test_whoever_waits_hears_music_her_keys_count_and_the_same_wait_goes_on() -> None:
    turn = crowd.music(WAITS, facts_at())
    gather, redirect = turn.instructions
    assert isinstance(gather, Gather)
    assert isinstance(redirect, Redirect)
    assert (gather.spoken, gather.digits, gather.action) == ((Music(crowd.SPARED_SECONDS),), 1, redirect.url)
    assert turn.told is None, "what she was told last stands"
    assert next_of(turn) == replace(WAITS, tries=CYCLE + 1, nonce="n", spared=1)


def test_what_is_told_next_in_full_is_her_place() -> None:
    step = WAITS
    while crowd.is_spared(3, step, Silent()):
        step = next_of(crowd.music(step, facts_at()))
    assert (step.spared, (step.tries - 1) % CYCLE) == (crowd.IN_A_ROW, 0)
    assert step.go("wait", "n", tries=step.tries + 1).spared == 0


def heard_in_full(walk: Walk, turns: int) -> list[str]:
    """What is told her in the turns that are not spared, from the first on, while it stays busy. She presses no key."""
    told: list[str] = []
    while len(told) < turns:
        if crowd.is_spared(3, walk.step, Silent()):
            walk.turn = crowd.music(walk.step, walk.facts)
        else:
            told.append(" ".join(walk.goes(Silent())))
        assert walk.turn is not None
        redirect = walk.turn.instructions[-1]
        assert isinstance(redirect, Redirect)
        walk.step = step_in(redirect.url)
    return told


@pytest.mark.parametrize(
    ("staffed", "windows", "offers"),
    [
        (True, True, ("press one",)),
        (False, True, ("press one", "press two")),
        (True, False, ("press five",)),
    ],
)
def test_what_would_relieve_the_crowd_is_offered_in_each_turn_after_music(
    staffed: bool, windows: bool, offers: tuple[str, ...]
) -> None:
    facts = replace(facts_at(), line=replace(in_line(), staffed=staffed))
    walk = Walk(facts if windows else replace(facts, asap=None, slots=()), replace(WAITS, language="en", tries=1))
    for words_told in heard_in_full(walk, 6)[2:]:
        assert [key for key in ("press one", "press two", "press five") if key in words_told] == list(offers)
        assert "[Music" not in words_told, "not one turn of the record's for music"


def test_who_is_spared_no_more_does_not_hear_the_offers_twice() -> None:
    facts = replace(facts_at(), line=replace(in_line(), staffed=False))
    walk = Walk(facts, replace(WAITS, language="en", tries=CYCLE + 1, spared=1))
    assert "press two" in " ".join(walk.goes(Silent()))
    assert [walk.silent()[0] for _ in range(2)] == ["[Music 8 s]"] * 2
    assert "press" not in walk.silent()[0], "the next cycle begins with what is so"


def test_at_the_door_everybody_hears_what_is_so_where_help_is_and_what_is_on_all_minds() -> None:
    came = Step("incoming", version=3, arrived=99)
    turn = crowd.at_the_door(came, replace(facts_at(), notices=(CUT,)))
    said = [(say.key, say.language) for say in turn.instructions if isinstance(say, Say)]
    first = [(key, language) for language in LANGUAGES for key in ("crowd.first", "emergency")]
    first += [("fallback.duty", language) for language in LANGUAGES]
    then = [(key, language) for language in LANGUAGES for key in ("notice.words", "notice.may_hang_up")]
    assert said == [*first, *then]
    assert "Vattnet är avstängt." in render(turn, words(), rules())
    assert next_of(turn) == replace(came, nonce="n", spared=1), "her moment of arrival and her ruleset stay hers"


def test_whoever_knocks_again_is_thanked_and_hears_no_more_than_that() -> None:
    turn = crowd.at_the_door(Step("incoming", version=3, arrived=99, spared=2), replace(facts_at(), notices=(CUT,)))
    said = [(say.key, say.language) for say in turn.instructions if isinstance(say, Say)]
    assert said == [("crowd.still", language) for language in LANGUAGES]
    assert next_of(turn).spared == 3


def test_a_notice_for_some_topics_is_told_to_those_who_choose_them() -> None:
    facts = replace(facts_at(), notices=(replace(CUT, topics=("water",)),))
    said = {say.key for say in crowd.at_the_door(Step("incoming"), facts).instructions if isinstance(say, Say)}
    assert said == {"crowd.first", "emergency", "fallback.duty"}


def test_an_urgent_fault_has_a_number_though_no_key_is_asked_for() -> None:
    """The city's own duty: whose fault it is nobody knows yet."""
    (duty,) = (duty for duty in rules().duties if duty.id == rules().duty)
    turn = crowd.at_the_door(Step("incoming"), facts_at())
    told = {say.language: dict(say.values) for say in turn.instructions if isinstance(say, Say) and say.values}
    assert told == {language: {"number": PhoneSpoken(duty.numbers[0])} for language in LANGUAGES}
    without = replace(facts_at(), rules=replace(rules(), duty=None))
    keys = {say.key for say in crowd.at_the_door(Step("incoming"), without).instructions if isinstance(say, Say)}
    assert keys == {"crowd.first", "emergency"}
