"""The waiting line key by key: no key loses the place, and nobody waits for a desk that everybody has left."""

from dataclasses import replace

import pytest

from desks.line.machine import FOR_MESSAGE
from ivr.caller_input import DialEnded, LeftQueue, Pressed, Silent
from ivr.dialogue.line import CYCLE, OFFERED_EVERY
from ivr.effects import GiveUpLine, MoveToExtended, Wish
from ivr.facts import LineFacts
from ivr.step_url import Step
from ivr.turn import Gather, Music, Redirect, Say
from tests.unit.dialogue_walk import Walk, facts_at, in_line

LEFT_ALONE = replace(in_line(), staffed=False)
OFFER = (
    "If you would like us to ring you back, press one. You keep your place."
    " If you would like to wait, stay on the line."
)
MOVE = "If you would like to move to the evening and weekend advice service, press two. You keep your place."
MESSAGE = (
    "If you would like to leave a voice message, press five. You are then no longer in the queue."
    " If you would like to wait, stay on the line."
)
STAYS = "You are still in the queue. You keep your place."


def waiting(line: LineFacts, tries: int = 1, place: str = "") -> Walk:
    step = Step("wait", "en", "housing", tries, version=1, line="line1", choice=place)
    return Walk(facts=replace(facts_at(), line=line), step=step)


@pytest.mark.parametrize("key", ["0", "#", "7", "99"])
def test_any_other_key_is_told_that_the_place_is_kept_and_the_wait_goes_on(key: str) -> None:
    walk = waiting(in_line(), tries=3, place="4")
    assert walk.goes(Pressed(key)) == [STAYS, "[Gather 1, 1 s -> wait]", "[Redirect -> wait]"]
    assert walk.effects == []
    walk.silent()
    assert (walk.step.tries, walk.step.choice, walk.step.line) == (4, "4", "line1")


def test_the_star_tells_place_and_wait_again() -> None:
    walk = waiting(in_line(), tries=4, place="4")
    assert walk.goes(Pressed("*"))[1:3] == [
        "You are number four in the queue.",
        "The waiting time is about ten minutes.",
    ]


def test_the_star_does_not_tell_a_place_that_has_grown() -> None:
    walk = waiting(in_line(), tries=4, place="2")
    assert not any("You are number" in line for line in walk.goes(Pressed("*")))


def test_a_place_once_told_is_remembered_over_the_turns_between() -> None:
    walk = waiting(replace(in_line(), place=2))
    walk.goes(Silent())
    walk.facts = replace(walk.facts, line=in_line())  # somebody's window needs her turn: fourth now
    for _ in range(CYCLE - 1):
        walk.silent()
    assert walk.silent()[:2] == ["Thank you for waiting.", "The waiting time is about ten minutes."]


def test_whoever_waits_long_is_not_told_the_same_offer_in_every_round() -> None:
    """Place and wait are told anew in each; the offer in the first and then in every third. Its key counts in all."""
    walk = waiting(in_line())
    walk.goes(Silent())
    offered = [walk.silent()[0] == OFFER for _ in range(4 * CYCLE)]
    assert [index // CYCLE for index, told in enumerate(offered) if told] == [0, OFFERED_EVERY]
    assert walk.presses("1") == ["[Leave]"]


def test_whoever_waits_for_nobody_hears_the_ways_out_in_every_round() -> None:
    walk = waiting(LEFT_ALONE)
    walk.goes(Silent())
    assert sum(walk.silent()[0] == OFFER for _ in range(4 * CYCLE)) == 4


def test_one_without_a_time_to_promise_keeps_the_place() -> None:
    walk = waiting(in_line(), tries=2)
    walk.facts = replace(walk.facts, asap=None, slots=())
    assert walk.goes(Pressed("1"))[0] == STAYS
    assert walk.effects == []


# --- nobody can be promised a time: the city's limit is met, callbacks are withheld, or every time is taken ---


def without_times(line: LineFacts, tries: int = 2) -> Walk:
    walk = waiting(line, tries)
    walk.facts = replace(walk.facts, asap=None, slots=(), stopped=True)
    return walk


@pytest.mark.parametrize("line", [in_line(), replace(in_line(), wait_minutes=None), LEFT_ALONE])
def test_whoever_cannot_be_rung_back_may_speak_a_message_instead_of_waiting(line: LineFacts) -> None:
    walk = without_times(line)
    assert walk.goes(Silent())[0] == MESSAGE
    assert walk.presses("5") == ["[Leave]"]
    assert walk.effects == [GiveUpLine("line1", FOR_MESSAGE)]
    outside = Step("left", "en", "housing", version=1, line="line1")
    over = replace(line, state="left", outcome=FOR_MESSAGE)
    spoken = Walk(facts=replace(facts_at(), line=over), step=outside).goes(LeftQueue("leave"))
    assert spoken[1] == "[Record 120 s -> message-done]"


def test_a_short_wait_is_not_interrupted_by_the_offer_of_a_message() -> None:
    assert without_times(replace(in_line(), wait_minutes=1)).goes(Silent())[0] == "[Music 8 s]"


def test_five_is_nothing_while_a_callback_is_offered() -> None:
    walk = waiting(in_line(), tries=2)
    assert walk.goes(Silent())[0] == OFFER
    assert walk.presses("5")[0] == STAYS
    assert walk.effects == []


def test_an_adviser_who_has_accepted_meanwhile_is_talked_to() -> None:
    walk = without_times(in_line("bridging"))
    assert walk.goes(Pressed("5")) == ["[Leave]"]
    assert walk.effects == []


def test_no_silence_in_the_line_is_longer_than_a_breath() -> None:
    for line in (in_line(), LEFT_ALONE, in_line("offered")):
        for tries in range(1, 2 * CYCLE):
            walk = waiting(line, tries)
            walk.goes(Silent())
            assert walk.turn is not None
            gather, redirect = walk.turn.instructions
            assert isinstance(gather, Gather)
            assert isinstance(redirect, Redirect)
            assert gather.timeout <= 1
            assert all(isinstance(part, Say | Music) for part in gather.spoken)
            assert gather.spoken


# --- everybody has left the desk ---


def test_when_the_last_agent_goes_the_callers_are_told_and_offered_two_ways() -> None:
    walk = waiting(LEFT_ALONE)
    assert walk.goes(Silent())[0] == "The housing service cannot answer just now."
    assert walk.silent()[0] == OFFER
    assert walk.silent()[0] == MOVE
    assert walk.silent()[0] == "[Music 8 s]"


def test_one_key_moves_to_the_extended_hours_desk_with_the_place() -> None:
    walk = waiting(LEFT_ALONE, tries=3)
    assert walk.goes(Pressed("2")) == ["[Leave]"]
    assert walk.effects == [MoveToExtended("line1")]
    outside = Step("left", "en", "housing", version=1, line="line1")
    there = Walk(facts=replace(facts_at(), line=replace(in_line(), id="line2", desk="extended")), step=outside)
    lines = there.goes(LeftQueue("leave"))
    assert lines[0].startswith("We are moving you to the evening and weekend advice service. You keep your place.")
    assert lines[-1] == "[Enqueue line-line2 -> left]"


@pytest.mark.parametrize(
    "line", [in_line(), replace(LEFT_ALONE, extended_open=False), replace(LEFT_ALONE, desk="extended")]
)
def test_nobody_is_moved_who_has_an_agent_or_nowhere_to_go(line: LineFacts) -> None:
    walk = waiting(line, tries=3)
    assert walk.goes(Silent())[0] == "[Music 8 s]"
    walk = waiting(line, tries=3)
    assert walk.goes(Pressed("2"))[0] == STAYS
    assert walk.effects == []


def test_one_key_is_a_callback_there_too() -> None:
    walk = waiting(LEFT_ALONE, tries=2)
    assert walk.goes(Pressed("1")) == ["[Leave]"]
    assert walk.effects == [Wish("line1")]


# --- at closing time ---


def test_in_the_choice_at_closing_every_key_but_two_goes_on_to_the_extended_hours_desk() -> None:
    for key in ("1", "0", "#", "8"):
        walk = Walk(
            facts=replace(facts_at(), line=in_line("closing")), step=Step("closing", "en", "housing", line="line1")
        )
        walk.goes(Pressed(key))
        assert walk.effects == [MoveToExtended("line1")]
    walk = Walk(facts=replace(facts_at(), line=in_line("closing")), step=Step("closing", "en", "housing", line="line1"))
    assert walk.goes(Pressed("2"))[-1] == "[Gather 1, 7 s -> number]"


def test_a_call_whose_talk_is_over_ends_with_thanks() -> None:
    walk = Walk(facts=replace(facts_at(), line=in_line("done")), step=Step("talk-over", "en", "housing", line="line1"))
    assert walk.goes(DialEnded("completed")) == ["Thank you for your call. Goodbye.", "[Hangup]"]
