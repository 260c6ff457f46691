"""The notice before a recording, and the key to decline: before the line, in it, and without a record."""

from dataclasses import replace
from functools import cache

import pytest

from ivr.caller_input import LeftQueue, Pressed, Silent
from ivr.dialogue import degraded
from ivr.dialogue import steps as dialogue
from ivr.dialogue.recording_notice import KEY_SECONDS, NOTICE
from ivr.effects import DeclineRecording, Effect, Joined, JoinLine, Settled
from ivr.facts import Facts
from ivr.speech.announcements import speaking_seconds
from ivr.step_url import Step
from ivr.turn import Enqueue, Gather, LeaveQueue, Say, Turn
from routing_rules.model import LANGUAGES, Ruleset
from tests.crawl import alone
from tests.crawl.explore import Branch
from tests.crawl.graph import LISTENER, OFFER_SECONDS, PRESSER, Caller, Graph
from tests.crawl.played import queue_of
from tests.crawl.pure_scenarios import catalogue, sample, scenarios
from tests.crawl.words import Words
from tests.unit.dialogue_walk import brought, facts_at, in_line, step_in, words

KEYS = "0123456789*#"
MOST_SECONDS = 11  # of the words, the pause before them and the pause for the key
JOIN = JoinLine("general", "advice", "advice", "fi", extended=False, closed=False)


def told(tell: bool = True) -> Turn:
    turn = dialogue.after(Step("topic", "fi"), JOIN, Joined("line1", tell), facts_at())
    assert isinstance(turn, Turn)
    return turn


def asked(turn: Turn) -> Gather:
    (gather,) = [one for one in turn.instructions if isinstance(one, Gather)]
    return gather


def standing(**more: object) -> Facts:
    return replace(facts_at(), line=replace(in_line(), **more))  # type: ignore[arg-type]


def answered(keys: str, facts: Facts, step: Step | None = None) -> Turn | Effect:
    given = Pressed(keys) if keys else Silent()
    return dialogue.advance(step or step_in(asked(told()).action), given, facts)


def said(turn: Turn | Effect) -> list[str]:
    assert isinstance(turn, Turn)
    spoken = [part for one in turn.instructions for part in getattr(one, "spoken", (one,))]
    return [one.key for one in spoken if isinstance(one, Say)]


# --- before the line -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "language"), [("1", "fi"), ("2", "sv"), ("3", "en")])
def test_who_waits_for_a_desk_that_records_hears_so_in_her_language(key: str, language: str) -> None:
    walk = brought(key, "0")
    assert walk.lines()[1] == words().text("recording.notice", language, (), walk.facts.rules, walk.facts.now.tzinfo)  # type: ignore[arg-type]
    assert walk.lines()[2:] == ["[Gather 1, 2 s -> recording]", "[Enqueue line-line1 -> left]"]
    assert walk.turn is not None
    assert walk.turn.language == language


def test_a_desk_that_records_nothing_says_nothing_of_it() -> None:
    assert brought("1", "1", "1").lines() == [
        "Asumisen palvelu auttaa sinua. Yhdistämme sinut neuvojalle. Pysy linjalla.",
        "[Enqueue line-line1 -> left]",
    ]


def test_whoever_presses_nothing_is_in_the_line_without_another_question() -> None:
    gather, queue = told().instructions[-2:]
    assert isinstance(gather, Gather)
    assert isinstance(queue, Enqueue)
    assert not gather.posts_silence
    assert queue == told(tell=False).instructions[-1], "the same line"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_are_short(language: str) -> None:
    spoken = catalogue().text("recording.notice", language, (), sample(), facts_at().now.tzinfo)  # type: ignore[arg-type]
    assert speaking_seconds(spoken) < MOST_SECONDS - KEY_SECONDS


# --- the key ---------------------------------------------------------------------------------------------------------


def test_nine_declines_and_she_is_told_so_in_the_line() -> None:
    effect = answered("9", standing(recording="told"))
    assert effect == DeclineRecording("line1")
    step = step_in(asked(told()).action)
    turn = dialogue.after(step, effect, Settled(), standing(recording="told"))
    assert said(turn) == ["recording.declined"]
    assert isinstance(turn, Turn)
    assert turn.instructions[-1] == told(tell=False).instructions[-1]


@pytest.mark.parametrize("key", KEYS.replace("9", ""))
def test_any_other_key_has_cut_the_words_short_they_are_said_again_to_their_end(key: str) -> None:
    turn = answered(key, facts_at())
    assert isinstance(turn, Turn)
    assert turn.instructions == (NOTICE, told(tell=False).instructions[-1]), "no key cuts them now"


@pytest.mark.parametrize("keys", ["99", "0" * 32, "*9", "9#", "112", "9*", "##"])
def test_no_row_of_keys_declines_by_mistake_or_leads_out_of_the_line(keys: str) -> None:
    turn = answered(keys, facts_at())
    assert isinstance(turn, Turn)
    assert isinstance(turn.instructions[-1], Enqueue)


def test_silence_that_comes_from_a_broken_webhook_is_asked_again() -> None:
    turn = answered("", facts_at())
    assert isinstance(turn, Turn)
    assert turn.instructions == told().instructions[-2:], "her key may have been lost with it"


def test_another_calls_line_is_not_touched() -> None:
    turn = answered("9", replace(facts_at(), line=None))
    assert said(turn)[0] == "offer.error_line"


# --- while she waits -------------------------------------------------------------------------------------------------


def waiting(key: str, **more: object) -> Turn | Effect:
    return answered(key, standing(**more), Step("wait", "fi", "general", tries=4, line="line1"))


@pytest.mark.parametrize("state", ["waiting", "offered", "bridging", "closing"])
@pytest.mark.parametrize("led", [True, False])
def test_she_may_decline_until_she_talks(state: str, led: bool) -> None:
    assert waiting("9", state=state, led=led, recording="told") == DeclineRecording("line1")


@pytest.mark.parametrize(
    ("state", "led", "last"),
    [("waiting", False, "Redirect"), ("bridging", True, "Redirect"), ("bridging", False, "Leave")],
)
def test_then_she_goes_on_where_she_was(state: str, led: bool, last: str) -> None:
    turn = waiting("9", state=state, led=led, recording="declined")
    assert said(turn) == ["recording.declined"]
    assert isinstance(turn, Turn)
    assert type(turn.instructions[-1]).__name__.startswith(last)
    assert any(isinstance(one, LeaveQueue) for one in turn.instructions) is (last == "Leave")


def test_where_nothing_is_recorded_nine_is_a_key_like_others() -> None:
    assert said(waiting("9")) == ["line.stay"]


@pytest.mark.parametrize("key", KEYS.replace("9", ""))
def test_no_other_key_of_the_line_means_anything_else_than_before(key: str) -> None:
    assert waiting(key, recording="told") == waiting(key)


# --- the record does not answer --------------------------------------------------------------------------------------


def test_a_no_that_could_not_be_noted_waits_with_her_before_the_line() -> None:
    step = step_in(asked(told()).action)
    for _ in range(3):
        given = Pressed("9") if step.tries == 1 else Silent()
        turn = degraded.turn(step, given, facts_at())
        assert turn.instructions[-1].__class__.__name__ == "Redirect"
        step = step_in(turn.instructions[-1].url)  # type: ignore[union-attr]
    assert dialogue.advance(step, Silent(), standing()) == DeclineRecording("line1")


def test_after_a_while_somebody_is_rung_who_does_not_record() -> None:
    step = replace(step_in(asked(told()).action), tries=6, choice="no")
    turn = degraded.turn(step, Silent(), facts_at())
    assert "degraded.connecting" in said(turn)


def test_whoever_hangs_up_within_the_words_has_no_talk() -> None:
    gone = dialogue.advance(Step("left", "fi", line="line1"), LeftQueue("hangup"), standing(recording="told"))
    assert type(gone).__name__ == "HungUp"


# --- how long it takes -----------------------------------------------------------------------------------------------


class ToTheLine(Graph):
    """Until the words and the pause for the key are over and she stands in the line."""

    def _offered(self, branch: Branch, caller: Caller) -> float | None:
        offered = super()._offered(branch, caller)
        into = offered is not None and queue_of(branch.played.next) is not None
        timeout = getattr(branch.played.next, "timeout", 0)
        return branch.played.seconds + timeout if into else offered


@cache
def rules_where(all_record: bool) -> Ruleset:
    """Every department records, or none: the longest and the shortest way into every line."""
    return replace(sample(), departments=tuple(replace(d, records_talks=all_record) for d in sample().departments))


def into_lines(name: str, all_record: bool) -> ToTheLine:
    city = dict(scenarios())[name]
    rules = rules_where(all_record)
    graph = alone.crawled(replace(city, facts=replace(city.facts, rules=rules)), Words.of(catalogue(), rules))
    return ToTheLine(graph.crawl, graph.words)


@pytest.mark.parametrize("name", ["open", "evening", "only Finnish on duty"])
def test_the_notice_keeps_the_minute(name: str) -> None:
    """The line is offered, and her place is hers, before the notice: that minute is as it was. Whoever presses at her
    key stands in the line within it; whoever listens to every menu's end is there so many seconds later."""
    told, untold = into_lines(name, all_record=True), into_lines(name, all_record=False)
    for caller in (LISTENER, PRESSER):
        assert Graph(told.crawl, told.words).longest(caller).seconds <= OFFER_SECONDS
    assert told.longest(PRESSER).seconds <= OFFER_SECONDS
    assert 9 < told.longest(LISTENER).seconds - untold.longest(LISTENER).seconds < MOST_SECONDS


def test_the_notice_is_heard_on_the_ways_that_are_timed() -> None:
    graph = into_lines("open", all_record=True)
    joins = [branch for branch in graph.crawl.branches if "line.connecting" in graph.words.keys_of(branch.played)]
    assert joins
    assert all("recording.notice" in graph.words.keys_of(branch.played) for branch in joins)
