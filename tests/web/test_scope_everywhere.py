"""Every route × role × department, from the table of routes: who gets in, and that nobody else reads or changes."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from adapters.schema import callback_request, legal_hold, metadata, supervisor_item
from console.pages import ROUTES
from tests.web import rules_rig
from tests.web.console_rig import Browser, City
from tests.web.doors import DOORS, FILLED, NEEDS_A_REASON, PERSONAS, Door
from tests.web.left_messages import leave

SECRET = ("482913", "40 1234567", "Kysyy vuokrasopimuksesta", "Särkiniemi")
ENDS_HER_SESSION = ("sign_out", "leave_everywhere")
OWN_DOINGS = {"session", "sign_in_failure", "audit_event", "presence"}  # what signing in and being there leaves


def people(city: City) -> None:
    city.agent("aino")
    city.agent("fanni", departments=("streets",))
    city.agent("elli", departments=("extended",))
    city.agent("sirpa", role="supervisor")
    city.agent("seppo", departments=("streets",), role="supervisor")
    city.agent("olli", departments=(), role="administrator")
    city.agent("iida", departments=("families",))


def matters(city: City, desk: str = "housing") -> None:
    """A request in aino's hands, a caller, a message and an item: all housing's."""
    began = city.clock.now() - timedelta(minutes=2)
    city.request("r1", number_id=city.number(), desk=desk, state="connected", offer_token="tok1")
    city.caller("c1", number_id=city.number("+358401234568"), desk=desk)
    city.offer(
        "a_aino",
        "connected",
        request_id="r1",
        accepted_at=began,
        connected_at=began,
        note="Kysyy vuokrasopimuksesta",
    )
    leave(city, "m1234567", b"sound", request_id="r1")
    kept = {"reason": "Kantelu Särkiniemi", "made_at": city.clock.now(), "made_by": "a_sirpa"}
    city.put(legal_hold, id="l1", kind="recording", subject_id="m1234567", **kept)
    city.put(supervisor_item, id="i1", kind="untold", request_id="r1", made_at=city.clock.now(), detail="Särkiniemi")


@pytest.fixture
def city(empty: City) -> City:
    people(empty)
    matters(empty)
    rules_rig.published(empty)
    rules_rig.draft(empty)
    return empty


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    """A new page is nobody's until a row says whose it is."""
    assert {route.name for route in ROUTES} | {"static"} == set(DOORS)
    for route in ROUTES:
        for wanted in DOORS[route.name].who.values():
            assert wanted in ("open", "closed", "hidden"), route.name


@pytest.mark.parametrize("name", PERSONAS)
def test_each_gets_in_where_the_table_says_and_nowhere_else(city: City, name: str) -> None:
    browser = city.signed_in(name)
    shut = [route for route in ROUTES if DOORS[route.name].who[name] != "open"]
    before = record(city)
    for route in shut:
        answer = knocks(city, browser, route.name)
        door = DOORS[route.name]
        expected = (403,) if door.who[name] == "closed" else door.hidden_as
        assert answer.status_code in expected, (name, route.name, answer.status_code, answer.text[:200])
        assert not any(secret in answer.text for secret in SECRET), route.name
    assert record(city) == before, "what is not hers changes nothing"
    for route in sorted(ROUTES, key=lambda one: (one.name in ENDS_HER_SESSION, one.method)):
        if DOORS[route.name].who[name] == "open":
            browser = city.signed_in(name) if route.name in ENDS_HER_SESSION else browser
            answer = knocks(city, browser, route.name)
            assert answer.status_code not in (401, 403, 404, 500) or is_no_door(route.name, answer), (
                name,
                route.name,
                answer.status_code,
            )


def is_no_door(name: str, answer: TestResponse) -> bool:
    """The sign-in form says 401 to a wrong password, the city's own sign-in is not set up here, and no sound is given
    before its reason."""
    if name in NEEDS_A_REASON:
        return answer.status_code == 403 and answer.mimetype == "text/html"
    return (name == "sign_in" and answer.status_code == 401) or (
        name.startswith("openid") and answer.status_code == 404
    )


@pytest.mark.parametrize("name", ["fanni", "elli", "seppo"])
def test_no_page_shows_another_departments_matter(city: City, name: str) -> None:
    """Whoever may open a page reads nothing there of what is not hers: neither code, number, note nor reason."""
    browser = city.signed_in(name)
    for route in ROUTES:
        if route.method == "GET" and DOORS[route.name].who[name] == "open":
            told = knocks(city, browser, route.name).text
            assert not any(secret in told for secret in SECRET), (name, route.name)
    found = browser.client.post("/console/queue/search", data={"asked": "482913", "csrf_token": browser.word})
    assert "r1" not in found.text.replace("482913", "")
    assert "40 1234567" not in found.text


def test_the_same_pages_show_it_to_whose_it_is(city: City) -> None:
    """The test above would pass with empty pages too."""
    assert "482913" in city.signed_in("sirpa").get("/line").text
    assert "40 1234567" in city.signed_in("aino").get("/").text or "40 1234567" in city.signed_in("aino").get("/").text


@pytest.mark.parametrize(("desk", "seen"), [("housing", 404), ("extended", 200)])
def test_the_extended_hours_desk_reads_what_has_moved_to_it_and_no_more(city: City, desk: str, seen: int) -> None:
    city.change(callback_request, callback_request.c.id == "r1", desk=desk)
    browser = city.signed_in("elli")
    assert browser.get("/matters/r1").status_code == seen
    assert browser.post("/sounds/m1234567/listen", reason="matter").status_code == seen
    assert browser.get("/requests/r1/interpreter").status_code == seen
    assert browser.get("/line").status_code == 403
    assert city.signed_in("fanni").get("/matters/r1").status_code == 404


def knocks(city: City, browser: Browser, name: str) -> TestResponse:
    """As the page's script does it: JSON, with our word."""
    door: Door = DOORS[name]
    route = next(route for route in ROUTES if route.name == name)
    address = "/console" + route.rule
    for variable, value in FILLED.items():
        address = address.replace(f"<{variable}>", value)
    if route.method == "GET":
        return browser.client.get(address + door.query)
    headers = {"X-CSRF-Token": browser.word, "Accept": "application/json"}
    if name in ("sign_in", "language"):
        return browser.client.post(address, data=dict(door.body), headers=headers)
    return browser.client.post(address, json=dict(door.body), headers=headers)


def record(city: City) -> dict[str, list[tuple[object, ...]]]:
    with city.services.database.read() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in metadata.sorted_tables
            if table.name not in OWN_DOINGS
        }
