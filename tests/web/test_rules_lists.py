"""A draft's lists: a rule moved says so and saves nothing at its end; announcements are led by what callers hear."""

import json
import re

import pytest

from adapters.schema import rules_draft
from tests.web.console_rig import Browser, City
from tests.web.filled_forms import filled
from tests.web.rules_forms import DRAFT, at_work, city_of_rules, document, element, row, sends


@pytest.fixture
def city(empty: City) -> City:
    return city_of_rules(empty)


@pytest.fixture
def seija(city: City) -> Browser:
    return at_work(city, "seija")


def movers(page: str, element_id: str) -> list[str]:
    item = page.split(f'id="row-{element_id}"')[1].split("</li>")[0]
    return re.findall(r'<button class="button mover"[^>]*>', item)


def test_the_first_goes_no_further_up_and_nothing_is_saved(city: City, seija: Browser) -> None:
    ids = [one["id"] for one in document(city)["departments"]]
    page = seija.page(f"{DRAFT}/parts/departments")
    assert ["disabled" in button for button in movers(page, ids[0])] == [True, False]
    assert ["disabled" in button for button in movers(page, ids[1])] == [False, False]
    assert ["disabled" in button for button in movers(page, ids[-1])] == [False, True]
    for one, direction in ((ids[0], "up"), (ids[-1], "down"), ("nowhere", "up")):
        answer = sends(seija, f"{DRAFT}/parts/departments/move", revision="1", element=one, direction=direction)
        assert answer.status_code == 303
        assert "moved" not in answer.location
    assert row(city).revision == 1


def test_a_topic_alone_in_its_menu_has_nowhere_to_go(city: City, seija: Browser) -> None:
    menu = [one["id"] for one in document(city)["topics"] if one.get("parent") == "housing-building-water"]
    page = seija.page(f"{DRAFT}/parts/topics")
    assert ["disabled" in button for button in movers(page, menu[0])] == [True, False]
    assert ["disabled" in button for button in movers(page, menu[-1])] == [False, True]


def test_a_move_is_told_and_the_focus_stays_where_there_is_a_way(city: City, seija: Browser) -> None:
    second = document(city)["departments"][1]
    sent = {"revision": "1", "element": second["id"], "direction": "up"}
    answer = sends(seija, f"{DRAFT}/parts/departments/move", **sent)
    page = seija.client.get(answer.location).text
    assert f"Siirretty: {second['name']['fi']}" in page
    up, down = movers(page, second["id"])
    assert "disabled" in up
    assert "autofocus" not in up
    assert "autofocus" in down


def test_announcements_are_led_by_what_callers_hear(seija: Browser) -> None:
    page = seija.page(f"{DRAFT}/parts/announcements")
    assert re.search(r'<a class="row-name"[^>]*>Kuulemiin\.</a>\s*<p class="small" lang="en">goodbye</p>', page)
    form = seija.page(f"{DRAFT}/parts/announcements/goodbye")
    assert "<h1>Kuulemiin.</h1>" in form
    assert '<p class="small" lang="en">goodbye</p>' in form


def test_words_under_a_key_that_nobody_speaks_can_be_mended_or_removed(city: City, seija: Browser) -> None:
    """A finding of the check leads to this form."""
    own = {"fi": "Omamme.", "sv": "Vår egen.", "en": "Our own."}
    strange = json.dumps({**document(city), "announcements": {"of.ours": own}})
    city.change(rules_draft, rules_draft.c.id == "d1", document=strange)
    assert "Omamme." in seija.page(f"{DRAFT}/parts/announcements")
    address = f"{DRAFT}/parts/announcements/of.ours"
    form = filled(seija.page(address))
    assert sends(seija, address, **{**form, "words.fi": "Meidän."}).status_code == 303
    assert document(city)["announcements"]["of.ours"]["fi"] == "Meidän."
    for deed in ("", "/choose", "/remove"):
        sent = {**form, "mine": json.dumps({"id": "x", "words": own}), "all": "mine"}
        assert sends(seija, f"{DRAFT}/parts/announcements/no.such{deed}", **sent).status_code == 404
    assert sends(seija, f"{address}/remove", revision="2").status_code == 303
    assert document(city)["announcements"] == {}


def test_more_days_than_a_form_takes_are_refused_and_none_is_lost(city: City, seija: Browser) -> None:
    written = document(city)
    days = [{"day": f"20{27 + n // 300}-{n % 300 // 28 + 1:02}-{n % 28 + 1:02}", "hours": []} for n in range(250)]
    housing = next(one for one in written["departments"] if one["id"] == "housing")
    housing["hours"]["exceptional"] = days
    city.change(rules_draft, rules_draft.c.id == "d1", document=json.dumps(written))
    address = f"{DRAFT}/parts/departments/housing"
    answer = sends(seija, address, **filled(seija.page(address)))
    assert answer.status_code == 422
    assert len(element(city, "departments", "housing")["hours"]["exceptional"]) == 250


@pytest.mark.parametrize("rows", ["60000", "201", "9" * 5000, "-5", "²"])
def test_a_count_of_rows_that_no_form_has_is_refused_in_a_short_page(city: City, seija: Browser, rows: str) -> None:
    address = f"{DRAFT}/parts/departments/housing"
    usual = seija.page(address)
    answer = sends(seija, address, **{**filled(usual), "hours.exceptional.rows": rows})
    assert answer.status_code == 422
    assert len(re.findall(r'name="hours\.exceptional\.\d+\.from"', answer.text)) <= 200
    assert row(city).revision == 1


@pytest.mark.parametrize("plan", ["8-9: " + "9" * 5000, "8-9: ²", "8-" + "9" * 5000 + ": 1"])
def test_a_plan_of_more_people_than_can_be_read_is_refused_at_its_field(city: City, seija: Browser, plan: str) -> None:
    address = f"{DRAFT}/parts/departments/housing"
    answer = sends(seija, address, **{**filled(seija.page(address)), "staffing.fi.monday": plan})
    assert answer.status_code == 422
    assert 'id="f-staffing-fi-monday-fault"' in answer.text
    assert row(city).revision == 1
