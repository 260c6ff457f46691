"""What a known number hears, key by key: kept, moved, cancelled, another matter; times by key; codes. Transcripts."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from callbacks.model import Window, code_of
from ivr.caller_input import Pressed, Silent
from ivr.dialogue.steps import advance, after
from ivr.facts import (
    Callable,
    CancelRequest,
    CheckCode,
    CodeChecked,
    Facts,
    JoinLine,
    KnownMatter,
    MakePromise,
    MoveRequest,
    NotCallable,
    NoWindow,
    NumberRefused,
    Promised,
    Reopen,
    Ringback,
    SameMatter,
    Stay,
    TooLate,
)
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


# --- the menu ------------------------------------------------------------------------------------------------------


def test_one_request_in_finnish() -> None:
    lines = brought("1", facts=knowing(HOUSING)).lines()
    assert lines[:5] == [
        "Olemme luvanneet soittaa sinulle asumiseen liittyvästä asiastasi tänään kello kolmentoista ja viidentoista"
        " välillä.",
        "Jos tämä sopii, paina yksi.",
        "Jos haluat siirtää soiton toiseen aikaan, paina kaksi.",
        "Jos haluat perua soiton, paina kolme.",
        "Jos soitat muusta asiasta, paina neljä.",
    ]
    assert "nolla" in lines[5]
    assert "tähteä" in lines[6]
    assert lines[7:] == ["[Gather 1, 7 s -> known]"]


def test_a_sensitive_request_in_swedish_and_english_names_no_topic() -> None:
    assert brought("2", facts=knowing(SECRET)).lines()[0] == (
        "Vi har lovat ringa dig i dag mellan klockan tretton och femton."
    )
    assert brought("3", facts=knowing(SECRET)).lines()[0] == (
        "We have promised to ring you today between one and three in the afternoon."
    )


def test_a_topic_that_the_rules_know_no_more_is_told_to_nobody() -> None:
    assert brought("3", facts=knowing(replace(HOUSING, topic="gone"))).lines()[0].startswith("We have promised to ring")


def test_of_several_the_soonest_two_are_told() -> None:
    walk = brought("1", facts=knowing(HOUSING, PARKING, SECRET))
    assert "Jos haluat kuulla toisesta soittopyynnöstäsi, paina viisi." in walk.lines()
    assert "pysäköinti" in walk.presses("5")[0]
    assert "asumiseen" in walk.presses("5")[0]


def test_late_ringing_and_over() -> None:
    assert brought("1", facts=knowing(LATE)).lines()[0] == (
        "Soittomme asumiseen liittyvästä asiastasi on myöhässä. Olemme pahoillamme."
    )
    ringing = brought("1", facts=knowing(replace(HOUSING, state="offered"))).lines()
    assert ringing[0] == "Soitamme sinulle juuri nyt. Jos lopetat tämän puhelun, voit vastata."
    assert not [line for line in ringing if "paina yksi" in line or "paina kaksi" in line]
    assert brought("1", facts=knowing(replace(HOUSING, state="connected"))).step.name == "language"
    assert "Asuminen" in brought("1", facts=knowing(replace(HOUSING, state="connected"))).lines()[0]


def test_kept_is_told_again_and_is_the_end() -> None:
    assert brought("1", "1", facts=knowing(HOUSING)).lines() == [
        "Kiitos.",
        "Soittopyyntösi on voimassa.",
        "Soitamme sinulle tänään kello kolmentoista ja viidentoista välillä.",
        "Voit lopettaa puhelun.",
        "[Hangup]",
    ]


@pytest.mark.parametrize("key", ["6", "8", "#", "77"])
def test_a_wrong_key_is_said_once_then_a_person(key: str) -> None:
    walk = brought("1", facts=knowing(HOUSING))
    assert walk.presses(key)[0] == "Tällä näppäimellä ei ole vaihtoehtoa. Kerromme vaihtoehdot uudelleen."
    walk.presses(key)
    [joined] = walk.effects
    assert isinstance(joined, JoinLine)
    assert (joined.topic, joined.request_id) == ("general", "")


def test_silence_twice_leads_to_a_person_and_nothing_is_changed() -> None:
    walk = brought("1", facts=knowing(SECRET))
    walk.silent()
    walk.silent()
    assert [type(effect) for effect in walk.effects] == [JoinLine]


@pytest.mark.parametrize(("facts", "first"), [(facts_at(), "Asuminen"), (CLOSED, "Puhelinneuvonta on nyt suljettu.")])
def test_another_matter_leads_to_the_topics_or_into_the_closed_house(facts: Facts, first: str) -> None:
    walk = brought("1", facts=knowing(HOUSING, base=facts))
    assert walk.presses("4")[0].startswith(first)


# --- moved and cancelled -------------------------------------------------------------------------------------------


def test_times_to_move_to_leave_out_the_present_one() -> None:
    walk = brought("3", facts=replace(knowing(HOUSING), slots=FIVE))
    assert [line for line in walk.presses("2") if "star" not in line] == [
        "If you would like us to ring you tomorrow between eight and ten in the morning, press one.",
        "Or on Thursday between eight and ten in the morning: press two.",
        "Or on Friday between eight and ten in the morning: press three.",
        "To keep the time you had, press five.",
        "[Gather 1, 7 s -> move]",
    ]
    walk.presses("2")
    assert walk.effects == [MoveRequest("r1", code_of(THURSDAY))]


def test_no_other_time_leaves_it_as_it_was() -> None:
    lines = brought("1", "2", facts=replace(knowing(HOUSING), slots=(AFTERNOON,))).lines()
    assert lines[:2] == ["Muita aikoja ei ole nyt vapaana.", "Soittopyyntösi on voimassa."]
    assert lines[-1] == "[Hangup]"


def test_cancelling_asks_once_more() -> None:
    walk = brought("1", "3", facts=knowing(HOUSING))
    assert [line for line in walk.lines() if "tähteä" not in line] == [
        "Jos haluat varmasti perua soiton, paina yksi.",
        "Jos haluat pitää soittopyynnön, paina kaksi.",
        "[Gather 1, 7 s -> cancel-sure]",
    ]
    walk.presses("1")
    assert walk.effects == [CancelRequest("r1")]
    assert walk.lines()[0] == "Soittopyyntösi on peruttu. Emme soita sinulle tästä asiasta."


@pytest.mark.parametrize("key", ["2", "3"])
def test_a_sensitive_matter_asks_for_its_code_and_takes_no_other(key: str) -> None:
    walk = brought("1", key, facts=knowing(SECRET, HOUSING))
    assert walk.lines()[-1] == "[Gather until #, 7 s -> code]"
    walk.presses("123456")
    assert walk.effects == [CheckCode("123456")]
    step, facts = walk.step, walk.facts
    for other in ("", "r1"):
        wrong = after(step, CheckCode("1"), CodeChecked(True, request_id=other), facts)
        assert isinstance(wrong, Turn)
        assert isinstance(wrong.instructions[0], Gather)
        assert wrong.instructions[0].spoken[0].key == "code.wrong"  # type: ignore[union-attr]
    right = after(step, CheckCode("1"), CodeChecked(True, request_id="r3"), facts)
    assert isinstance(right, Turn)
    assert isinstance(right.instructions[0], Gather)
    assert ("/step/move?" if key == "2" else "/step/cancel-sure?") in right.instructions[0].action


def test_no_path_of_keys_changes_a_sensitive_matter_without_its_code() -> None:
    """Whatever is pressed, in four keys, and whatever the wrong codes are."""
    for keys in product("123459*", repeat=4):
        walk = brought("1", facts=knowing(SECRET))
        for key in keys:
            if walk.lines()[-1] == "[Hangup]" or "Gather" not in walk.lines()[-1]:
                break
            walk.presses(key)
        assert not [e for e in walk.effects if isinstance(e, MoveRequest | CancelRequest)], keys


def test_too_late_and_gone_lead_on() -> None:
    facts = knowing(replace(HOUSING, state="dialing"))
    late = after(Step("cancel-sure", "fi", request="r1"), CancelRequest("r1"), TooLate(), facts)
    assert isinstance(late, Turn)
    assert "known.ringing" in str(late)
    over = after(Step("cancel-sure", "fi", request="r9"), CancelRequest("r9"), TooLate(), facts)
    assert "known.over" in str(over)
    gone = after(Step("move", "fi", request="r1"), MoveRequest("r1", "x"), NoWindow(), knowing(HOUSING))
    assert "offer.gone" in str(gone)


# --- the missed ring -----------------------------------------------------------------------------------------------


def test_the_missed_ring_comes_first_and_leaves_the_other_matters() -> None:
    tried = Ringback("r9", "housing", TUESDAY - timedelta(hours=1))
    walk = brought("1", facts=replace(knowing(PARKING), ringback=tried))
    assert walk.lines()[0].startswith("Yritimme soittaa sinulle tänään kello yhdeksän.")
    assert "pysäköinti" in walk.presses("2")[0]


@pytest.mark.parametrize(("facts", "effect"), [(facts_at(), JoinLine), (NOBODY, Reopen), (CLOSED, Reopen)])
def test_a_sensitive_missed_ring_goes_to_its_desk_unnamed(facts: Facts, effect: type) -> None:
    tried = Ringback("r9", "employment", TUESDAY)
    walk = brought("1", "1", facts=replace(facts, ringback=tried))
    [done] = walk.effects
    assert isinstance(done, effect)
    assert getattr(done, "request_id", "") == "r9"
    assert "yöllisy" not in " ".join(walk.lines())


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
