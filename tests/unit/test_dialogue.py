"""Whole calls as transcripts, in the three languages: what is heard, key by key, and what is done."""

from dataclasses import replace

import pytest

from ivr.caller_input import DialEnded, LeftQueue, Silent
from ivr.effects import JoinLine, KeepNumber, MakePromise, MoveToExtended, Wish
from ivr.facts import NotCallable
from ivr.step_url import Step
from routing_rules.model import Ruleset
from tests.unit.dialogue_walk import (
    CLOSED,
    EMERGENCY,
    GREETING,
    MENU,
    NOBODY,
    Walk,
    brought,
    facts_at,
    in_line,
    rules,
)

CONNECTING = {
    "1": "Asumisen palvelu auttaa sinua. Yhdistämme sinut neuvojalle. Pysy linjalla.",
    "2": "Boendetjänsten hjälper dig. Vi kopplar dig till en rådgivare. Stanna kvar på linjen.",
    "3": "The housing service will help you. We are connecting you to an adviser. Please stay on the line.",
}


# --- to a person --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["1", "2", "3"])
def test_from_the_greeting_to_the_line(language: str) -> None:
    walk = Walk()
    assert walk.rings() == GREETING
    assert walk.presses(language) == list(MENU[language])
    walk.presses("1")
    assert walk.presses("1") == [CONNECTING[language], "[Enqueue line-line1 -> left]"]
    assert [type(effect) for effect in walk.effects] == [JoinLine]


@pytest.mark.parametrize("language", ["1", "2", "3"])
def test_nought_leads_to_the_general_desk_from_every_menu(language: str) -> None:
    for keys in ((language, "0"), (language, "1", "0")):
        [joined] = brought(*keys).effects
        assert isinstance(joined, JoinLine)
        assert joined.topic == "general"


def test_an_outside_desk_of_the_citys_own_is_dialled_and_its_silence_ends_in_an_offer() -> None:
    walk = brought("2", "4", facts=replace(facts_at(), rules=the_county_as_the_citys_own()))
    assert walk.presses("1") == [
        "Välfärdsområdets rådgivning hjälper dig. Vi kopplar dig dit. Stanna kvar på linjen.",
        "[Dial +358175550140, 20 s -> desk-over]",
    ]
    assert walk.ends(DialEnded("no-answer"))[0] == "Välfärdsområdets rådgivning kan inte svara just nu."
    assert walk.lines()[-1] == "[Gather 1, 7 s -> offer]"


def test_an_outside_desk_that_has_talked_is_the_end() -> None:
    walk = brought("1", "4", "1", facts=replace(facts_at(), rules=the_county_as_the_citys_own()))
    assert walk.ends(DialEnded("completed")) == ["[Hangup]"]


def the_county_as_the_citys_own() -> Ruleset:
    own = tuple(replace(d, provider="city") if d.id == "county" else d for d in rules().departments)
    return replace(rules(), departments=own)


def test_nobody_speaks_her_language_and_she_chooses() -> None:
    finnish = tuple(replace(desk, languages=frozenset({"fi"})) for desk in facts_at().staffed)
    walk = brought("2", "1", facts=replace(facts_at(), staffed=finnish))
    assert walk.presses("1")[-1] == "[Gather 1, 7 s -> other-language]"
    assert "på finska" in " ".join(walk.lines())
    walk.presses("1")
    [joined] = walk.effects
    assert isinstance(joined, JoinLine)
    assert joined.service_language == "fi"
    assert walk.lines()[0].startswith("Boendetjänsten")


# --- the promise --------------------------------------------------------------------------------------------------


def test_a_swedish_promise_to_another_number() -> None:
    walk = brought("2", "1", facts=NOBODY)
    assert walk.presses("1") == [
        "Boendetjänsten kan inte svara just nu.",
        "Om någon är i livsfara, lägg på luren och ring nödnumret ett ett två.",
        "Om du vill att vi ringer dig i dag mellan klockan tio och elva, tryck ett.",
        "Eller i dag mellan klockan tretton och femton: tryck två.",
        "Eller i morgon mellan klockan åtta och tio: tryck tre.",
        "Om du vill lämna ett röstmeddelande, tryck fem.",
        "Alternativen på nytt: tryck på stjärnan.",
        "[Gather 1, 7 s -> offer]",
    ]
    assert walk.presses("2") == [
        "Vi ringer numret noll fyra noll, ett två tre, fyra fem sex sju.",
        "Om numret är rätt, tryck ett.",
        "Om du vill ge ett annat nummer, tryck två.",
        "Alternativen på nytt: tryck på stjärnan.",
        "[Gather 1, 7 s -> number]",
    ]
    assert walk.presses("2") == [
        "Knappa in det telefonnummer som du vill att vi ringer. Tryck till sist på fyrkanten.",
        "[Gather until #, 7 s -> key-number]",
    ]
    assert walk.presses("0405556667")[0] == "Vi ringer numret noll fyra noll, fem fem fem, sex sex sex sju."
    assert walk.presses("1") == [
        "Tack.",
        "Vi ringer dig om ditt boendeärende i dag mellan klockan tretton och femton.",
        "Ditt kontrollnummer är två noll fyra, fem ett nio.",
        "Samtalet kommer från samma nummer som du nu ringde till.",
        "Du kan lägga på luren.",
        "[Hangup]",
    ]
    assert [type(effect) for effect in walk.effects] == [KeepNumber, MakePromise]


def test_the_number_our_calls_show_is_told_where_it_is_another() -> None:
    walk = brought("3", "1", "1", "1", facts=replace(NOBODY, shown_number="+358175550177"))
    assert "The call will come from the number zero one seven, five five five, zero one seven seven." in walk.presses(
        "1"
    )


@pytest.mark.parametrize("reason", ["withheld", "foreign", "service", "premium", "emergency", "own", "malformed", "??"])
def test_a_number_that_may_not_be_rung_is_explained_and_another_asked_for(reason: str) -> None:
    walk = brought("3", "1", "1", facts=replace(NOBODY, caller=NotCallable(reason)))
    lines = walk.presses("1")
    if reason != "foreign":
        assert len(lines) == 3
        assert lines[-1] == "[Gather until #, 7 s -> key-number]"
        return
    assert lines[0] == "We cannot ring a foreign number."
    assert walk.presses("3")[-1] == "[Gather until #, 7 s -> key-number]"


def test_without_any_time_the_truth_is_told_with_the_emergency_sentence() -> None:
    walk = brought("1", "1", facts=replace(NOBODY, asap=None, slots=()))
    lines = walk.presses("1")
    assert EMERGENCY in lines
    assert "Jos haluat jättää ääniviestin, paina viisi." in lines
    walk.silent()
    assert walk.silent()[-1] == "[Hangup]"
    assert walk.effects == []


# --- closed -------------------------------------------------------------------------------------------------------


def test_everything_is_closed_in_english() -> None:
    walk = brought(facts=CLOSED)
    assert walk.presses("3") == [
        "Our telephone service is closed now. We open tomorrow at seven in the morning.",
        "If someone's life is in danger, hang up and ring the emergency number one one two.",
        "If a pipe is leaking or the fault is urgent in another way, press three."
        " We will connect you to the fault duty desk.",
        "If you would like us to ring you on Tuesday between one and three in the afternoon, press one.",
        "If you would like to leave a voice message, press two.",
        "To hear the options again, press star.",
        "[Gather 1, 7 s -> closed]",
    ]
    assert walk.presses("3") == [
        "The fault duty service will help you. We are connecting you there. Please stay on the line.",
        "[Dial +358175550999, 20 s -> duty-over]",
    ]


def test_a_promise_out_of_a_closed_house_asks_for_the_topic_first() -> None:
    walk = brought("1", "1", "1", facts=CLOSED)
    assert walk.presses("1")[-1] == "[Gather 1, 7 s -> offer]"
    walk.presses("1")
    assert walk.presses("1")[-1] == "[Hangup]"
    [promise] = walk.effects
    assert isinstance(promise, MakePromise)
    assert promise.topic == "housing"


# --- the line -----------------------------------------------------------------------------------------------------


def test_the_line_in_swedish() -> None:
    step = Step("wait", "sv", "housing", line="line1", version=1)
    walk = Walk(facts=replace(facts_at(), line=in_line()), step=step)
    assert walk.goes(Silent()) == [
        "Alla rådgivare är upptagna just nu.",
        "Du är nummer fyra i kön.",
        "Väntetiden är ungefär tio minuter.",
        "[Gather 1, 1 s -> wait]",
        "[Redirect -> wait]",
    ]
    assert walk.silent()[0].startswith("Om du vill att vi ringer upp dig, tryck ett. Du behåller din plats.")
    for _ in range(3):
        assert walk.silent()[0] == "[Music 8 s]"
    assert walk.silent()[0] == "Tack för att du väntar."
    assert walk.presses("1") == ["[Leave]"]
    assert [type(effect) for effect in walk.effects] == [Wish]


def test_a_place_that_has_grown_is_not_told_again() -> None:
    step = Step("wait", "en", "housing", line="line1", version=1, choice="2", tries=6)
    lines = Walk(facts=replace(facts_at(), line=in_line()), step=step).goes(Silent())
    assert lines[:2] == ["Thank you for waiting.", "The waiting time is about ten minutes."]


def test_closing_time_in_finnish() -> None:
    step = Step("left", "fi", "housing", line="line1", version=1)
    walk = Walk(facts=replace(facts_at(), line=in_line("closing")), step=step)
    assert walk.goes(LeftQueue("leave")) == [
        "Asumisen palvelu sulkeutuu nyt.",
        "Jos haluat jatkaa ilta- ja viikonloppuneuvontaan, pysy linjalla tai paina yksi.",
        "Odotusaika siellä on noin kolme minuuttia.",
        "Jos haluat, että soitamme sinulle tänään kello kolmentoista ja viidentoista välillä, paina kaksi."
        " Paikkasi säilyy.",
        "[Gather 1, 7 s -> closing]",
    ]
    assert walk.silent()[-1] == "[Enqueue line-line1 -> left]"
    assert [type(effect) for effect in walk.effects] == [MoveToExtended]
