"""An explanation in words: every route and everything that can be looked at has a sentence in each language."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args

import pytest

from console.rules.words import Why
from console.words import page_words
from routing_rules.document import parse
from routing_rules.model import LANGUAGES, Language, When
from routing_rules.model import RoutingRule as Rule
from routing_rules.routes import (
    AllClosed,
    Condition,
    Information,
    Looked,
    LookedAt,
    NobodyOnDuty,
    OtherLanguage,
    Route,
    StaffedDesk,
    ToDuty,
    ToLine,
    ToNumber,
    ToPartner,
)
from routing_rules.trying.trial import Trial, tried
from tests.unit.written_ruleset import TEXT

NAME = {"fi": "Kesä", "sv": "Sommar", "en": "Summer"}
RULES = replace(
    parse(TEXT),
    rules=(
        Rule("summer", NAME, When(), department="culture"),
        Rule("switch-1", NAME, When(), duty="faults", switch=True),
    ),
)
AT = datetime(2026, 11, 21, 15, 5, tzinfo=UTC)  # Saturday 17.05 in Helsinki
DUTY = RULES.duties[0]
ROUTES: tuple[Route, ...] = (
    ToLine("streets", False, False),
    ToLine("extended", True, True),
    ToLine("extended", True, False),
    ToNumber("county", "+358171234567"),
    ToDuty(DUTY),
    ToPartner("county", "+358171234567", True, None),
    ToPartner("county", "+358171234567", False, AT),
    Information("opening-hours"),
    OtherLanguage("streets", ("sv", "en"), False),
    NobodyOnDuty("streets"),
    AllClosed("streets", AT, DUTY),
    AllClosed("streets", None, None),
)


def why(page: str, language: Language = "fi", at: datetime = AT) -> Why:
    return Why(page_words(page), RULES, at, language)


def everything_looked_at() -> Iterator[Looked]:
    known = {"switch": "switch-1", "rule": "summer", "information": "opening-hours", "urgent": "faults"}
    for what in get_args(LookedAt):
        for holds in (True, False):
            for who in (known.get(what, "streets"), "long-gone"):
                yield Looked(what, who, holds, () if holds else tuple(get_args(Condition)))


@pytest.mark.parametrize("page", LANGUAGES)
def test_every_route_has_a_sentence_of_its_own(page: str) -> None:
    told = [why(page).route(route) for route in ROUTES]
    assert len(set(told)) == len(ROUTES)
    assert all(sentence.endswith((".", "–")) and "{" not in sentence for sentence in told)


@pytest.mark.parametrize("page", LANGUAGES)
def test_everything_that_can_be_looked_at_has_a_sentence(page: str) -> None:
    for one in everything_looked_at():
        told = why(page).looked(one)
        assert told.endswith("."), one
        assert "{" not in told, one


def test_a_rule_that_fails_says_each_condition() -> None:
    told = why("en").looked(Looked("rule", "summer", False, ("language", "wait")))
    assert told == (
        "The rule “Summer” does not match: the caller's language is another; "
        "the queue is shorter, or its length is not known."
    )
    assert (
        why("sv").looked(Looked("rule", "summer", True))
        == "Regeln ”Sommar” gäller. Samtalet styrs till: Bibliotek, idrott och kultur."
    )


def test_saturday_in_swedish_about_parking_is_told_from_the_first_look_to_the_last() -> None:
    rules = replace(RULES, rules=())
    found = tried(rules, Trial(AT, "sv", "parking", (StaffedDesk("extended", frozenset({"sv"})),)))
    told = Why(page_words("en"), rules, AT, "sv").told(found)
    assert [(one.words, one.holds) for one in told] == [
        ("No rule sends the call elsewhere. The topic belongs to: Streets and traffic.", True),
        ("Streets and traffic: closed, opens Mon 23.11.2026 at 8:00.", False),
        ("Evening and weekend advice: open, closes Sat 21.11.2026 at 20:00.", True),
        ("Evening and weekend advice: somebody serves in Swedish.", True),
    ]


def test_a_desk_that_never_closes_or_never_opens() -> None:
    always = replace(RULES.department("streets").hours, week=((), *((),) * 6), holidays={}, exceptional=())
    shut = replace(RULES, departments=tuple(replace(d, hours=always) for d in RULES.departments))
    told = Why(page_words("fi"), shut, AT, "fi").looked(Looked("open", "streets", False))
    assert told == "Kadut ja liikenne: suljettu, eikä avautumisaikaa ole tiedossa."
