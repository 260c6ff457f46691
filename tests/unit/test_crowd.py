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
from ivr.turn import Gather, Music, Redirect, Say, Turn
from routing_rules.model import LANGUAGES, Notice
from tests.unit.dialogue_walk import facts_at, rules, words

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


def test_at_the_door_everybody_hears_what_is_so_where_help_is_and_what_is_on_all_minds() -> None:
    came = Step("incoming", version=3, arrived=99)
    turn = crowd.at_the_door(came, replace(facts_at(), notices=(CUT,)))
    said = [(say.key, say.language) for say in turn.instructions if isinstance(say, Say)]
    first = [(key, language) for language in LANGUAGES for key in ("crowd.first", "emergency")]
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
    assert said == {"crowd.first", "emergency"}
