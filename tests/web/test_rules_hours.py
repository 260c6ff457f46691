"""Hours of one department, by its own supervisor; and who may change the city's rules."""

import json

import pytest
from sqlalchemy import select

from adapters.schema import agent, audit_event
from tests.web import rules_rig
from tests.web.console_rig import Browser, City
from tests.web.filled_forms import filled, ticks
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


def test_what_a_check_finds_stands_beside_what_changes(city: City) -> None:
    sirpa = at_work(city, "sirpa")
    form = filled(sirpa.page("/rules/hours/housing"))
    looked = sends(sirpa, "/rules/hours/housing", **{**form, "hours.week.friday": "8-12"})
    assert looked.status_code == 200
    assert "Huomaa nämä" in looked.text
    assert ticks(looked.text), "people planned for the afternoon are a warning"
    confirmed = {**filled(looked.text), "reason": "Talviajat", "ticked": ticks(looked.text)}
    assert sends(sirpa, "/rules/hours/housing/publish", **confirmed).status_code == 303


def test_she_sees_what_will_be_in_force_with_what_others_have_published_since(city: City) -> None:
    sirpa = at_work(city, "sirpa")
    form = filled(sirpa.page("/rules/hours/housing"))
    assert hours(city, "seija", **{"hours.week.thursday": "9.15-12"}).status_code == 303
    looked = sends(sirpa, "/rules/hours/housing", **{**form, "hours.week.friday": "8-16.30"})
    changes, coming = looked.text.split("coming-heading", 1)
    assert "torstai" not in changes, "she has not changed it"
    assert "9.15–12.00" in coming.split("to 26.11.")[1].split("</li>")[0]


def both_at_friday(city: City, step: str) -> str:
    """Seija has published a friday and a tuesday while sirpa wrote hers; the page that sirpa then meets."""
    sirpa = at_work(city, "sirpa")
    hers = {
        **filled(sirpa.page("/rules/hours/housing")),
        "hours.week.friday": "8-16.30",
        "hours.week.monday": "8-16.15",
    }
    looked = sends(sirpa, "/rules/hours/housing", **hers).text if step == "publish" else ""
    assert hours(city, "seija", **{"hours.week.friday": "8-14", "hours.week.tuesday": "9.15-15"}).status_code == 303
    if step == "look":
        answer = sends(sirpa, "/rules/hours/housing", **hers)
    else:
        answer = sends(sirpa, "/rules/hours/housing/publish", **{**filled(looked), "reason": "Talviajat"})
    assert answer.status_code == 409
    assert "Joku muu muutti samoja aikoja" in answer.text
    return answer.text


@pytest.mark.parametrize("step", ["look", "publish"])
def test_where_both_changed_an_hour_she_keeps_hers_sees_theirs_and_can_publish(city: City, step: str) -> None:
    page = both_at_friday(city, step)
    beside = page.split("both-heading")[2].split("</section>")[0]
    assert "Voimassa versiossa 2: 8.00–14.00" in beside
    assert "Sinun aikasi: 8.00–16.30" in beside
    kept = filled(page)
    assert kept["version"] == ["2"]
    assert kept["hours.week.friday"] == ["8.00–16.30"]
    assert kept["hours.week.tuesday"] == ["9.15–15.00"], "what only the other has changed stays"
    sirpa = at_work(city, "sirpa")
    looked = sends(sirpa, "/rules/hours/housing", **kept)
    assert looked.status_code == 200
    confirmed = {**filled(looked.text), "reason": "Talviajat", "ticked": ticks(looked.text)}
    assert sends(sirpa, "/rules/hours/housing/publish", **confirmed).status_code == 303
    week = city.services.rules.current().department("housing").hours.week
    assert [(week[day][0].start, week[day][-1].end) for day in (0, 1, 4)] == [(480, 975), (555, 900), (480, 990)]


def test_after_a_fault_her_form_still_says_which_version_she_saw(city: City) -> None:
    sirpa = at_work(city, "sirpa")
    form = filled(sirpa.page("/rules/hours/housing"))
    assert hours(city, "seija", **{"hours.week.friday": "8-14"}).status_code == 303
    faulty = sends(sirpa, "/rules/hours/housing", **{**form, "hours.week.friday": "x"})
    assert filled(faulty.text)["version"] == ["1"]


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
