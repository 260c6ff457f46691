"""Hours of one department, by its own supervisor; and who may change the city's rules."""

import json

import pytest
from sqlalchemy import select

from adapters.schema import agent, audit_event
from tests.web import rules_rig
from tests.web.console_rig import Browser, City
from tests.web.filled_forms import filled
from tests.web.rules_forms import DRAFT, at_work, city_of_rules, document, hours, sends


@pytest.fixture
def city(empty: City) -> City:
    return city_of_rules(empty)


@pytest.fixture
def seija(city: City) -> Browser:
    return at_work(city, "seija")


def test_a_departments_supervisor_changes_its_hours_and_they_hold_at_once(city: City) -> None:
    assert hours(city, "sirpa", **{"hours.week.friday": "8-14"}).status_code == 303
    friday = city.services.rules.current().department("housing").hours.week[4]
    assert [(one.start, one.end) for one in friday] == [(480, 840)]
    assert document(city) == json.loads(rules_rig.sample_document()), "drafts are not touched"


def test_what_residents_will_meet_is_shown_before(city: City) -> None:
    sirpa = at_work(city, "sirpa")
    day = {"hours.exceptional.1.from": "2026-11-26", "hours.exceptional.1.hours": ""}
    looked = sends(sirpa, "/rules/hours/housing", **{**filled(sirpa.page("/rules/hours/housing")), **day})
    assert looked.status_code == 200
    assert "Mitään ei ole vielä muuttunut" in looked.text
    thursday = looked.text.split("to 26.11.")[1].split("</li>")[0]
    assert "suljettu" in thursday
    assert city.services.rules.current().version == 1


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, "Mikään ei muutu"),
        ({"hours.week.friday": "x"}, "Kirjoita ajat näin"),
        ({"hours.exceptional.1.to": "2026-11-26"}, "Valitse päivä"),
        (
            {"hours.exceptional.1.from": "2027-06-28", "hours.exceptional.1.every": "yes",
             "hours.exceptional.2.from": "2027-06-28", "hours.exceptional.2.every": "yes"},
            "Tätä ei voitu lukea",
        ),
    ],
)  # fmt: skip
def test_hours_that_cannot_be_change_nothing(city: City, fields: dict[str, str], told: str) -> None:
    answer = hours(city, "sirpa", **fields)
    assert answer.status_code == 422
    assert told in answer.text
    assert city.services.rules.current().version == 1


def test_hours_need_a_reason(city: City) -> None:
    answer = hours(city, "sirpa", reason="", **{"hours.week.friday": "8-14"})
    assert answer.status_code == 422
    assert "Kirjoita, miksi muutat" in answer.text


def test_only_her_own_departments_hours_are_hers(city: City) -> None:
    sirpa = at_work(city, "sirpa")
    assert sirpa.get("/rules/hours/streets").status_code == 404
    assert sends(sirpa, "/rules/hours/streets").status_code == 404
    assert sends(sirpa, "/rules/hours/streets/publish", hours="{}", reason="x").status_code == 404
    assert "/rules/hours/streets" not in sirpa.page("/rules/hours")
    assert "Tee uusi luonnos" not in sirpa.page("/rules")
    assert at_work(city, "seija").get("/rules/hours/streets").status_code == 200  # the city's rules are hers


@pytest.mark.parametrize("given", ["", "[]", "{}", '{"week": 5}', '{"week": {"monday": ["25-26"]}}', "[" * 3000])
def test_hours_that_no_form_has_made_are_refused(city: City, given: str) -> None:
    sirpa = at_work(city, "sirpa")
    assert sends(sirpa, "/rules/hours/housing/publish", hours=given, reason="x").status_code == 400
    assert city.services.rules.current().version == 1


def test_an_administrator_trusts_a_supervisor_with_the_rules_and_the_log_says_so(city: City) -> None:
    olli, sirpa = at_work(city, "olli"), at_work(city, "sirpa")
    assert sirpa.get(DRAFT).status_code == 403
    form = {"sign_in": "sirpa", "name": "Sirpa Virtanen", "role": "supervisor", "departments": ["housing"]}
    sends(olli, "/accounts/a_sirpa", **form, languages=["fi", "sv"], owns_rules="yes")
    assert sirpa.get("/rules").status_code == 302, "her session has ended: the next one begins with the new right"
    assert at_work(city, "sirpa").get(DRAFT).status_code == 200
    with city.services.database.read() as connection:
        details = connection.execute(select(audit_event.c.detail).where(audit_event.c.subject_id == "a_sirpa"))
        assert "owns_rules" in set(details.scalars())


def test_the_tick_means_nothing_for_an_agent(city: City) -> None:
    olli = at_work(city, "olli")
    form = {"sign_in": "sirpa", "name": "Sirpa Virtanen", "role": "agent", "departments": ["housing"]}
    sends(olli, "/accounts/a_sirpa", **form, languages=["fi", "sv"], owns_rules="yes")
    assert city.one(agent.c.owns_rules, where=agent.c.id == "a_sirpa")[0] is False
