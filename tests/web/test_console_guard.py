"""The doors: every route of the console is guarded, every post is ours, every page carries its headers."""

from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule

from adapters.schema import presence
from console.pages import ROLES, ROUTES, blueprint
from console.signing_in.passwords import Argon2Passwords
from tests.web import rules_rig
from tests.web.console_rig import CHEAP, Browser, City, make_city
from tests.web.doors import DOORS, FILLED, NEEDS_A_REASON
from tests.web.left_messages import leave


@pytest.fixture
def city(empty: City) -> City:
    empty.agent("aino")
    empty.agent("sirpa", role="supervisor")
    empty.agent("olli", role="administrator")
    empty.agent("outi", role="guest")
    empty.agent("iida", departments=("families",))
    empty.caller("c1")
    empty.request(number_id=empty.number())
    leave(empty, "m1234567", b"sound")
    rules_rig.published(empty)
    rules_rig.draft(empty)
    return empty


def routes(city: City) -> list[tuple[Rule, str, str]]:
    """(rule, method, address) of every route, with its variables filled in."""
    adapter = city.app.url_map.bind("localhost")
    return [
        (rule, method, adapter.build(rule.endpoint, {name: FILLED[name] for name in rule.arguments}, method=method))
        for rule in city.app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def test_every_route_is_in_the_table_of_roles(city: City) -> None:
    names = {rule.endpoint.rpartition(".")[2] for rule in city.app.url_map.iter_rules()}
    assert names == set(ROLES)
    assert len({route.name for route in ROUTES}) == len(ROUTES)


def test_a_route_that_the_table_does_not_name_is_closed(city: City) -> None:
    pages = blueprint(city.services, Argon2Passwords(CHEAP))
    pages.add_url_rule("/forgotten", "forgotten", lambda: "open")
    app = Flask("forgetful", static_folder=None)
    app.register_blueprint(pages)
    assert app.test_client().get("/console/forgotten").status_code == 403


def test_without_a_session_nothing_but_the_door_is_open(city: City) -> None:
    for rule, method, address in routes(city):
        answer = city.app.test_client().open(address, method=method)
        name = rule.endpoint.rpartition(".")[2]
        if ROLES[name]:
            assert answer.status_code in (302, 401), (method, address)
        elif name.startswith("openid"):
            assert answer.status_code == 404, "the city's own sign-in is not set up here"
        else:
            assert answer.status_code in (200, 403), (method, address)


def test_a_role_that_nobody_knows_passes_no_door(city: City) -> None:
    browser = city.browser()
    browser.page("/sign-in")
    form = {"sign_in": "outi", "password": "kallavesi-2026", "csrf_token": browser.word}
    assert browser.client.post("/console/sign-in", data=form).status_code == 303
    for rule, method, address in routes(city):
        if ROLES[rule.endpoint.rpartition(".")[2]]:
            assert browser.client.open(address, method=method).status_code == 403, address


def test_no_post_works_without_our_word(city: City) -> None:
    city.present("a_aino", "break")
    other = city.browser()
    other.signs_in("sirpa")
    for word in ("", "wrong", other.word):
        browser = city.browser()
        browser.signs_in("aino")
        browser.word = word
        for rule, method, address in routes(city):
            if method == "POST" and DOORS[rule.endpoint.rpartition(".")[2]].who["aino"] != "closed":
                answer = browser.client.post(address, json={"state": "away"}, headers={"X-CSRF-Token": word})
                assert answer.status_code == 403, address
    assert city.one(presence.c.state, where=presence.c.agent_id == "a_aino")[0] == "break"


def test_a_sign_in_form_of_another_browser_signs_nobody_in(city: City) -> None:
    victim, attacker = city.browser(), city.browser()
    attacker.page("/sign-in")
    form = {"sign_in": "aino", "password": "kallavesi-2026", "csrf_token": attacker.word}
    answer = victim.client.post("/console/sign-in", data=form)
    assert answer.status_code == 403
    assert "vanhentunut" in answer.text
    assert victim.client.get_cookie("console") is None


def test_looking_changes_nothing(city: City) -> None:
    """No GET route writes: the record is the same before and after all of them."""
    browser = city.browser()
    browser.signs_in("olli")
    file = Path(city.services.settings.database_url.removeprefix("sqlite:///"))
    city.services.database.dispose()
    before = file.read_bytes()
    for rule, method, address in routes(city):
        if method == "GET":
            status = browser.client.get(address).status_code
            hidden = DOORS[name_of(rule)].who["olli"] == "hidden" or name_of(rule).startswith("openid")
            unasked = name_of(rule) in NEEDS_A_REASON and status == 403
            assert status < 400 or unasked or (hidden and status == 404), address
    city.services.database.dispose()
    assert file.read_bytes() == before


def name_of(rule: Rule) -> str:
    return str(rule.endpoint).rpartition(".")[2]


def test_every_answer_carries_the_headers(city: City) -> None:
    browser = city.browser()
    browser.signs_in("olli")
    for rule, method, address in routes(city):
        headers = browser.client.open(address, method=method).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "microphone=(self)" in headers["Permissions-Policy"]
        assert (headers.get("Cache-Control") == "no-store") == (name_of(rule) != "static"), address


def test_the_policy_names_the_stand_in_only_where_there_is_one(tmp_path: Path, city: City) -> None:
    policy = _policy(city)
    assert "script-src 'self' http://127.0.0.1:9;" in policy
    assert "connect-src 'self' http://localhost:8081 http://127.0.0.1:9 ws://127.0.0.1:9;" in policy
    (tmp_path / "real").mkdir()
    real = make_city(tmp_path / "real", TWILIO_API_BASE_URL="https://api.twilio.com")
    policy = _policy(real)
    assert "script-src 'self';" in policy
    assert "wss://*.twilio.com" in policy
    real.services.database.dispose()


def _policy(city: City) -> str:
    return Browser(city.app.test_client()).get("/sign-in").headers["Content-Security-Policy"]


def test_no_page_has_a_script_or_style_of_its_own(city: City) -> None:
    browser = city.browser()
    pages = [browser.page("/sign-in")]
    browser.signs_in("olli")
    city.caller("c2", state="offered")
    city.offer("a_olli", caller_id="c2")
    answers = [browser.client.get(address) for _, method, address in routes(city) if method == "GET"]
    pages += [answer.text for answer in answers if answer.mimetype == "text/html"]
    assert len(pages) > 10
    for page in pages:
        assert " style=" not in page
        assert "<style" not in page
        assert " onclick=" not in page
        assert page.count("<script") == page.count('<script type="module" src="/console/static/')


def test_pages_are_not_kept_by_the_browser(city: City) -> None:
    browser = city.browser()
    browser.signs_in("aino")
    assert browser.get("/").headers["Cache-Control"] == "no-store"
    assert browser.get("/desk.json").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("back", "to"),
    [
        ("https://example.invalid/", "/console/"),
        ("//example.invalid/console/", "/console/"),
        ("/console/\\example.invalid", "/console/"),
        ("/console/sign-out", "/console/"),
        ("/console/queue", "/console/queue"),
        ("/console/queue?desk=housing", "/console/queue?desk=housing"),
        ("/console/queue?a=\r\nSet-Cookie: b=c", "/console/"),
        ("/console/account", "/console/account"),
    ],
)
def test_the_language_form_leads_to_our_own_pages_only(city: City, back: str, to: str) -> None:
    browser = city.browser()
    browser.signs_in("aino")
    form = {"language": "en", "csrf_token": browser.word, "back": back}
    assert browser.client.post("/console/language", data=form).location == to


@pytest.mark.parametrize("address", ["/audit?person=a%00", "/audit?a%00=b", "/matters/r%001"])
def test_an_address_with_a_nul_is_refused(city: City, address: str) -> None:
    """One of the two databases cannot hold it: it would be our fault there, and is the asker's here."""
    browser = city.browser()
    browser.signs_in("olli")
    assert browser.get(address).status_code == 400


def test_a_form_with_a_nul_is_refused_before_anything_is_read_of_it(city: City) -> None:
    browser = city.browser()
    browser.page("/sign-in")
    form = {"sign_in": "ai\0no", "password": "kallavesi-2026", "csrf_token": browser.word}
    assert browser.client.post("/console/sign-in", data=form).status_code == 400
    assert browser.client.post("/console/sign-in", data={"x\0": "y", "csrf_token": browser.word}).status_code == 400
    assert browser.client.get("/console/sign-in?x=%00").status_code == 400


def test_a_json_with_a_nul_is_refused(city: City) -> None:
    browser = city.browser()
    browser.signs_in("aino")
    assert browser.post("/presence", state="away").status_code == 200
    assert browser.post("/presence", state="away", reason="a\0b").status_code == 400
    assert browser.post("/presence", **{"state": "away", "a\0": "b"}).status_code == 400
