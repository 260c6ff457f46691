"""Any step, any input, any plausible facts: there are always words, and no chain of effects without an end."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import get_args

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callbacks.model import Window
from desks.line.machine import LineState
from ivr.caller_input import CallerInput, DialEnded, LeftQueue, Pressed, Silent
from ivr.dialogue import degraded
from ivr.dialogue import steps as dialogue
from ivr.effects import Bridged, Joined, NoWindow, NumberKept, NumberRefused, Result, Settled, TooLate
from ivr.facts import Callable, Facts, LineFacts, NotCallable, Promised, Ringback
from ivr.speech.catalogue import CatalogueError
from ivr.step_url import Step
from ivr.turn import Turn
from ivr.twiml import CallerIds, Urls, render
from routing_rules.routes import StaffedDesk
from tests.unit.dialogue_walk import EVERYBODY, TUESDAY, rules, words

URLS = Urls("https://c.example", CallerIds("+358175550100"))
EFFECTS_IN_A_ROW = 3  # as the webhooks allow
LEAVES = [topic.id for topic in rules().topics if topic.department is not None]
HOUR = timedelta(hours=1)

languages = st.sampled_from(["", "fi", "sv", "en"])
topics = st.sampled_from(["", *(topic.id for topic in rules().topics)])
moments = st.integers(0, 24 * 8).map(lambda hours: TUESDAY + hours * HOUR)
windows = moments.map(lambda start: Window(start, start + 2 * HOUR))
statuses = st.sampled_from(["completed", "answered", "busy", "no-answer", "failed", "canceled", "", "odd"])
inputs: st.SearchStrategy[CallerInput] = st.one_of(
    st.text("0123456789*#", min_size=1, max_size=12).map(Pressed),
    st.just(Silent()),
    statuses.map(DialEnded),
    st.sampled_from(["leave", "hangup", "error", "queue-full", "system-error", "redirected", ""]).map(LeftQueue),
)
steps = st.builds(
    Step,
    name=st.sampled_from([*dialogue.STEPS, "gone-since-the-last-release"]),
    language=languages,
    topic=topics,
    tries=st.integers(0, 9),
    version=st.just(1),
    arrived=st.just(1_795_507_200_000),
    nonce=st.just("n"),
    choice=st.sampled_from(["", "asap", "promise", "3", "housing", "county", "29925240", "none"]),
    line=st.sampled_from(["", "line1"]),
    request=st.sampled_from(["", "request1"]),
)
promises = st.builds(
    Promised,
    windows,
    st.sampled_from(LEAVES),
    st.just("204519"),
    st.booleans(),
    st.booleans(),
    st.just("+358401234567"),
)
lines = st.builds(
    LineFacts,
    id=st.just("line1"),
    state=st.sampled_from(get_args(LineState)),
    topic=st.sampled_from(LEAVES),
    department=st.sampled_from(["housing", "advice"]),
    desk=st.sampled_from(["housing", "advice", "extended"]),
    place=st.one_of(st.none(), st.integers(1, 60)),
    wait_minutes=st.one_of(st.none(), st.integers(0, 200)),
    staffed=st.booleans(),
    desk_closed=st.booleans(),
    extended_open=st.booleans(),
    extended_wait=st.one_of(st.none(), st.integers(0, 200)),
    promised=st.one_of(st.none(), promises),
)
desks = st.builds(
    StaffedDesk,
    st.sampled_from([desk.desk for desk in EVERYBODY]),
    st.frozensets(st.sampled_from(["fi", "sv", "en"]), min_size=1),
)
callers = st.one_of(
    st.just(Callable("+358401234567")),
    st.just(Callable("+358405556667", keyed_in=True)),
    st.sampled_from(["withheld", "foreign", "service", "own", "odd"]).map(NotCallable),
)
known = st.builds(
    Facts,
    rules=st.just(rules()),
    now=moments,
    base=st.just("https://c.example"),
    nonce=st.just("n2"),
    caller=callers,
    staffed=st.lists(desks, max_size=3).map(tuple),
    ringback=st.one_of(st.none(), st.builds(Ringback, st.just("r1"), st.sampled_from(LEAVES), moments)),
    line=st.one_of(st.none(), lines),
    shown_number=st.one_of(st.none(), st.just("+358175550177")),
    asap=st.one_of(st.none(), windows),
    slots=st.lists(windows, max_size=3, unique=True).map(tuple),
)
results: st.SearchStrategy[Result] = st.one_of(
    st.just(Joined("line1")),
    st.just(Bridged("m-line1")),
    promises,
    st.just(NumberKept("+358405556667")),
    st.sampled_from(["foreign", "malformed", "own", "odd"]).map(NumberRefused),
    st.just(NoWindow()),
    st.just(Settled()),
    st.just(TooLate()),
)


def plausible(effect: object, result: Result) -> bool:
    """What the record can answer to an effect; the rest cannot happen."""
    allowed: dict[str, tuple[type, ...]] = {
        "JoinLine": (Joined,),
        "MoveToExtended": (Joined, TooLate),
        "Bridge": (Bridged,),
        "KeepNumber": (NumberKept, NumberRefused),
        "MakePromise": (Promised, NoWindow, NumberRefused, TooLate),
        "Reopen": (Promised, NoWindow, TooLate),
        "HungUp": (Settled,),
    }
    return isinstance(result, allowed.get(type(effect).__name__, (Settled, TooLate)))


def as_carried(step: Step) -> Step:
    """What our own URLs carry by then: a language after the greeting, a leaf once the topics are left."""
    if step.name in ("incoming", "language"):
        return replace(step, topic="", request="")
    step = replace(step, language=step.language or "fi")
    if step.name in ("ringback", "topic", "closed", "wait", "left", "talk-over"):
        return step
    choice = "county" if step.name == "desk-over" else step.choice
    return replace(step, topic=step.topic if step.topic in LEAVES else "general", choice=choice)


def playable(turn: Turn) -> None:
    """Every language, topic and value in it has its words."""
    try:
        document = render(turn, words(), rules(), URLS)
    except (CatalogueError, KeyError, StopIteration) as error:
        raise AssertionError(f"no words for {turn}") from error
    assert "<Response>" in document
    assert turn.instructions


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(step=steps, given_=inputs, facts=known, data=st.data())
def test_every_turn_has_words_and_every_effect_an_end(
    step: Step, given_: CallerInput, facts: Facts, data: st.DataObject
) -> None:
    step = as_carried(step)
    said = dialogue.advance(step, given_, facts)
    for _ in range(EFFECTS_IN_A_ROW):
        if isinstance(said, Turn):
            break
        effect = said
        result = data.draw(results.filter(partial(plausible, effect)))
        said = dialogue.after(step, effect, result, facts)
    assert isinstance(said, Turn), f"{step} asks for effect after effect: {said}"
    playable(said)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(step=steps, given_=inputs, facts=known)
def test_without_the_record_there_are_always_words(step: Step, given_: CallerInput, facts: Facts) -> None:
    bare = replace(facts, caller=NotCallable("withheld"), staffed=(), ringback=None, line=None, asap=None, slots=())
    playable(degraded.turn(step, given_, bare))
