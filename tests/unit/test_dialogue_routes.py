"""The ways behind a topic as transcripts: overload, information, language, notices."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ivr.caller_input import Pressed
from ivr.effects import JoinLine
from ivr.facts import Facts
from ivr.step_url import Step
from ivr.turn import DialNumber, Enqueue, Gather
from routing_rules.model import Hours, Interval, Language, Notice, RoutingRule, Ruleset, When
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

OPEN = facts_at()
EVENING = replace(facts_at(TUESDAY.replace(hour=21)), asap=None)  # partners are closed, the extended-hours desk is open
OVERLOADED = replace(OPEN, wait_minutes=120)
STAR = "Kuuntele uudelleen: paina tähteä."
EVERYBODYS = Notice("n1", {"fi": "Keskustan bussit on pysäytetty.", "sv": "Bussarna står.", "en": "Buses stopped."})
OF_WATER = Notice(
    "n2", {"fi": "Petosen vesi on poikki kello kahdeksaantoista.", "sv": "Vatten.", "en": "Water."}, ("water",)
)


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


def test_a_callback_in_her_language_is_not_offered_where_no_time_can_be_promised() -> None:
    full = replace(FINNISH_ONLY, asap=None, slots=())
    walk = brought("2", "1", "1", facts=full)
    assert not [line for line in walk.lines() if "ringer upp dig" in line]
    assert not [line for line in walk.presses("*") if "ringer upp dig" in line]
    assert [line for line in walk.lines() if "finska" in line or "röstmeddelande" in line] == [
        "Om du vill ha service nu på finska, tryck ett.",
        "Om du vill lämna ett röstmeddelande, tryck tre.",
    ]
    assert brought("2", "1", "1", facts=replace(full, asap=OPEN.asap)).lines()[2].startswith("Om du vill att vi ringer")


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


def test_nought_reaches_the_general_desk_where_only_the_topics_own_desks_are_closed() -> None:
    """Housing is closed at 15.30, and so is an extended-hours desk that opens in the evening only; advice is open."""
    evening_only = Hours(week=((Interval(18 * 60, 22 * 60),),) * 7)
    departments = tuple(replace(d, hours=evening_only) if d.id == "extended" else d for d in rules().departments)
    facts = replace(facts_at(TUESDAY.replace(hour=15, minute=30)), rules=replace(rules(), departments=departments))
    walk = brought("1", "1", "1", facts=facts)
    assert walk.lines()[-1] == "[Gather 1, 7 s -> closed]"
    walk.presses("0")
    joined = lone(walk)
    assert isinstance(joined, JoinLine)
    assert joined.topic == "general"


# --- a person before any menu ---


def test_nought_at_the_greeting_is_a_person_at_once_and_a_closed_house_at_night() -> None:
    assert isinstance(lone(brought("0")), JoinLine)
    assert brought("0", facts=CLOSED).lines()[-1] == "[Gather 1, 7 s -> closed]"


# --- other people than the topic's own answer ---


def sent_to_advice(rules: Ruleset, languages: tuple[Language, ...] = ()) -> Facts:
    name = {"fi": "Neuvontaan", "sv": "Till rådgivningen", "en": "To advice"}
    rule = RoutingRule("r", name, When(topics=("housing",), languages=languages), department="advice")
    return replace(OPEN, rules=replace(rules, rules=(rule,)))


def test_the_caller_hears_who_answers_and_the_matter_stays_the_topics_own() -> None:
    walk = brought("1", "1", "1", facts=sent_to_advice(rules()))
    assert walk.lines()[0].startswith(f"{rules().department('advice').spoken['fi']} auttaa sinua.")
    joined = lone(walk)
    assert isinstance(joined, JoinLine)
    assert (joined.department, joined.desk) == ("housing", "advice")
    own = brought("1", "1", "1")
    assert own.lines()[0].startswith(f"{rules().department('housing').spoken['fi']} auttaa sinua.")


def test_who_would_have_answered_is_said_to_be_away_and_not_the_topics_own_open_desk() -> None:
    facts = sent_to_advice(rules())
    facts = replace(facts, staffed=tuple(one for one in facts.staffed if one.desk != "advice"))
    walk = brought("1", "1", "1", facts=facts)
    assert walk.lines()[0].startswith(f"{rules().department('advice').spoken['fi']} ei juuri nyt pysty vastaamaan.")


def test_whoever_takes_another_language_hears_who_answers() -> None:
    facts = sent_to_advice(rules(), ("sv",))
    facts = replace(facts, staffed=tuple(replace(d, languages=frozenset({"fi"})) for d in facts.staffed))
    walk = brought("2", "1", "1", "1", facts=facts)
    assert walk.lines()[0].startswith(f"{rules().department('advice').spoken['sv']} hjälper dig.")
