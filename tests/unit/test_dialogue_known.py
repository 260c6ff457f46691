"""What a known number hears, key by key: kept, moved, cancelled, another matter; times by key; codes. Transcripts."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from callbacks.model import Window, code_of
from ivr.dialogue.steps import after
from ivr.effects import CancelRequest, CheckCode, CodeChecked, JoinLine, MoveRequest, NoWindow, Reopen, TooLate
from ivr.facts import Facts, KnownMatter, Ringback
from ivr.step_url import Step
from ivr.turn import Gather, Turn
from tests.unit.dialogue_walk import (
    AFTERNOON,
    CLOSED,
    NOBODY,
    TOMORROW,
    TUESDAY,
    brought,
    facts_at,
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
    right = after(step, CheckCode("1"), CodeChecked(True, own=True, request_id="r3"), facts)
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


def test_a_ring_that_comes_again_is_a_key_of_its_own_beside_the_desk() -> None:
    tried = Ringback("r1", "housing", TUESDAY - timedelta(hours=1))
    walk = brought("1", facts=replace(knowing(HOUSING, PARKING), ringback=tried))
    assert walk.lines() == [
        "Yritimme soittaa sinulle tänään kello yhdeksän. Jos haluat, että yhdistämme sinut nyt neuvojalle, paina yksi."
        " Paikkasi säilyy.",
        "Soitamme uudelleen. Jos haluat kuulla, siirtää tai perua uuden soittoajan, paina kaksi.",
        "Jos soitat muusta asiasta, paina kolme.",
        STAR,
        "[Gather 1, 7 s -> ringback]",
    ]
    assert "asumiseen" in walk.presses("2")[0]
    assert "pysäköinti" in walk.presses("5")[0]


def test_in_a_closed_house_a_ring_that_comes_again_is_told_as_every_promise_is() -> None:
    tried = Ringback("r1", "housing", TUESDAY)
    assert brought("1", facts=replace(knowing(HOUSING, base=CLOSED), ringback=tried)).lines()[1] == (
        "Jos tämä sopii, paina yksi."
    )


@pytest.mark.parametrize(("facts", "effect"), [(facts_at(), JoinLine), (NOBODY, Reopen), (CLOSED, Reopen)])
def test_a_sensitive_missed_ring_goes_to_its_desk_unnamed(facts: Facts, effect: type) -> None:
    tried = Ringback("r9", "employment", TUESDAY)
    walk = brought("1", "1", facts=replace(facts, ringback=tried))
    [done] = walk.effects
    assert isinstance(done, effect)
    assert getattr(done, "request_id", "") == "r9"
    assert "yöllisy" not in " ".join(walk.lines())


@pytest.mark.parametrize("topic", ["housing", "employment"])
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("1", "Yritimme soittaa sinulle tänään kello kymmenen. Jos haluat uuden soittoajan, paina yksi."),
        ("2", "Vi försökte ringa dig i dag klockan tio. Om du vill ha en ny samtalstid, tryck ett."),
        (
            "3",
            "We tried to ring you today at ten in the morning. If you would like a new time for our call, press one.",
        ),
    ],
)
def test_in_a_closed_house_a_missed_ring_leads_to_a_new_time(language: str, words: str, topic: str) -> None:
    """Nobody is there to be connected to: the key says what it does."""
    facts = replace(CLOSED, now=TUESDAY.replace(hour=23), ringback=Ringback("r9", topic, TUESDAY))
    walk = brought(language, facts=facts)
    assert walk.lines()[0] == words
    assert len(walk.lines()) == 5, "112, another matter, again"
    assert walk.presses("*")[0] == words
    walk.presses("1")
    assert walk.effects == [replace(Reopen("r9"), decided=walk.effects[0].decided)]  # type: ignore[union-attr]
    assert walk.lines()[-1] == "[Hangup]"


def test_the_key_does_what_it_was_said_to_do_though_the_house_has_opened_or_closed_since() -> None:
    tried = Ringback("r9", "housing", TUESDAY)
    at_night = brought("1", facts=replace(CLOSED, ringback=tried))
    at_night.facts = replace(facts_at(), ringback=tried)
    at_night.presses("1")
    assert [type(effect) for effect in at_night.effects] == [Reopen]
    at_closing_time = brought("1", facts=replace(facts_at(), ringback=tried))
    at_closing_time.facts = replace(CLOSED, ringback=tried)
    assert at_closing_time.presses("1")[0].startswith("Puhelinneuvonta on nyt suljettu.")
    assert at_closing_time.effects == []
