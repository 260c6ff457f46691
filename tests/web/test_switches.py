"""Quick switches on their page: made at once, asked about where they cut deep, ended by one press; whose they are."""

from datetime import timedelta
from typing import get_args

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from adapters.schema import agent, audit_event, rules_switch
from console.words import page_words
from routing_rules.notices import checks as notice_checks
from routing_rules.service import publish_first
from routing_rules.switches import checks, store
from routing_rules.switches.model import KINDS, Switch
from tests.web.console_rig import SAMPLE, Browser, City

UNTIL = {"until": "2026-11-24T11:30", "reason": "Putki vuotaa toimistossa."}  # the same Tuesday, in Helsinki


@pytest.fixture
def city(empty: City) -> City:
    empty.agent("aino")
    empty.agent("sirpa", ("housing", "waterworks", "extended"), role="supervisor")
    empty.agent("seppo", ("streets",), role="supervisor")
    empty.agent("olli", (), role="administrator")
    return empty


def switches(browser: Browser, kind: str, sure: str = "", **fields: str) -> TestResponse:
    form = {"csrf_token": browser.word, "kind": kind, **UNTIL, **fields}
    return browser.client.post("/console/switches", data=form | ({"sure": sure} if sure else {}))


def running(city: City) -> list[Switch]:
    with city.services.database.read() as connection:
        return list(store.running(connection, city.clock.now()))


def published(city: City) -> None:
    publish_first(city.services.database, SAMPLE.read_text(encoding="utf-8"), "olli", "first", city.clock.now())


def test_the_end_that_is_proposed_is_short_to_hear(sirpa: Browser) -> None:
    assert sirpa.page("/switches").count('value="2026-11-24T11:30"') == len(KINDS)  # it is 10.12


def test_a_department_is_closed_at_once_for_everybody(city: City, sirpa: Browser) -> None:
    published(city)
    assert switches(sirpa, "close", department="waterworks").status_code == 303
    (one,) = running(city)
    assert (one.kind, one.department, one.made_at) == ("close", "waterworks", city.clock.now())
    assert city.services.rules.current().department("waterworks").hours.closures == ((one.made_at, one.until),)
    assert ("desk", "all") in city.hints.published  # the other pages look again


def test_every_page_shows_what_is_on_until_when_and_by_whom(city: City, sirpa: Browser) -> None:
    switches(sirpa, "close", department="waterworks")
    page = city.signed_in("aino").page("/queue")
    assert "Suljettu nyt:" in page
    assert "klo 11.30, Sirpa Virtanen" in page
    assert "/console/switches" not in page  # an agent cannot end it
    assert "/end" in sirpa.page("/line")
    assert "Suljettu nyt:" not in city.browser().page("/sign-in")
    city.clock.passes(3 * 3600)
    assert "Suljettu nyt:" not in city.signed_in("aino").page("/queue")


def test_a_switch_on_a_department_that_is_no_more_is_shown_nowhere(city: City, sirpa: Browser) -> None:
    now = city.clock.now()
    row = {"kind": "close", "reason": "x", "author": "a_sirpa", "made_at": now, "until_at": now + timedelta(hours=1)}
    city.put(rules_switch, id="w1", department="dropped", **row)
    page = sirpa.page("/line")
    assert "Suljettu nyt:" not in page
    assert "w1/end" not in sirpa.page("/switches")
    city.put(rules_switch, id="w2", department="waterworks", **row)
    assert sirpa.page("/line").count("Suljettu nyt:") == 1


def test_at_the_desk_nothing_leads_away_from_the_telephone(city: City, sirpa: Browser) -> None:
    switches(sirpa, "close", department="waterworks")
    for path in ("/", "/part"):
        page = sirpa.page(path)
        assert "Suljettu nyt:" in page, path
        assert "/end" not in page, path


def test_it_ends_by_one_press_and_stays_ended(city: City, sirpa: Browser) -> None:
    published(city)
    switches(sirpa, "divert", topic="water", goal="housing")
    (one,) = running(city)
    assert [rule.department for rule in city.services.rules.current().rules if rule.switch] == ["housing"]
    assert sirpa.post(f"/switches/{one.id}/end").status_code == 303
    assert sirpa.post(f"/switches/{one.id}/end").status_code == 303  # a second supervisor pressed too
    assert running(city) == []
    assert not any(rule.switch for rule in city.services.rules.current().rules)
    assert "lopetettu" in sirpa.page("/switches")
    with city.services.database.read() as connection:
        deeds = connection.execute(select(audit_event.c.deed, audit_event.c.detail).order_by(audit_event.c.id)).all()
    made = [tuple(row) for row in deeds if row.deed.startswith("switch_")]
    assert [deed for deed, _ in made] == ["switch_on", "switch_off"]
    assert made[0][1] == "divert, water, housing, Putki vuotaa toimistossa."


def test_one_whose_time_is_over_has_ended_by_itself(city: City, sirpa: Browser) -> None:
    switches(sirpa, "withhold", department="housing")
    city.clock.passes(3 * 3600)
    later = city.signed_in("sirpa")
    assert "päättyi itsestään" in later.page("/switches")


@pytest.mark.parametrize(
    ("kind", "fields", "field", "told"),
    [
        ("close", {"department": ""}, "close-department", "Tämä puuttuu"),
        ("close", {"department": "moon"}, "close-department", "Tätä ei ole säännöissä"),
        ("close", {"department": "streets"}, "close-department", "ei kuulu sinun palveluihisi"),
        ("close", {"department": "housing", "until": ""}, "close-until", "Tämä puuttuu"),
        ("close", {"department": "housing", "until": "soon"}, "close-until", "Tämä puuttuu"),
        ("close", {"department": "housing", "until": "2026-11-24T10:00"}, "close-until", "Aika on jo mennyt"),
        ("close", {"department": "housing", "until": "2026-12-02T10:30"}, "close-until", "yli viikon päässä"),
        ("close", {"department": "housing", "until": "9999-12-31T23:59"}, "close-until", "yli viikon päässä"),
        ("close", {"department": "housing", "reason": " \t"}, "close-reason", "Kerro lyhyesti, miksi"),
        ("close", {"department": "housing", "reason": "x" * 201}, "close-reason", "Lyhennä enintään 200"),
        ("divert", {"topic": "water", "goal": ""}, "divert-goal", "Tämä puuttuu"),
        ("divert", {"topic": "water", "goal": "waterworks"}, "divert-goal", "vastaa aiheesta jo nyt"),
        ("divert", {"topic": "volcano", "goal": "housing"}, "divert-topic", "Tätä ei ole säännöissä"),
        ("divert", {"topic": "parking", "goal": "housing"}, "divert-topic", "ei kuulu sinun palveluihisi"),
        ("withhold", {"department": ""}, "withhold-department", "Tätä ei ole säännöissä"),
        ("withhold", {"department": "*"}, "withhold-department", "ei kuulu sinun palveluihisi"),
    ],
)
def test_what_cannot_be_switched_is_refused_in_words_and_changes_nothing(
    city: City, sirpa: Browser, kind: str, fields: dict[str, str], field: str, told: str
) -> None:
    answer = switches(sirpa, kind, **fields)
    assert answer.status_code == 422
    assert told in answer.text.partition(f'id="{field}-fault"')[2].partition("</p>")[0]
    assert 'aria-invalid="true"' in answer.text
    assert running(city) == []


def test_a_diversion_neither_goes_in_a_circle_nor_to_a_closed_desk(city: City, sirpa: Browser) -> None:
    assert switches(sirpa, "divert", topic="water", goal="housing").status_code == 303
    assert "kehää" in switches(sirpa, "divert", topic="housing", goal="waterworks").text
    assert "jo kytkin päällä" in switches(sirpa, "divert", topic="water", goal="streets").text
    assert switches(sirpa, "close", department="housing", sure="goal").status_code == 303
    assert "suljettu kytkimellä" in switches(sirpa, "divert", topic="water-bill", goal="housing").text
    assert len(running(city)) == 2


@pytest.mark.parametrize(
    ("kind", "fields", "question", "told"),
    [
        ("close", {"department": "extended"}, "extended_desk", "ei ole varapaikkaa"),
        ("divert", {"topic": "water", "goal": "waste"}, "partner", "ei ole kaupungin"),
    ],
)
def test_what_cuts_deep_is_asked_once_more(
    city: City, sirpa: Browser, kind: str, fields: dict[str, str], question: str, told: str
) -> None:
    asked = switches(sirpa, kind, **fields)
    assert asked.status_code == 409
    assert told in asked.text
    assert f'name="sure" value="{question}"' in asked.text
    assert UNTIL["reason"] in asked.text  # what was written is not lost
    assert running(city) == []
    assert switches(sirpa, kind, sure=question, **fields).status_code == 303
    assert len(running(city)) == 1


def test_a_supervisor_ends_only_what_she_could_have_made(city: City, sirpa: Browser) -> None:
    switches(sirpa, "close", department="waterworks")
    (one,) = running(city)
    seppo = city.signed_in("seppo")
    seppo.page("/switches")
    assert seppo.post(f"/switches/{one.id}/end").status_code == 403
    assert running(city) == [one]
    assert f"/switches/{one.id}/end" not in seppo.page("/line")
    olli = city.signed_in("olli")
    olli.page("/switches")
    assert olli.post(f"/switches/{one.id}/end").status_code == 303


def test_the_citys_callbacks_are_its_owners(city: City) -> None:
    olli = city.signed_in("olli")
    assert switches(olli, "withhold", department="*").status_code == 303
    (one,) = running(city)
    assert one.department is None
    assert "Takaisinsoittoja ei tarjota:</strong> Koko kaupunki" in olli.page("/line")
    assert "jo kytkin päällä" in switches(olli, "withhold", department="housing").text


def test_a_supervisor_who_owns_the_rules_switches_every_department(city: City) -> None:
    city.agent("outi", (), role="supervisor")
    city.change(agent, agent.c.id == "a_outi", owns_rules=True)
    assert switches(city.signed_in("outi"), "close", department="streets").status_code == 303


def test_a_kind_nobody_knows_and_a_forged_form_change_nothing(city: City, sirpa: Browser) -> None:
    assert switches(sirpa, "explode", department="housing").status_code == 400
    assert switches(sirpa, "close", department="housing", csrf_token="forged").status_code == 403
    assert switches(city.signed_in("aino"), "close", department="housing").status_code == 403
    assert city.one(rules_switch.c.id, where=rules_switch.c.id != "") is None


@pytest.mark.parametrize(("language", "told"), [("sv", "Stängt nu:"), ("en", "Closed now:")])
def test_the_page_speaks_each_language(city: City, sirpa: Browser, language: str, told: str) -> None:
    switches(sirpa, "close", department="waterworks")
    sirpa.client.set_cookie("console_language", language)
    assert told in sirpa.page("/switches")


def test_every_fault_and_question_has_words() -> None:
    known = set(page_words("fi").words)
    assert {f"rules.switch.fault.{code}" for code in get_args(checks.Fault)} <= known
    assert {f"rules.switch.sure.{code}" for code in get_args(checks.Question)} <= known
    assert {f"rules.switch.{at}{kind}" for kind in KINDS for at in ("", "on.")} <= known
    assert {f"notices.fault.{code}" for code in get_args(notice_checks.Fault)} <= known
