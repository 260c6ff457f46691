"""Every key, silence and ended leg from every turn that a call can reach, in three languages, in many a situation.

No dead end: a turn asks, rings, waits, records or leads on; a call that the service ends has been told so in words.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.caller_input import CallerInput, DialEnded, LeftQueue, Pressed, RecordingEnded, Silent
from ivr.dialogue import degraded
from ivr.dialogue import steps as dialogue
from ivr.facts import Callable, Facts, KnownMatter, LineFacts, MessageFacts, NotCallable, Ringback
from ivr.step_url import Step
from ivr.turn import (
    DialConference,
    DialNumber,
    Enqueue,
    Gather,
    Hangup,
    Instruction,
    LeaveQueue,
    Record,
    Redirect,
    Say,
    Turn,
)
from routing_rules.model import Notice
from tests.unit.dialogue_walk import (
    AFTERNOON,
    CLOSED,
    NOBODY,
    SUNDAY_NIGHT,
    TUESDAY,
    Walk,
    facts_at,
    in_line,
    leading,
    result_of,
    step_in,
)
from tests.unit.test_dialogue_anything import playable

LANGUAGES = {"1": "fi", "2": "sv", "3": "en"}
KEYS: tuple[CallerInput, ...] = (*map(Pressed, "0123456789*#"), Silent())
NUMBERS = ("0405556667", "0700123", "204519", "*", "0", "#", "1", "9" * 32)
WHOLE_NUMBERS: tuple[CallerInput, ...] = (*map(Pressed, NUMBERS), Silent())
STATUSES: tuple[CallerInput, ...] = tuple(
    map(DialEnded, ("completed", "answered", "busy", "no-answer", "failed", "canceled"))
)
RESULTS: tuple[CallerInput, ...] = tuple(
    map(LeftQueue, ("leave", "hangup", "error", "queue-full", "system-error", "redirected"))
)
MATTER = KnownMatter("request1", "housing", "requested", 1, AFTERNOON)
SENSITIVE = replace(MATTER, request_id="request2", topic="health")
NOTICES = tuple(
    Notice(f"n-{topic}", {"fi": "Vika.", "sv": "Fel.", "en": "Fault."}, (topic,) if topic else ())
    for topic in ("", "water", "housing-building-water", "general", "social")
)
FINNISH_ONLY = tuple(replace(desk, languages=frozenset({"fi"})) for desk in facts_at().staffed)
TRIED = Ringback("request1", "housing", TUESDAY.replace(hour=9))
OPEN = facts_at()
SITUATIONS: Mapping[str, Facts] = {
    "open": replace(OPEN, can_text=True),
    "withheld": replace(OPEN, caller=NotCallable("withheld")),
    "nobody on duty": NOBODY,
    "nobody, no time, foreign": replace(NOBODY, asap=None, slots=(), caller=NotCallable("foreign")),
    "nobody, foreign": replace(NOBODY, caller=NotCallable("foreign")),
    "only Finnish is spoken": replace(OPEN, staffed=FINNISH_ONLY),
    "stopped": replace(OPEN, asap=None, slots=(), stopped=True),
    "stopped, nobody on duty": replace(NOBODY, asap=None, slots=(), stopped=True),
    "stopped, only Finnish": replace(OPEN, staffed=FINNISH_ONLY, asap=None, slots=(), stopped=True),
    "stopped, foreign": replace(NOBODY, asap=None, slots=(), stopped=True, caller=NotCallable("foreign")),
    "overload": replace(OPEN, wait_minutes=90, notices=NOTICES),
    "evening": replace(facts_at(TUESDAY.replace(hour=21)), asap=None, can_text=True),
    "closed": replace(CLOSED, notices=NOTICES),
    "closed and full": replace(facts_at(SUNDAY_NIGHT), staffed=(), asap=None, slots=()),
    "rung in vain": replace(OPEN, ringback=TRIED),
    "rung in vain, closed": replace(CLOSED, ringback=TRIED),
    "rung again": replace(OPEN, known=(MATTER, SENSITIVE), ringback=replace(TRIED, request_id="request2")),
    "known": replace(OPEN, known=(MATTER, SENSITIVE)),
    "known, nobody on duty": replace(NOBODY, known=(MATTER, SENSITIVE)),
    "known, closed": replace(CLOSED, known=(SENSITIVE,)),
}
LINES: Mapping[str, LineFacts] = {
    "waiting": in_line(),
    "left alone": replace(in_line(), staffed=False),
    "offered": in_line("offered"),
    "wishing": in_line("wishes"),
    "closing": in_line("closing"),
    "closing for good": replace(in_line("closing"), extended_open=False, desk="extended"),
    "over": in_line("done"),
}


def inputs_after(turn: Turn) -> Iterator[CallerInput]:
    """Whatever may come back from what the telephone was told to do; hanging up is the end of every one of them."""
    for instruction in turn.instructions:
        match instruction:
            case Gather(digits=1):
                yield from KEYS
                return
            case Gather():
                yield from WHOLE_NUMBERS
                return
            case DialNumber() | DialConference():
                yield from STATUSES
                return
            case Enqueue():
                yield from RESULTS
                return
            case Record():
                sid = "RE" + "0" * 32
                yield from (*(RecordingEnded(sid, *how) for how in ((9, False), (1, False), (9, True))), Silent())
                return
            case Redirect():
                yield Silent()
                return


def leads_on(turn: Turn, step: Step, given: CallerInput) -> None:
    """Raises where a caller would be left without a way on and without a word."""
    last = turn.instructions[-1]
    if isinstance(last, Gather | DialNumber | DialConference | Enqueue | Redirect | LeaveQueue | Record):
        return
    assert isinstance(last, Hangup), (step, given, turn)
    gone = isinstance(given, DialEnded | LeftQueue) or step.name == "left"
    assert gone or any(isinstance(said, Say) for said in turn.instructions), (step, given, turn)


@cache
def played(turn: Turn) -> None:
    """Once for each turn: many ways lead to the same words."""
    playable(turn)


def said(turn: Turn) -> list[Instruction]:
    return [part for i in turn.instructions for part in (i.spoken if isinstance(i, Gather) else (i,))]


def answered(step: Step, given: CallerInput, facts: Facts) -> Turn:
    found = dialogue.advance(step, given, facts)
    for _ in range(3):
        if isinstance(found, Turn):
            break
        found = dialogue.after(step, found, result_of(found, facts), facts)
    assert isinstance(found, Turn), (step, given, found)
    leads_on(found, step, given)
    return found


def facts_for(step: Step, facts: Facts) -> Facts:
    """What the record adds at this step of the call: its stay in the line, its message, the number keyed in."""
    if step.name in ("number", "same") and isinstance(facts.caller, NotCallable):
        facts = replace(facts, caller=Callable("+358405556667", keyed_in=True))
    message = MessageFacts(step.message, 9, step.tries > 2) if step.message else None
    return replace(facts, message=message, line=facts.line if step.line else None)


def explored(first: Step, given: CallerInput, facts: Facts) -> dict[Step, Turn]:
    """Every step that can be reached, with a turn that leads there. Waits are cut at their first round."""
    start = answered(first, given, facts_for(first, facts))
    reached = {first: start}
    todo = deque([start])
    while todo:
        turn = todo.popleft()
        url = leading(turn)
        if not url:
            continue
        step = step_in(url)
        if step in reached or step.tries > 7:
            continue
        reached[step] = turn
        todo.extend(answered(step, each, facts_for(step, facts)) for each in inputs_after(turn))
    return reached


@cache
def everything(situation: str, key: str) -> dict[Step, Turn]:
    return explored(Step("language", version=1, nonce="n"), Pressed(key), SITUATIONS[situation])


@pytest.fixture(scope="module", params=SITUATIONS)
def situation(request: pytest.FixtureRequest) -> str:
    """For the whole module: what is asked of one situation is asked in a row, by the process that has explored it."""
    return str(request.param)


@pytest.mark.parametrize("key", LANGUAGES)
def test_no_way_through_the_menus_ends_without_a_word(situation: str, key: str) -> None:
    reached = everything(situation, key)
    assert len(reached) > 10
    for turn in reached.values():
        played(turn)
        assert turn.language == LANGUAGES[key]
        assert all(part.language in (None, LANGUAGES[key]) for part in said(turn) if isinstance(part, Say))


def test_silence_from_any_turn_ends_or_reaches_a_person_in_a_few_turns(situation: str) -> None:
    facts = SITUATIONS[situation]
    for step, turn in everything(situation, "1").items():
        for _ in range(12):
            last = turn.instructions[-1]
            if isinstance(last, Hangup | Enqueue | DialNumber | DialConference | LeaveQueue):
                break
            here = step_in(leading(turn))
            turn = answered(here, Silent(), facts_for(here, facts))
        else:
            raise AssertionError(f"silence goes round and round from {step}")


def test_nought_in_any_menu_leads_to_a_person_or_the_next_best(situation: str) -> None:
    """Never "no such key", and never the same turn again where another way is left."""
    facts = SITUATIONS[situation]
    for step, turn in everything(situation, "3").items():
        last = turn.instructions[-1]
        if not (isinstance(last, Gather) and last.digits == 1):
            continue
        here = step_in(leading(turn))
        reached = answered(here, Pressed("0"), facts_for(here, facts))
        heard = [part.key for part in said(reached) if isinstance(part, Say)]
        assert "menu.not_understood" not in heard, (step, here)


def test_the_star_tells_every_menu_again_and_changes_nothing(situation: str) -> None:
    facts = SITUATIONS[situation]
    for turn in everything(situation, "2").values():
        last = turn.instructions[-1]
        if not isinstance(last, Gather):
            continue
        here = step_in(leading(turn))
        again = answered(here, Pressed("*"), facts_for(here, facts))
        heard = [part.key for part in said(again) if isinstance(part, Say)]
        assert "menu.not_understood" not in heard, here
        assert isinstance(again.instructions[-1], Gather), here
        assert step_in(leading(again)).name == here.name, here


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("name", ["wait", "left", "closing", "talk-over"])
def test_no_way_through_the_line_ends_without_a_word(name: str, line: str) -> None:
    facts = replace(OPEN, line=LINES[line])
    for language in LANGUAGES.values():
        step = Step(name, language, "housing", version=1, nonce="n", line="line1")
        for given_ in (*KEYS, *RESULTS, *STATUSES):
            turn = answered(step, given_, facts)
            played(turn)
            assert turn.language == language


@pytest.mark.parametrize("moment", ["open", "evening", "closed"])
def test_without_the_record_every_step_of_a_call_leads_on_too(moment: str) -> None:
    facts = replace(SITUATIONS[moment], staffed=(), asap=None, slots=(), notices=NOTICES)
    for key in LANGUAGES:
        for turn in everything(moment, key).values():
            url = leading(turn)
            for given_ in inputs_after(turn):
                step = step_in(url)
                found = degraded.turn(step, given_, facts)
                leads_on(found, step, given_)
                played(found)
                assert not any(part.key.startswith("promise.") for part in said(found) if isinstance(part, Say))


# --- a long way at random ---


@settings(max_examples=150, deadline=None)
@given(
    situation=st.sampled_from(sorted(SITUATIONS)),
    picks=st.lists(st.integers(0, 12), min_size=4, max_size=40),
    changes=st.lists(st.sampled_from(sorted(SITUATIONS)), min_size=1, max_size=4),
)
def test_a_long_call_in_a_changing_world_always_has_a_next_word(
    situation: str, picks: list[int], changes: list[str]
) -> None:
    """Agents come and go, desks close, windows are taken while the caller presses whatever she likes."""
    walk = Walk(facts=SITUATIONS[situation])
    turn = answered(walk.step, Silent(), walk.facts)
    for count, pick in enumerate(picks):
        possible = list(inputs_after(turn))
        if not possible:
            assert isinstance(turn.instructions[-1], Hangup | LeaveQueue)
            return
        step = step_in(leading(turn))
        facts = SITUATIONS[changes[count % len(changes)]]
        turn = answered(step, possible[pick % len(possible)], facts_for(step, replace(facts, line=in_line())))
        played(turn)


def test_the_walk_reaches_every_step_of_the_table() -> None:
    seen = {step.name for situation in SITUATIONS for key in "12" for step in everything(situation, key)}
    by_the_line = {"wait", "left", "closing", "talk-over"}
    of_a_page_of_its_own = {"incoming", "message"}
    assert set(dialogue.STEPS) - seen - by_the_line <= of_a_page_of_its_own
