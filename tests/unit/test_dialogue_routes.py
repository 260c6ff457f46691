"""The ways behind a topic as transcripts: a partner, the fault duty, overload, information, language, notices."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ivr.caller_input import DialEnded, Pressed
from ivr.facts import Facts, JoinLine, RaiseAlarm, TextNumber
from ivr.step_url import Step
from ivr.turn import DialNumber, Enqueue, Gather
from routing_rules.model import Notice
from tests.unit.dialogue_walk import CLOSED, EMERGENCY, TUESDAY, Walk, brought, facts_at, leading, rules, step_in

OPEN, TEXTS = facts_at(), replace(facts_at(), can_text=True)
EVENING = replace(facts_at(TUESDAY.replace(hour=21)), asap=None)  # partners are closed, the extended-hours desk is open
OVERLOADED = replace(OPEN, wait_minutes=120)
STAR = "Kuuntele uudelleen: paina tähteä."
SOCIAL = ("1", "4", "2")
COUNTY = "Hyvinvointialueen sosiaalineuvonta"
COUNTY_NUMBER = "nolla yksi seitsemän, viisi viisi viisi, nolla yksi neljä viisi"
EVERYBODYS = Notice("n1", {"fi": "Keskustan bussit on pysäytetty.", "sv": "Bussarna står.", "en": "Buses stopped."})
OF_WATER = Notice(
    "n2", {"fi": "Petosen vesi on poikki kello kahdeksaantoista.", "sv": "Vatten.", "en": "Water."}, ("water",)
)


def says(walk: Walk, *parts: str) -> None:
    """The parts are heard in this order."""
    told = "\n".join(walk.lines())
    at = [told.find(part) for part in parts]
    assert -1 not in at, (parts, told)
    assert at == sorted(at), told


def lone(walk: Walk) -> object:
    [effect] = walk.effects
    return effect


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


# --- overload ---


def test_a_wait_that_is_too_long_is_told_before_the_line_and_the_caller_chooses() -> None:
    walk = brought("1", "1", "1", facts=OVERLOADED)
    assert walk.lines()[0].endswith("Odotusaika on noin kaksi tuntia.")
    assert walk.lines()[1:] == [
        EMERGENCY,
        "Jos haluat, että soitamme sinulle takaisin, paina yksi.",
        "Jos haluat odottaa jonossa, paina kaksi.",
        "Jos haluat jättää ääniviestin, paina kolme.",
        STAR,
        "[Gather 1, 7 s -> overload]",
    ]
    assert walk.effects == []
    assert walk.presses("1")[-1] == "[Gather 1, 7 s -> offer]"


@pytest.mark.parametrize("key", ["2", "0"])
def test_whoever_waits_all_the_same_joins_the_line(key: str) -> None:
    walk = brought("1", "1", "1", key, facts=OVERLOADED)
    assert isinstance(lone(walk), JoinLine)
    assert isinstance(walk.turn.instructions[-1], Enqueue)  # type: ignore[union-attr]


def test_silence_in_an_overload_waits_and_a_message_may_be_left() -> None:
    walk = brought("1", "1", "1", facts=OVERLOADED)
    walk.silent()
    walk.silent()
    assert isinstance(lone(walk), JoinLine)
    assert brought("1", "1", "1", "3", facts=OVERLOADED).lines()[-2].startswith("[Record")


@pytest.mark.parametrize(
    ("keys", "facts"),
    [
        (("1", "1", "3"), OVERLOADED),  # water is urgent
        (("1", "1", "1"), replace(OVERLOADED, wait_minutes=44)),
        (("1", "1", "1"), replace(OVERLOADED, wait_minutes=None)),
    ],
)
def test_nobody_urgent_and_nobody_with_a_bearable_wait_is_held_up(keys: tuple[str, ...], facts: Facts) -> None:
    assert isinstance(lone(brought(*keys, facts=facts)), JoinLine)


def test_whoever_rings_back_to_an_old_place_is_not_held_up() -> None:
    step = Step("topic", "fi", "housing-building-water", request="r1", version=1)
    walk = Walk(facts=OVERLOADED, step=step)
    walk.goes(Pressed("1"))
    assert isinstance(lone(walk), JoinLine)


# --- information ---


def test_information_is_told_and_silence_is_a_goodbye() -> None:
    walk = brought("1", "3", "3")
    told = rules().topic("school-holidays").information
    assert told is not None
    assert walk.lines() == [
        told["fi"],
        "Jos haluat puhua neuvojan kanssa, paina nolla.",
        STAR,
        "[Gather 1, 7 s -> information]",
    ]
    assert walk.presses("*") == walk.lines()
    assert walk.presses("8")[0].startswith("Tällä näppäimellä ei ole vaihtoehtoa.")
    assert walk.silent() == ["Kiitos soitostasi. Kuulemiin.", "[Hangup]"]
    assert walk.effects == []


def test_after_information_a_person_is_one_key_away() -> None:
    walk = brought("2", "3", "3", "0")
    joined = lone(walk)
    assert isinstance(joined, JoinLine)
    assert joined.topic == "general"


# --- another language ---


FINNISH_ONLY = replace(OPEN, staffed=tuple(replace(d, languages=frozenset({"fi"})) for d in OPEN.staffed))


def test_nobody_speaks_her_language_and_each_way_is_a_sentence_of_its_own() -> None:
    walk = brought("2", "1", "1", facts=FINNISH_ONLY)
    assert walk.lines() == [
        "Just nu talar ingen av våra rådgivare svenska.",
        "Om du vill ha service nu på finska, tryck ett.",
        "Om du vill att vi ringer upp dig på svenska, tryck två.",
        "Om du vill lämna ett röstmeddelande, tryck tre.",
        "Alternativen på nytt: tryck på stjärnan.",
        "[Gather 1, 7 s -> other-language]",
    ]


@pytest.mark.parametrize(
    ("key", "leads_to"),
    [("1", "left"), ("2", "offer"), ("3", "message-done"), ("0", "other-language"), ("*", "other-language")],
)
def test_each_key_before_another_language_leads_on(key: str, leads_to: str) -> None:
    walk = brought("2", "1", "1", key, facts=FINNISH_ONLY)
    assert walk.turn is not None
    assert step_in(leading(walk.turn)).name == leads_to


def test_nought_twice_before_another_language_is_an_offer() -> None:
    walk = brought("2", "1", "1", "0", "0", facts=FINNISH_ONLY)
    assert walk.lines()[-1] == "[Gather 1, 7 s -> offer]"


# --- notices ---


def test_a_notice_for_everybody_is_heard_after_the_language_and_once() -> None:
    facts = replace(OPEN, notices=(EVERYBODYS, OF_WATER))
    walk = brought(facts=facts)
    assert walk.lines()[0].startswith("Kuopion kaupunki.")
    assert walk.presses("1")[0] == "Keskustan bussit on pysäytetty."
    assert not any("Petosen" in line for line in walk.lines())
    assert "Keskustan bussit on pysäytetty." not in walk.presses("*")


def test_a_notice_is_part_of_the_question_so_that_a_key_ends_it() -> None:
    walk = brought("1", facts=replace(OPEN, notices=(EVERYBODYS,)))
    assert walk.turn is not None
    assert [type(i) for i in walk.turn.instructions] == [Gather]


def test_a_notice_goes_before_a_closed_house_and_before_a_silent_callers_person() -> None:
    closed = brought("1", facts=replace(CLOSED, notices=(EVERYBODYS,)))
    says(closed, "Keskustan bussit", "on nyt suljettu")
    silent = brought(facts=replace(OPEN, notices=(EVERYBODYS,)))
    silent.silent()
    silent.silent()
    says(silent, "Keskustan bussit", "Kaupungin neuvonta", "[Enqueue")


def test_a_topics_notice_is_heard_when_it_is_chosen_and_before_the_line() -> None:
    walk = brought("1", "1", "3", facts=replace(OPEN, notices=(OF_WATER,)))
    says(walk, "Petosen vesi", "Jos tämä vastasi asiaasi, voit lopettaa puhelun.", "Yhdistämme sinut", "[Enqueue")
    other = brought("1", "1", "1", facts=replace(OPEN, notices=(OF_WATER,)))
    assert not any("Petosen" in line for line in other.lines())


def test_a_topics_notice_goes_before_the_duty_number_and_before_a_choice_of_language_once() -> None:
    duty = brought("1", "1", "3", facts=replace(EVENING, notices=(OF_WATER,)))
    says(duty, "Petosen vesi", "[Dial")
    choice = brought("2", "1", "3", facts=replace(FINNISH_ONLY, notices=(OF_WATER,)))
    assert choice.lines()[0] == "Vatten."
    assert "Vatten." not in choice.presses("1")


def test_a_notice_that_is_over_is_not_heard() -> None:
    over = replace(EVERYBODYS, until=TUESDAY - timedelta(minutes=1))
    assert "Keskustan bussit on pysäytetty." not in brought("1", facts=replace(OPEN, notices=(over,))).lines()


# --- closed ---


def test_a_message_out_of_a_closed_house_asks_for_the_topic_first() -> None:
    walk = brought("1", "2", facts=CLOSED)
    assert walk.lines()[-1] == "[Gather 1, 7 s -> topic]"
    walk.presses("1")
    assert walk.presses("1")[-2].startswith("[Record")
    assert walk.turn is not None
    assert step_in(leading(walk.turn)).topic == "housing"


def test_nought_in_a_closed_house_is_the_promise_and_without_a_time_the_message() -> None:
    assert step_in(leading(brought("1", "0", facts=CLOSED).turn)).choice == "promise"  # type: ignore[arg-type]
    full = brought("1", facts=replace(CLOSED, slots=()))
    assert not any("paina yksi" in line for line in full.lines())
    full.presses("0")
    assert step_in(leading(full.turn)).choice == "message"  # type: ignore[arg-type]


@pytest.mark.parametrize("wish", ["1", "2"])
def test_what_is_not_the_citys_to_promise_is_told_in_a_closed_house_too(wish: str) -> None:
    partner = brought("1", wish, "4", "2", facts=CLOSED)
    assert partner.lines()[-1] == "[Gather 1, 7 s -> partner]"
    information = brought("1", wish, "3", "3", facts=CLOSED)
    assert information.lines()[-1] == "[Gather 1, 7 s -> information]"
    fault = brought("1", wish, "1", "3", facts=CLOSED)
    assert isinstance(fault.turn.instructions[-1], DialNumber)  # type: ignore[union-attr]


# --- a person before any menu ---


def test_nought_at_the_greeting_is_a_person_at_once_and_a_closed_house_at_night() -> None:
    assert isinstance(lone(brought("0")), JoinLine)
    assert brought("0", facts=CLOSED).lines()[-1] == "[Gather 1, 7 s -> closed]"
