"""The supervisor's page: her departments' matters and nobody else's, and the decisions only she may take."""

from datetime import timedelta

import pytest

from adapters.schema import callback_event, callback_request, supervisor_item
from tests.web.console_rig import NOW, Browser, City


@pytest.fixture
def city(empty: City) -> City:
    empty.agent("sirpa", ("housing",), role="supervisor")
    empty.agent("olli", (), role="administrator")
    empty.agent("aino", ("housing", "extended"))
    return empty


def undecided(city: City, key: str = "r1", **other: object) -> None:
    city.request(key, number_id=city.number(f"+3584012345{len(key)}{key[-1]}"), state="needs_human", **other)
    city.put(supervisor_item, id=f"i{key}", kind="needs_human", request_id=key, made_at=NOW)


def test_she_sees_who_waits_what_is_due_and_who_is_at_work(city: City, sirpa: Browser) -> None:
    city.caller()
    city.request(number_id=city.number(), topic="building-permits", state="connected")
    city.present("a_aino")
    city.offer("a_aino", "connected", request_id="r1", connected_at=NOW)
    page = sirpa.page("/line")
    for words in ("Vuokra-asuminen", "Rakennusluvat", "Aino Virtanen", "Puhelussa", "Vapaana", 'data-listen="tok1"'):
        assert words in page


def test_a_promise_whose_time_has_passed_is_counted_as_overdue(city: City, sirpa: Browser) -> None:
    city.request(number_id=city.number())
    assert "1 myöhässä" not in sirpa.page("/line")
    city.clock.passes(31 * 60)
    sirpa.signs_in("sirpa")
    assert "1 myöhässä" in sirpa.page("/line")


def test_other_departments_are_not_on_her_page(city: City, sirpa: Browser) -> None:
    city.caller(topic="parking", department="streets", desk="streets")
    city.request(number_id=city.number(), topic="library", department="culture", desk="culture")
    page = sirpa.page("/line")
    assert "Kukaan ei odota linjalla" in page
    assert "Jonoja ei ole" in page
    olli = city.browser()
    olli.signs_in("olli")
    theirs = olli.page("/line")
    assert "Kukaan ei odota linjalla" not in theirs
    assert "Jonoja ei ole" not in theirs


def test_her_departments_matter_stays_hers_at_the_extended_hours_desk(city: City, sirpa: Browser) -> None:
    city.request(number_id=city.number(), desk="extended")
    assert "Ilta- ja viikonloppuneuvonta" in sirpa.page("/line")


@pytest.mark.parametrize(("decision", "state"), [("happened", "done"), ("again", "requested")])
def test_she_decides_about_a_ring_of_unknown_fate(city: City, sirpa: Browser, decision: str, state: str) -> None:
    undecided(city)
    assert "Puhelu käytiin" in sirpa.page("/line")
    assert sirpa.post("/line/r1/resolve", decision=decision).status_code == 303
    assert city.one(callback_request.c.state, where=callback_request.c.id == "r1")[0] == state
    assert city.one(callback_event.c.who, where=callback_event.c.request_id == "r1")[0] == "a_sirpa"
    assert "Mikään ei nyt vaadi huomiotasi" in sirpa.page("/line")


def test_the_buttons_work_as_a_plain_form(city: City, sirpa: Browser) -> None:
    undecided(city)
    sirpa.page("/line")
    form = {"decision": "again", "csrf_token": sirpa.word}
    assert sirpa.client.post("/console/line/r1/resolve", data=form).status_code == 303
    assert city.one(callback_request.c.state, where=callback_request.c.id == "r1")[0] == "requested"


def test_another_departments_request_is_not_found(city: City, sirpa: Browser) -> None:
    undecided(city, "r2", department="streets", desk="streets", topic="parking")
    other = sirpa.post("/line/r2/resolve", decision="happened")
    nothing = sirpa.post("/line/never/resolve", decision="happened")
    assert other.status_code == nothing.status_code == 404
    assert city.one(callback_request.c.state, where=callback_request.c.id == "r2")[0] == "needs_human"


def test_a_decision_nobody_offers_is_refused(city: City, sirpa: Browser) -> None:
    undecided(city)
    assert sirpa.post("/line/r1/resolve", decision="perhaps").status_code == 400


def test_what_was_only_to_be_known_has_no_buttons(city: City, sirpa: Browser) -> None:
    city.request(number_id=city.number(), state="unreached", attempts=3)
    city.put(supervisor_item, id="i1", kind="unreached", request_id="r1", made_at=NOW - timedelta(hours=1))
    page = sirpa.page("/line")
    assert "Asukasta ei tavoitettu" in page
    assert 'name="decision"' not in page
