"""Whoever the city cannot help itself, as transcripts: another authority's matter, and the fault duty at any hour."""

from dataclasses import replace

import pytest

from ivr.caller_input import DialEnded
from ivr.effects import JoinLine, RaiseAlarm, TextNumber
from ivr.step_url import Step
from tests.unit.dialogue_walk import (
    CLOSED,
    EMERGENCY,
    TUESDAY,
    Walk,
    brought,
    facts_at,
    leading,
    lone,
    rules,
    says,
    step_in,
)

OPEN, TEXTS = facts_at(), replace(facts_at(), can_text=True)
EVENING = replace(facts_at(TUESDAY.replace(hour=21)), asap=None)  # partners are closed, the extended-hours desk is open
STAR = "Kuuntele uudelleen: paina tähteä."
SOCIAL = ("1", "4", "2")
COUNTY = "Hyvinvointialueen sosiaalineuvonta"
COUNTY_NUMBER = "nolla yksi seitsemän, viisi viisi viisi, nolla yksi neljä viisi"


# --- another authority's matter ---


def test_a_partner_is_named_before_anybody_is_put_through() -> None:
    walk = brought(*SOCIAL, facts=TEXTS)
    assert walk.lines() == [
        f"Tämä asia ei kuulu kaupungille. {COUNTY} hoitaa sen.",
        "Jos haluat, että yhdistämme sinut sinne, paina yksi.",
        "Jos haluat numeron tekstiviestinä, paina kaksi.",
        "Jos haluat kuulla numeron, paina kolme.",
        "Jos haluat puhua kaupungin neuvojan kanssa, paina nolla.",
        STAR,
        "[Gather 1, 7 s -> partner]",
    ]
    assert walk.presses("1") == [
        "Yhdistämme sinut sinne. Pysy linjalla.",
        "[Dial +358175550145, 20 s -> desk-over]",
    ]
    assert walk.effects == []


def test_a_partner_that_does_not_answer_leaves_its_number_and_the_citys_own_adviser() -> None:
    walk = brought(*SOCIAL, "1", facts=TEXTS)
    walk.ends(DialEnded("no-answer"))
    says(walk, f"{COUNTY} ei juuri nyt pysty vastaamaan.", EMERGENCY, COUNTY_NUMBER, "tekstiviestinä", "paina nolla")
    walk.presses("0")
    joined = lone(walk)
    assert isinstance(joined, JoinLine)
    assert joined.topic == "general"


def test_a_partners_talk_is_the_end() -> None:
    assert brought(*SOCIAL, "1").ends(DialEnded("completed")) == ["[Hangup]"]


def test_the_number_goes_to_the_telephone_and_silence_is_then_a_goodbye() -> None:
    walk = brought(*SOCIAL, "2", facts=TEXTS)
    assert walk.effects == [TextNumber("county-social")]
    says(walk, "Lähetämme numeron sinulle tekstiviestinä.", "Voit lopettaa puhelun.", "[Gather 1, 7 s -> partner]")
    assert walk.silent() == ["Kiitos soitostasi. Kuulemiin.", "[Hangup]"]


def test_a_telephone_without_texts_is_told_the_number_instead() -> None:
    walk = brought(*SOCIAL)
    assert not any("tekstiviesti" in line for line in walk.lines())
    assert walk.presses("2")[0].startswith("Tällä näppäimellä ei ole vaihtoehtoa.")
    assert walk.presses("3")[0].count(COUNTY_NUMBER) == 2
    assert walk.presses("*")[0].count(COUNTY_NUMBER) == 2
    assert walk.effects == []


def test_a_closed_partner_says_when_it_opens_and_where_help_is() -> None:
    walk = brought(*SOCIAL, facts=EVENING)
    says(walk, COUNTY, "Palvelu on nyt suljettu ja avautuu huomenna", EMERGENCY, "kuulla numeron")
    assert not any("yhdistämme sinut sinne" in line for line in walk.lines())
    assert walk.presses("1")[0].startswith("Tällä näppäimellä ei ole vaihtoehtoa.")


def test_silence_before_a_partner_leads_to_the_citys_own_adviser() -> None:
    walk = brought(*SOCIAL)
    assert walk.silent()[0].startswith("Emme kuulleet valintaasi.")
    assert walk.silent()[-1] == "[Enqueue line-line1 -> left]"


@pytest.mark.parametrize("keys", [("0",), ("7", "7")])
@pytest.mark.parametrize("way", [SOCIAL, ("1", "3", "3")])
def test_without_the_record_nought_and_two_wrong_keys_reach_the_citys_own(
    way: tuple[str, ...], keys: tuple[str, ...]
) -> None:
    """Never the other authority's number under the name of the city's adviser, and nothing that cannot be kept."""
    walk = brought(*way, facts=TEXTS)
    for key in keys:
        lines = walk.without_record(key)
    general = rules().department("advice").fallback_number
    assert lines == [
        "Meillä on tekninen vika. Yhdistämme sinut neuvojalle. Pysy linjalla.",
        f"[Dial {general}, 20 s -> desk-over]",
    ]


# --- the fault duty ---


@pytest.mark.parametrize("status", ["no-answer", "busy", "failed"])
def test_one_duty_number_after_another_and_then_an_alarm_and_the_tone(status: str) -> None:
    walk = brought("1", facts=CLOSED)
    assert walk.presses("3") == [
        "Vikapäivystys auttaa sinua. Yhdistämme sinut sinne. Pysy linjalla.",
        "[Dial +358175550999, 20 s -> duty-over]",
    ]
    assert walk.ends(DialEnded(status)) == [
        "Päivystys ei vastannut. Soitamme seuraavaan numeroon. Pysy linjalla.",
        "[Dial +358175550997, 20 s -> duty-over]",
    ]
    walk.ends(DialEnded(status))
    assert walk.effects == [RaiseAlarm("faults", "general")]
    says(walk, "Vikapäivystys ei juuri nyt vastaa.", "Olemme tehneet asiasta hälytyksen.", EMERGENCY, "[Record 120 s")
    assert step_in(leading(walk.turn)).choice == "duty"  # type: ignore[arg-type]


@pytest.mark.parametrize("status", ["completed", "answered", "canceled"])
def test_whoever_has_talked_or_hung_up_raises_no_alarm(status: str) -> None:
    walk = brought("1", "3", facts=CLOSED)
    walk.ends(DialEnded("busy"))
    assert walk.ends(DialEnded(status)) == ["[Hangup]"]
    assert walk.effects == []


def test_an_urgent_topic_rings_its_own_duty_while_its_desk_is_closed() -> None:
    walk = brought("3", "1", "3", facts=EVENING)
    assert walk.lines()[-1] == "[Dial +358175550998, 20 s -> duty-over]"
    assert walk.ends(DialEnded("busy"))[-1] == "[Dial +358175550999, 20 s -> duty-over]"
    walk.ends(DialEnded("busy"))
    assert walk.effects == [RaiseAlarm("water", "water")]


def test_a_call_of_the_last_release_goes_on_with_the_second_number() -> None:
    walk = Walk(facts=CLOSED, step=Step("desk-over", "fi", "water", choice="duty", version=1))
    assert walk.goes(DialEnded("no-answer"))[-1] == "[Dial +358175550999, 20 s -> duty-over]"
    assert Walk(facts=CLOSED, step=walk.step).goes(DialEnded("completed")) == ["[Hangup]"]


def test_an_urgent_fault_rings_the_duty_when_its_desk_is_open_but_empty() -> None:
    walk = brought("1", "1", "3", facts=replace(OPEN, staffed=()))
    assert walk.lines()[-1] == "[Dial +358175550998, 20 s -> duty-over]"
    assert walk.effects == []
