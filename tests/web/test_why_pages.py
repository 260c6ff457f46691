"""Why a call went where it went, as a supervisor reads it; a draft beside the live rules over past calls."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.schema import rules_draft, rules_switch, ruleset, watch_run
from routing_rules.document import dump
from routing_rules.model import RoutingRule, When
from routing_rules.watching.model import CODES
from tests.web.console_rig import NUMBER, Browser, City
from tests.web.past_rig import SID, decided, night

NAME = {"fi": "Asuminen neuvontaan", "sv": "Boende till rådgivningen", "en": "Housing to advice"}


@pytest.fixture
def city(empty: City) -> City:
    empty.agent("sirpa", role="supervisor")
    empty.agent("seppo", departments=("streets",), role="supervisor")
    empty.agent("olli", departments=(), role="administrator")
    return empty


def sirpa(city: City) -> Browser:
    return city.signed_in("sirpa")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fi", ("Puheluun vastaa: Asuminen", "suomea", "noin 7 min", "+35840")),
        ("sv", ("Boende", "finska", "ungefär 7 min")),
        ("en", ("Housing", "Finnish", "about 7 min")),
    ],
)
def test_version_facts_everything_looked_at_and_the_route_in_her_language(
    city: City, language: str, words: tuple[str, ...]
) -> None:
    decided(city)
    browser = sirpa(city)
    browser.client.set_cookie("console_language", language)
    page = browser.page(f"/why/{SID}")
    for one in words:
        assert one in page
    assert "why-yes" in page
    assert NUMBER not in page


def test_another_departments_call_is_as_unknown_as_none(city: City) -> None:
    decided(city)
    assert city.signed_in("seppo").get(f"/why/{SID}").status_code == 404
    assert city.signed_in("olli").get(f"/why/{SID}").status_code == 200
    assert sirpa(city).get("/why/CA" + "5" * 32).status_code == 404
    assert sirpa(city).get("/why/nonsense").status_code == 404


def test_who_answered_at_her_desk_is_hers_and_the_rest_of_the_call_is_only_counted(city: City) -> None:
    decided(city, topic="parking", desk="streets")
    decided(city, at=city.clock.now())
    assert "yksi ohjautuminen" in sirpa(city).page(f"/why/{SID}")
    decided(city, SID.replace("4", "6"), topic="parking", desk="housing")
    assert sirpa(city).get(f"/why/{SID.replace('4', '6')}").status_code == 200


def test_a_call_without_a_decision_is_said_honestly(city: City) -> None:
    city.caller("c1", call_sid=SID)
    assert "ei ole tallennettu ohjautumista" in sirpa(city).page(f"/why/{SID}")


def test_a_version_that_nobody_can_read_any_more_is_said_in_words(city: City) -> None:
    city.put(
        ruleset, version=77, state="retired", published_at=city.clock.now(), author="x", reason="x", document="{}"
    )  # fmt: skip
    decided(city, ruleset_version=77)
    page = sirpa(city).page(f"/why/{SID}")
    assert "ei voi enää lukea" in page
    assert "Jono: Asuminen" in page


def test_an_older_version_explains_its_own_calls(city: City) -> None:
    rule = RoutingRule("r", NAME, When(topics=("housing",)), department="advice")
    older = replace(city.services.rules.plain(), version=40, rules=(rule,))
    city.put(
        ruleset, version=40, state="retired", published_at=city.clock.now(), author="x", reason="x",
        document=dump(older),
    )  # fmt: skip
    decided(city, ruleset_version=40, desk="advice")
    page = sirpa(city).page(f"/why/{SID}")
    assert NAME["fi"] in page
    assert "päätös olisi nyt toinen" not in page


def test_a_switch_of_that_moment_is_among_what_was_looked_at(city: City) -> None:
    now = city.clock.now()
    switch = {"kind": "divert", "topic": "housing", "goal": "advice", "reason": "x", "author": "a", "made_at": now}
    early = now - timedelta(minutes=10)
    city.put(rules_switch, id="w1", **(switch | {"made_at": early, "until_at": now + timedelta(hours=1)}))
    decided(city, desk="advice")
    assert "päätös olisi nyt toinen" not in sirpa(city).page(f"/why/{SID}")


def test_a_decision_that_would_be_another_one_now_says_so(city: City) -> None:
    decided(city, route="closed", desk="housing")
    assert "päätös olisi nyt toinen" in sirpa(city).page(f"/why/{SID}")


def test_a_call_is_found_by_its_name_and_by_the_code_of_its_matter(city: City) -> None:
    decided(city)
    city.request(number_id=city.number(), origin_call_sid=SID)
    browser = sirpa(city)
    browser.page("/why")
    for asked in (SID, "482 913"):
        form = {"asked": asked, "csrf_token": browser.word}
        answer = browser.client.post("/console/why", data=form)
        assert answer.headers["Location"] == f"/console/why/{SID}"
    answer = browser.client.post("/console/why", data={"asked": "999999", "csrf_token": browser.word})
    assert answer.status_code == 422
    assert "Tarkista se" in answer.text


def test_the_latest_calls_of_her_departments_are_listed(city: City) -> None:
    decided(city)
    other = "CA" + "7" * 32
    decided(city, other, topic="parking", desk="streets")
    page = sirpa(city).page("/why")
    assert SID in page
    assert other not in page


def test_the_matters_page_leads_to_why(city: City) -> None:
    city.request(number_id=city.number(), origin_call_sid=SID)
    assert f"/console/why/{SID}" in sirpa(city).page("/matters/r1")


# --- comparing ---------------------------------------------------------------------------------------------------


def draft(city: City, document: str) -> None:
    now = city.clock.now()
    city.put(
        rules_draft, id="d1", name="Kevät", base_version=1, revision=1, document=document, author="a_olli",
        made_at=now, changed_by="a_olli", changed_at=now, state="open",
    )  # fmt: skip


def test_a_draft_is_compared_over_past_calls(city: City) -> None:
    rule = RoutingRule("r", NAME, When(topics=("housing",)), department="advice")
    draft(city, dump(replace(city.services.rules.plain(), rules=(rule,))))
    decided(city)
    decided(city, "CA" + "8" * 32, topic="library", desk="culture", route="nobody")
    decided(city, "CA" + "9" * 32, at=city.clock.now() - timedelta(days=40))
    page = city.signed_in("olli").page("/rules/compare?draft=d1&days=7")
    assert "Jono: Asuminen" in page
    assert f"/console/why/{SID}" in page
    assert page.count("<tr") == 1 + 1 + 1 + 2, "one shift, two desks"


def test_a_draft_that_is_no_whole_ruleset_yet_is_not_compared(city: City) -> None:
    draft(city, "{}")
    assert "ei ole vielä kokonainen" in city.signed_in("olli").page("/rules/compare?draft=d1")


def test_comparing_is_for_who_owns_the_rules(city: City) -> None:
    assert sirpa(city).get("/rules/compare").status_code == 403
    assert city.signed_in("olli").get("/rules/compare?draft=none").status_code == 404
    assert city.signed_in("olli").get("/rules/compare?days=8").status_code == 400


# --- the night's findings ----------------------------------------------------------------------------------------


def test_what_the_night_found_is_told_in_words(city: City) -> None:
    browser = sirpa(city)
    assert "ei ole vielä tehty" in browser.page("/rules/watch")
    night(city)
    page = browser.page("/rules/watch")
    assert "kukaan ei palvele ruotsiksi minään hetkenä" in page
    assert "Kirjasto" in page or "Kulttuuri" in page
    assert "lauantai 28.11.2026" in page or "la 28.11.2026" in page


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_every_finding_has_words(city: City, code: str, language: str) -> None:
    values = {
        "topic": "housing",
        "desk": "culture",
        "language": "sv",
        "rule": "r",
        "example": "e",
        "days": "5",
        "day_of_look": "2026-11-24",
    }
    city.put(
        watch_run, id="w2", day="2026-11-25", ruleset_version=1, began_at=city.clock.now(), ended_at=city.clock.now(),
        findings=json.dumps([{"code": code, "place": "x", "first_at": None, "values": values}]),
    )  # fmt: skip
    browser = sirpa(city)
    browser.client.set_cookie("console_language", language)
    assert browser.get("/rules/watch").status_code == 200
    assert "{" not in browser.page("/rules/watch").partition("<main")[2].partition("</main>")[0]
