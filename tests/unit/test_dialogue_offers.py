"""Times by key, the number, the same matter or another person, and what a promise tells to whom. Transcripts."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from callbacks.model import Window, code_of
from ivr.caller_input import Pressed, Silent
from ivr.dialogue.steps import advance, after
from ivr.effects import JoinLine, MakePromise, NumberRefused, SameMatter, Stay
from ivr.facts import Callable, Facts, KnownMatter, NotCallable, Promised
from ivr.step_url import Step
from ivr.turn import Gather, Hangup, Turn
from tests.unit.dialogue_walk import (
    AFTERNOON,
    ASAP,
    CLOSED,
    NOBODY,
    TOMORROW,
    TUESDAY,
    Walk,
    brought,
    facts_at,
    in_line,
)

HOUSING = KnownMatter("r1", "housing", "requested", 1, AFTERNOON)
PARKING = KnownMatter("r2", "parking", "requested", 1, TOMORROW)
SECRET = KnownMatter("r3", "employment", "requested", 1, AFTERNOON)
LATE = replace(HOUSING, window=Window(TUESDAY - timedelta(hours=2), TUESDAY - timedelta(minutes=1)))
THURSDAY = Window(TOMORROW.start + timedelta(days=1), TOMORROW.end + timedelta(days=1))
FRIDAY = Window(TOMORROW.start + timedelta(days=2), TOMORROW.end + timedelta(days=2))
FIVE = (AFTERNOON, TOMORROW, THURSDAY, FRIDAY)
STAR = "Kuuntele uudelleen: paina tähteä."


def knowing(*matters: KnownMatter, base: Facts | None = None) -> Facts:
    return replace(base or facts_at(), known=matters)


# --- what may be told ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("may_tell", "told", "hidden"),
    [
        ("all", ("{about}", "kolmentoista", "Varmistusnumerosi"), ()),
        ("window", ("kolmentoista",), ("asumiseen", "Varmistusnumerosi", "jo soittopyyntö")),
        ("nothing", ("jo soittopyyntö",), ("asumiseen", "kolmentoista", "Varmistusnumerosi")),
    ],
)
def test_what_a_promise_tells_to_whom(may_tell: str, told: tuple[str, ...], hidden: tuple[str, ...]) -> None:
    promised = Promised(AFTERNOON, "housing", "204519", False, False, "+358401234567", may_tell)  # type: ignore[arg-type]
    walk = Walk(facts=facts_at())
    walk.turn = after(Step("number", "fi", "housing"), MakePromise("housing", "housing", "x"), promised, walk.facts)  # type: ignore[assignment]
    lines = " ".join(walk.lines())
    for part in told:
        assert part.format(about="asumiseen liittyvästä") in lines
    for part in hidden:
        assert part not in lines
    assert walk.lines()[-1] == "[Hangup]"


# --- the same matter -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "person"), [("1", 2), ("2", 0)])
def test_same_matter_or_another_person(key: str, person: int) -> None:
    matter = replace(HOUSING, person=2)
    step = Step("number", "fi", "housing", choice=code_of(TOMORROW))
    asked = after(step, MakePromise("housing", "housing", ""), SameMatter(matter), facts_at())
    assert isinstance(asked, Turn)
    walk = Walk(facts=facts_at())
    walk.turn = asked
    walk.presses(key)
    [promise] = walk.effects
    assert promise == MakePromise("housing", "housing", code_of(TOMORROW), person=person, same="join")


def test_a_keyed_in_number_is_never_asked_whether_it_is_the_same() -> None:
    for caller, same in ((Callable("+358401234567"), "ask"), (Callable("+358401234567", keyed_in=True), "join")):
        facts = replace(facts_at(), caller=caller)
        promise = advance(Step("number", "fi", "housing", choice="asap"), Pressed("1"), facts)
        assert isinstance(promise, MakePromise)
        assert promise.same == same


# --- times by key --------------------------------------------------------------------------------------------------


def test_three_times_at_once_then_more_and_round_again() -> None:
    facts = replace(NOBODY, asap=ASAP, slots=FIVE)
    walk = brought("3", "1", "1", facts=facts)
    assert [line for line in walk.lines() if " between " in line] == [
        "If you would like us to ring you today between ten and eleven in the morning, press one.",
        "Or today between one and three in the afternoon: press two.",
        "Or tomorrow between eight and ten in the morning: press three.",
    ]
    assert "For other times, press four." in walk.lines()
    assert "Thursday" in walk.presses("4")[0]
    assert "Friday" in walk.lines()[1]
    assert "today" in walk.presses("4")[0]


def test_a_key_means_the_time_that_was_heard() -> None:
    step = Step("offer", "fi", "housing", choice=f"asap.{code_of(AFTERNOON)}.{code_of(TOMORROW)}")
    later = replace(facts_at(), asap=None, slots=(TOMORROW, THURSDAY))
    assert "number.readback" in str(advance(step, Pressed("3"), later))
    for gone in ("1", "2"):
        assert "offer.gone" in str(advance(step, Pressed(gone), later))


def test_the_last_releases_offer_of_one_time_still_works() -> None:
    step = Step("offer", "fi", "housing", choice="asap")
    assert "number.readback" in str(advance(step, Pressed("1"), facts_at()))
    assert "offer.slot" in str(advance(step, Pressed("4"), facts_at()))


def test_from_the_line_there_is_no_message_but_the_old_place() -> None:
    facts = replace(facts_at(), line=in_line("wishes"), asap=None)
    step = Step("offer", "fi", "housing", line="line1", choice=code_of(AFTERNOON))
    assert "menu.message" not in str(advance(step, Pressed("*"), facts))
    assert advance(step, Pressed("0"), facts) == Stay("line1")


# --- numbers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("facts", "may_wait"), [(facts_at(), True), (NOBODY, False), (CLOSED, False)])
def test_a_foreign_caller_may_wait_where_there_is_a_line(facts: Facts, may_wait: bool) -> None:
    facts = replace(facts, caller=NotCallable("foreign"))
    said = advance(Step("offer", "fi", "housing", choice=code_of(AFTERNOON)), Pressed("1"), facts)
    assert ("ways.wait" in str(said)) == may_wait
    step = Step("other-ways", "fi", "housing", choice=code_of(AFTERNOON))
    assert isinstance(advance(step, Pressed("1"), facts), JoinLine) == may_wait


def test_a_cap_met_in_the_line_leads_back_to_the_place() -> None:
    facts = replace(facts_at(), line=in_line("wishes"))
    step = Step("number", "fi", "housing", line="line1", choice="asap")
    said = after(step, MakePromise("housing", "housing", "asap"), NumberRefused("too_many"), facts)
    assert "ways.wait" in str(said)
    assert after(step, MakePromise("water", "waterworks", "asap"), NumberRefused("live"), facts) == Stay("line1")
    assert advance(Step("other-ways", "fi", "housing", line="line1"), Pressed("1"), facts) == Stay("line1")


@pytest.mark.parametrize("name", ["same", "other-ways", "code", "check", "known", "move", "cancel-sure"])
@pytest.mark.parametrize("given", [Silent(), Pressed("8"), Pressed("0"), Pressed("*")])
def test_every_new_menu_ends_in_words_an_effect_or_an_honest_goodbye(name: str, given: Silent | Pressed) -> None:
    for facts, tries in product((knowing(HOUSING), knowing(base=NOBODY), knowing(base=CLOSED)), (1, 2)):
        step = Step(name, "sv", "housing", tries=tries, request="r1", choice="", nonce="n")
        said = advance(step, given, facts)
        if isinstance(said, Turn):
            assert isinstance(said.instructions[-1], Gather | Hangup)
