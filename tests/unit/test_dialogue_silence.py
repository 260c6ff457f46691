"""Silence, wrong keys and the star, in every step where they can happen."""

from dataclasses import replace

import pytest

from ivr import plain
from ivr.caller_input import DialEnded
from ivr.dialogue import steps
from ivr.effects import JoinLine, KeepNumber, NumberRefused
from ivr.facts import NotCallable
from ivr.step_url import Step
from ivr.turn import Turn
from tests.unit.dialogue_walk import CLOSED, EMERGENCY, GREETING, MENU, NOBODY, Walk, brought, facts_at, rules, words

PERSON = "Jos haluat neuvojan, paina nolla ja ruutu."

# --- silence and wrong keys ---------------------------------------------------------------------------------------


def test_silence_from_the_beginning_leads_to_a_person() -> None:
    walk = Walk()
    walk.rings()
    assert walk.silent() == GREETING
    assert walk.silent() == [
        "Kaupungin neuvonta auttaa sinua. Yhdistämme sinut neuvojalle. Pysy linjalla.",
        "Keskustelu tallennetaan, jotta voimme tarkistaa, mitä on sovittu. Jos et halua tallennusta, paina yhdeksän.",
        "[Gather 1, 2 s -> recording]",
        "[Enqueue line-line1 -> left]",
    ]


def test_silence_in_the_topics_is_told_once_and_then_leads_to_a_person() -> None:
    walk = brought("3")
    assert walk.silent()[:1] == ["We did not hear your choice. We will tell you the options again."]
    walk.silent()
    assert [effect.topic for effect in walk.effects if isinstance(effect, JoinLine)] == ["general"]


@pytest.mark.parametrize("keys", [("1", "1", "1"), ("1", "1", "1", "1")])
def test_silence_before_an_offer_ends_without_a_request(keys: tuple[str, ...]) -> None:
    walk = brought(*keys, facts=NOBODY)
    walk.silent()
    lines = walk.silent()
    assert EMERGENCY in lines
    assert lines[-1] == "[Hangup]"
    assert walk.effects == []


def test_silence_in_a_closed_house_ends_with_the_emergency_sentence() -> None:
    walk = brought("1", facts=CLOSED)
    walk.silent()
    assert walk.silent() == [
        "Emme saaneet valintaasi, joten lopetamme puhelun. Voit soittaa meille uudelleen milloin vain.",
        "Puhelinneuvonta on nyt suljettu. Avaamme huomenna kello seitsemän.",
        EMERGENCY,
        "Kuulemiin.",
        "[Hangup]",
    ]


def test_silence_before_what_is_offered_after_an_unanswered_desk_ends_with_where_help_is() -> None:
    own = tuple(replace(d, provider="city") if d.id == "county" else d for d in rules().departments)
    walk = brought("1", "4", "1", facts=replace(facts_at(), rules=replace(rules(), departments=own)))
    assert walk.ends(DialEnded("no-answer"))[1] == EMERGENCY
    walk.silent()
    assert walk.silent() == [
        "Emme saaneet valintaasi, joten lopetamme puhelun. Voit soittaa meille uudelleen milloin vain.",
        "Puhelinneuvonta sulkeutuu tänään kello kaksikymmentäkaksi.",
        EMERGENCY,
        "Kuulemiin.",
        "[Hangup]",
    ]
    assert walk.effects == []


def test_whoever_has_no_number_to_give_is_told_the_way_to_a_person() -> None:
    walk = brought("1", "1", "1", "1", facts=replace(NOBODY, caller=NotCallable("withheld")))
    assert PERSON not in walk.lines()
    assert PERSON in walk.silent()
    assert walk.presses("0")[0] == "Kaupungin neuvonta ei juuri nyt pysty vastaamaan."


def test_whoever_has_keyed_in_no_number_is_told_the_way_to_a_person() -> None:
    step = Step("key-number", "fi", "housing")
    again = steps.after(step, KeepNumber("12"), NumberRefused("malformed"), NOBODY)
    assert isinstance(again, Turn)
    assert PERSON in plain.render(again, words(), rules())


def test_the_last_words_are_true_of_whoever_pressed_a_wrong_key() -> None:
    walk = brought("1", facts=CLOSED)
    walk.presses("8")
    assert walk.presses("8")[0].startswith("Emme saaneet valintaasi")


@pytest.mark.parametrize("key", ["8", "#", "77"])
def test_a_wrong_key_is_told_once_and_then_leads_to_a_person(key: str) -> None:
    walk = brought("2")
    lines = walk.presses(key)
    assert lines[0].startswith("Det finns inget alternativ")
    assert lines[1:] == list(MENU["2"])
    walk.presses(key)
    assert [effect.topic for effect in walk.effects if isinstance(effect, JoinLine)] == ["general"]


@pytest.mark.parametrize(
    ("keys", "facts"),
    [
        ((), facts_at()),
        (("1",), facts_at()),
        (("2", "1"), facts_at()),
        (("1",), CLOSED),
        (("1", "1", "1"), NOBODY),
        (("3", "1", "1", "1"), NOBODY),
        (("3", "1", "1", "1", "2"), NOBODY),
    ],
)
def test_a_star_repeats_everywhere_and_as_often_as_wished(keys: tuple[str, ...], facts: object) -> None:
    walk = brought(*keys, facts=facts)
    before = walk.lines()
    for _ in range(4):
        again = walk.presses("*")
        assert [line for line in before if line in again] == again
        assert again[-1] == before[-1]
    assert walk.effects == []
