"""The whole of the service's addresses, walked by everybody: nobody, each role, and whoever was demoted meanwhile.

What each role may do with each address of the console: ``tests/web/doors.py``, walked by ``test_scope_everywhere``.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from werkzeug.routing import Rule

from adapters.redis_live import LiveHints
from adapters.schema import agent
from adapters.settings import load_settings
from console.events import create_app as events_app
from console.guard import ADMINISTRATORS, EVERYONE, SIGNED_IN, SUPERVISORS
from console.hub import Hub
from console.pages import ROUTES, Route
from tests.hostile.console_rig import Console
from tests.hostile.route_table import ANYBODY, CONSOLE, OPERATOR, SECRETS, SIGNED, whose
from tests.support.services import NOBODY_LISTENS
from tests.web.console_rig import ENVIRONMENT, Browser
from tests.web.doors import DOORS, FILLED
from wsgi import create_app

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
SAFE = {"GET", "HEAD", "OPTIONS"}
WRITES_NOTHING = "no address is written to in another way than the table says"


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    made = Console.at(tmp_path_factory.mktemp("walk"))
    yield made
    made.city.services.database.dispose()


@pytest.fixture(scope="module")
def app(console: Console) -> Flask:
    """With a store that is away: what anybody may ask says no more of it than that."""
    return create_app(replace(console.city.services, live=LiveHints(NOBODY_LISTENS)))


def rules(app: Flask, *who: str) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if whose(rule.rule) in who]


def filled(rule: str) -> str:
    for name, value in {**FILLED, "path:name": "music.wav", "name": "topic", "path:filename": "console.css"}.items():
        rule = rule.replace(f"<{name}>", value)
    return rule


def test_every_address_has_an_owner(app: Flask) -> None:
    assert {rule.rule for rule in app.url_map.iter_rules() if whose(rule.rule) is None} == set()
    assert len(rules(app, SIGNED)) > 20
    assert len(rules(app, CONSOLE)) > 100


def test_nobody_reaches_a_webhook_by_any_method(console: Console, app: Flask) -> None:
    """Not by a forged signature either: 403, or a method that there is not."""
    client = app.test_client()
    form = {"CallSid": "CA" + "1" * 32, "AccountSid": "AC" + "0" * 32, "Digits": "1"}
    for rule in rules(app, SIGNED):
        for method in METHODS:
            for headers in ({}, {"X-Twilio-Signature": "bm90IG91cnM="}):
                answer = client.open(filled(rule.rule), method=method, data=form, headers=headers)
                expected = (403,) if method in (rule.methods or ()) and method != "OPTIONS" else (200, 403, 405)
                assert answer.status_code in expected, (method, rule.rule, answer.status_code)
                assert method == "OPTIONS" or answer.status_code != 200
    assert not console.record.changed()


def test_what_anybody_may_ask_says_nothing_of_the_inside(console: Console, app: Flask) -> None:
    for rule in rules(app, ANYBODY, OPERATOR):
        answer = app.test_client().get(filled(rule.rule), environ_overrides={"REMOTE_ADDR": "203.0.113.9"})
        assert answer.status_code in ((403,) if whose(rule.rule) == OPERATOR else (200, 404, 503)), rule.rule
        if str(answer.mimetype).startswith(("text/", "application/json")):
            assert not [secret for secret in SECRETS if secret in answer.text], rule.rule
        for method in set(METHODS) - SAFE:
            assert app.test_client().open(filled(rule.rule), method=method).status_code == 405, (method, rule.rule)
    assert not console.record.changed()


def test_every_answer_says_what_a_browser_may_make_of_it(app: Flask) -> None:
    """Webhooks, health and refusals too: nothing is guessed, framed or run, and every text says how it is written."""
    addresses = [(app, filled(rule.rule)) for rule in app.url_map.iter_rules()] + [(app, "/not-there")]
    events = events_app(load_settings(ENVIRONMENT), Hub(lambda _: iter(())))
    for asked, address in [*addresses, (events, "/stream"), (events, "/healthz"), (events, "/not-there")]:
        for method in ("GET", "POST"):
            headers = asked.test_client().open(address, method=method).headers
            policy = headers["Content-Security-Policy"].split("; ")
            assert {"default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"} <= {*policy}
            assert headers["X-Content-Type-Options"] == "nosniff", address
            assert not headers.get("Content-Type", "").startswith("text/") or "charset=utf-8" in headers["Content-Type"]


def test_an_address_that_is_not_there_tells_nothing(app: Flask) -> None:
    for address in (
        "/.env",
        "/.git/config",
        "/console/../wsgi.py",
        "/debug",
        "/console/nothing",
        "/admin",
        "/static/x",
    ):
        answer = app.test_client().get(address)
        assert answer.status_code == 404, address
        assert not [secret for secret in SECRETS if secret in answer.text], address


def test_a_method_that_the_table_does_not_name_writes_nothing(console: Console) -> None:
    browser = console.browsers["olli"]
    for route in ROUTES:
        twin = {one.method for one in ROUTES if one.rule == route.rule}
        for method in sorted(set(METHODS) - twin - {"HEAD", "OPTIONS"}):
            answer = browser.client.open(console.address(route), method=method, headers={"X-CSRF-Token": browser.word})
            assert answer.status_code in (403, 404, 405), (method, route.rule, answer.status_code)
    assert not console.record.changed(), WRITES_NOTHING


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_no_safe_method_needs_our_word_and_none_writes(console: Console, method: str) -> None:
    """So no link, picture or prefetch on another site can do anything in her name."""
    for route in ROUTES:
        if route.method == "GET" and route.name not in ("rules_week", "rules_text", "rules_compare"):
            console.browsers[console.who(route)].client.open(console.address(route), method=method)
    assert not console.record.changed()


@pytest.mark.parametrize("body", [{}, {"csrf_token": ""}, {"csrf_token": "x" * 64}])
def test_no_deed_is_done_without_our_word_whoever_asks(console: Console, body: dict[str, str]) -> None:
    for route in ROUTES:
        if route.method != "POST":
            continue
        for who, browser in console.browsers.items():
            if DOORS[route.name].who[who] != "closed":
                given = {**DOORS[route.name].body, **body}
                answer = browser.client.post(console.address(route), data=given, headers={"Origin": "https://evil"})
                assert answer.status_code == 403, (who, route.name)
    assert not console.record.changed()


# --- a right that went while it was used -----------------------------------------------------------------------------

HIGHER = [route for route in ROUTES if route.roles in (SUPERVISORS, ADMINISTRATORS)]


def asks(browser: Browser, console: Console, route: Route) -> int:
    if route.method == "GET":
        return browser.client.get(console.address(route)).status_code
    headers = {"X-CSRF-Token": browser.word, "Accept": "application/json"}
    return browser.client.post(console.address(route), data=console.base_of_table(route), headers=headers).status_code


@pytest.mark.parametrize(("who", "lost"), [("sirpa", SUPERVISORS), ("olli", SUPERVISORS), ("olli", ADMINISTRATORS)])
def test_a_demotion_counts_with_the_very_next_request(console: Console, who: str, lost: object) -> None:
    """The session goes on, the word in the open page is right, and every page that was hers a moment ago is closed."""
    browser = console.city.signed_in(who)
    role = "agent" if lost == SUPERVISORS else "supervisor"
    console.city.change(agent, agent.c.id == f"a_{who}", role=role, departments='["housing"]')
    closed = [route for route in HIGHER if route.roles in _lost(lost)]
    wrong = [(route.name, status) for route in closed if (status := asks(browser, console, route)) != 403]
    console.put_back()
    assert wrong == []


def _lost(lost: object) -> tuple[object, ...]:
    return (SUPERVISORS, ADMINISTRATORS) if lost == SUPERVISORS else (ADMINISTRATORS,)


def test_a_closed_account_is_nobodys_with_the_very_next_request(console: Console) -> None:
    browser = console.city.signed_in("sirpa")
    console.city.change(agent, agent.c.id == "a_sirpa", active=False)
    wrong = []
    for route in ROUTES:
        if route.roles != EVERYONE:
            status = asks(browser, console, route)
            if status not in (302, 401):
                wrong.append((route.name, status))
    console.put_back()
    assert wrong == []


def test_another_department_is_closed_with_the_very_next_request(console: Console) -> None:
    browser = console.city.signed_in("sirpa")
    mine = [r for r in ROUTES if DOORS[r.name].who["sirpa"] == "open" and DOORS[r.name].who["seppo"] == "hidden"]
    assert len(mine) > 15
    console.city.change(agent, agent.c.id == "a_sirpa", departments='["streets"]')
    wrong = []
    for route in mine:
        status = asks(browser, console, route)
        if status not in (404, *DOORS[route.name].hidden_as):
            wrong.append((route.name, status))
    console.put_back()
    assert wrong == []


def test_who_makes_herself_more_by_a_field_is_not(console: Console) -> None:
    """Her own account is changed by others; no field of her own pages raises her role or widens her departments."""
    browser = console.city.signed_in("aino")
    before = console.city.one(agent.c.role, agent.c.departments, agent.c.owns_rules, where=agent.c.id == "a_aino")
    more = {"role": "administrator", "departments": "streets", "owns_rules": "yes", "scope": "*", "agent_id": "a_olli"}
    for route in ROUTES:
        if route.method == "POST" and route.roles == SIGNED_IN and route.name not in ("sign_out", "leave_everywhere"):
            form = {**console.base_of_table(route), **more}
            browser.client.post(console.address(route), data=form, headers={"X-CSRF-Token": browser.word})
    after = console.city.one(agent.c.role, agent.c.departments, agent.c.owns_rules, where=agent.c.id == "a_aino")
    console.put_back()
    assert tuple(after) == tuple(before)


def test_the_events_process_tells_nobody_anything_without_a_ticket() -> None:
    app = events_app(load_settings(ENVIRONMENT), Hub(lambda _: iter(())))
    assert {rule.rule for rule in app.url_map.iter_rules()} <= {"/stream", "/healthz", "/metrics"}
    for ticket in ("", "x", "a.b.c", "' OR 1=1 --", "\0", "a" * 9000):
        assert app.test_client().get("/stream", query_string={"ticket": ticket}).status_code == 403
    for method in set(METHODS) - SAFE:
        assert app.test_client().open("/stream", method=method).status_code == 405
