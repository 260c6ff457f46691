"""The city's own sign-in against a real provider on this machine: the way there and back, and every bad answer."""

import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Flask, Response, jsonify, redirect
from sqlalchemy import select
from werkzeug.test import TestResponse

from adapters.schema import agent, audit_event, session
from adapters.settings import SettingsInvalid, load_settings, serve_problems
from console import sign_in
from console.openid import IN_LINE, KEYS_AGAIN_SECONDS, TURN_SECONDS, NotAdmitted, OpenId
from console.openid_http import Broken, Http
from console.pages import blueprint
from console.passwords import Argon2Passwords
from tests.support.openid_provider import CLIENT, SECRET, Claims, Person, Provider, new_key, running
from tests.web.console_rig import CHEAP, ENVIRONMENT, PASSWORD, Browser, City, make_city

LINK = re.compile(r'href="([^"]+)"')


@pytest.fixture(scope="module")
def one_provider() -> Iterator[Provider]:
    with running() as provider:
        yield provider


@pytest.fixture
def provider(one_provider: Provider) -> Provider:
    """The same server, well-behaved again."""
    fresh = Provider()
    for name in ("person", "claims", "answers", "signs_with", "header", "algorithm", "asked", "codes", "ended"):
        setattr(one_provider, name, getattr(fresh, name))
    return one_provider


@pytest.fixture
def city(tmp_path: Path, provider: Provider) -> Iterator[City]:
    made = make_city(tmp_path, OPENID_ISSUER=provider.issuer, OPENID_CLIENT_ID=CLIENT, OPENID_CLIENT_SECRET=SECRET)
    made.agent("aino@city.example")
    made.agent("olli", departments=(), role="administrator")
    yield made
    made.services.database.dispose()


def impatient(city: City, deadline: float = 1.0) -> Browser:
    """The same city, but the provider gets less time."""
    app = Flask("city", static_folder=None)
    provider = OpenId(city.services.settings, Http(whole=deadline), deadline=deadline)
    app.register_blueprint(blueprint(city.services, Argon2Passwords(CHEAP), provider))
    return Browser(app.test_client())


def goes(browser: Browser) -> str:
    """To the provider's page; the address it leads back to."""
    answer = browser.get("/openid/start")
    assert answer.status_code == 303, answer.text
    found = LINK.search(requests.get(answer.location, timeout=5).text)
    assert found
    return found[1].replace("&amp;", "&")


def comes_back(browser: Browser, address: str) -> TestResponse:
    parts = urlsplit(address)
    return browser.client.get(f"{parts.path}?{parts.query}")


def signs_in(browser: Browser) -> TestResponse:
    return comes_back(browser, goes(browser))


def nobody_is_in(city: City) -> bool:
    with city.services.database.read() as connection:
        sessions = connection.execute(select(session.c.agent_id)).all()
        deeds = connection.execute(select(audit_event.c.deed)).all()
        bound = connection.execute(select(agent.c.id).where(agent.c.subject.is_not(None))).all()
    return not sessions and not deeds and not bound


# --- whom it lets in --------------------------------------------------------------------------------------------------


def test_a_verified_address_binds_once_and_the_subject_signs_in_from_then_on(city: City, provider: Provider) -> None:
    browser = city.browser()
    assert signs_in(browser).location == "/console/"
    assert browser.get("/account").status_code == 200
    row = city.one(agent.c.subject, where=agent.c.sign_in == "aino@city.example")
    assert row.subject == "s-1"
    provider.person = Person("s-1", "aino.korhonen@city.example")  # she has married: the subject is what counts
    assert signs_in(city.browser()).location == "/console/"
    with city.services.database.read() as connection:
        deeds = [row.deed for row in connection.execute(select(audit_event).order_by(audit_event.c.id))]
    assert deeds == ["openid_bound", "signed_in", "signed_in"]


@pytest.mark.parametrize(
    "person",
    [
        Person("s-2", "stranger@city.example"),
        Person("s-2", "aino@city.example", verified=False),
        Person("s-2", "", verified=True),
    ],
)
def test_no_account_is_made_or_guessed(city: City, provider: Provider, person: Person) -> None:
    provider.person = person
    answer = signs_in(city.browser())
    assert answer.status_code == 403
    assert "ei ole tunnusta" in answer.text
    assert nobody_is_in(city)


def test_a_bound_account_is_not_bound_to_another_subject(city: City, provider: Provider) -> None:
    """The address has been given to somebody else: she does not become aino by it."""
    signs_in(city.browser())
    provider.person = Person("s-9", "aino@city.example")
    assert signs_in(city.browser()).status_code == 403
    assert city.one(agent.c.subject, where=agent.c.sign_in == "aino@city.example").subject == "s-1"


def test_an_administrator_separates_a_binding_and_it_can_be_made_anew(city: City, provider: Provider) -> None:
    aino = city.browser()
    signs_in(aino)
    olli = city.browser()
    olli.signs_in("olli")
    assert "Irrota" in olli.page("/accounts/a_aino@city.example")
    answer = olli.client.post("/console/accounts/a_aino@city.example/unbind", data={"csrf_token": olli.word})
    assert answer.status_code == 303
    assert aino.get("/").location == "/console/sign-in"
    provider.person = Person("s-9", "aino@city.example")
    assert signs_in(city.browser()).location == "/console/"


def test_a_closed_account_stays_closed(city: City) -> None:
    signs_in(city.browser())
    city.change(agent, agent.c.sign_in == "aino@city.example", active=False)
    assert signs_in(city.browser()).status_code == 403


def test_a_changed_key_of_the_provider_is_fetched_again(city: City, provider: Provider) -> None:
    client = OpenId(city.services.settings)
    app = Flask("city", static_folder=None)
    app.register_blueprint(blueprint(city.services, Argon2Passwords(CHEAP), client))
    browser = Browser(app.test_client())
    assert signs_in(browser).status_code == 303
    provider.turns_its_key()
    assert signs_in(browser).status_code == 403, "asked a moment ago"
    assert client._keys is not None
    client._keys = (client._keys[0] - KEYS_AGAIN_SECONDS, client._keys[1])
    assert signs_in(browser).status_code == 303


# --- what does not hold -----------------------------------------------------------------------------------------------


def changed(**values: object) -> Callable[[Claims], Claims]:
    return lambda claims: {name: value for name, value in (claims | values).items() if value is not None}


@pytest.mark.parametrize(
    "claims",
    [
        changed(nonce="another"),
        changed(nonce=None),
        changed(aud="somebody-else"),
        changed(aud=["somebody-else", CLIENT]),  # for several, and not authorised for us
        changed(aud=[CLIENT, "somebody-else"], azp="somebody-else"),
        changed(aud=None),
        changed(iss="http://127.0.0.1:1"),
        changed(iss=None),
        changed(exp=int(time.time()) - 3600),
        changed(exp=None),
        changed(exp="tomorrow"),
        changed(iat=int(time.time()) + 3600),
        changed(nbf=int(time.time()) + 3600),
        changed(sub=None),
        changed(sub=""),
        changed(sub=17),
        changed(sub="x" * 300),
    ],
)
def test_what_it_says_of_her_must_hold(city: City, provider: Provider, claims: Callable[[Claims], Claims]) -> None:
    provider.claims = claims
    answer = signs_in(city.browser())
    assert answer.status_code == 403
    assert "ei pitänyt paikkaansa" in answer.text
    assert nobody_is_in(city)


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_token_that_the_provider_has_not_signed_is_nothing(city: City, provider: Provider, algorithm: str) -> None:
    provider.algorithm = algorithm
    assert signs_in(city.browser()).status_code == 403
    assert nobody_is_in(city)


def test_an_unknown_key_and_another_key_by_a_known_name_are_nothing(city: City, provider: Provider) -> None:
    provider.signs_with = new_key("k1")
    assert signs_in(city.browser()).status_code == 403
    provider.header = {"kid": "unheard-of"}
    assert signs_in(city.browser()).status_code == 403
    provider.signs_with = None
    assert signs_in(city.browser()).status_code == 403
    assert nobody_is_in(city)


def test_a_forger_does_not_make_us_ask_for_keys_all_day(city: City, provider: Provider) -> None:
    provider.header = {"kid": "unheard-of"}
    for _ in range(5):
        signs_in(city.browser())
    assert provider.asked.count("/keys") == 1
    assert provider.asked.count("/.well-known/openid-configuration") == 1


# --- whose sign-in it is ----------------------------------------------------------------------------------------------


def test_an_answer_that_was_not_begun_in_this_browser_signs_nobody_in(city: City) -> None:
    victim, attacker = city.browser(), city.browser()
    address = goes(attacker)
    answer = comes_back(victim, address)
    assert answer.status_code == 400
    assert "Aloita se uudelleen" in answer.text
    goes(victim)
    assert comes_back(victim, address).status_code == 400, "another state"
    assert nobody_is_in(city)


def test_an_answer_counts_once(city: City) -> None:
    browser = city.browser()
    address = goes(browser)
    assert comes_back(browser, address).status_code == 303
    assert comes_back(browser, address).status_code == 400


def test_a_code_stolen_on_the_way_is_worth_nothing_without_the_browsers_verifier(city: City) -> None:
    thief, victim = city.browser(), city.browser()
    stolen = parse_qs(urlsplit(goes(victim)).query)["code"][0]
    own = urlsplit(goes(thief))
    state = parse_qs(own.query)["state"][0]
    answer = thief.get(f"/openid/callback?code={stolen}&state={state}")
    assert answer.status_code == 403
    assert nobody_is_in(city)


def test_another_issuers_answer_and_a_refusal_are_told(city: City) -> None:
    for query, status in (("error=access_denied", 403), ("code=c1&iss=https://other.example", 403), ("", 502)):
        browser = city.browser()
        state = parse_qs(urlsplit(goes(browser)).query)["state"][0]
        assert browser.get(f"/openid/callback?state={state}&{query}").status_code == status
    assert nobody_is_in(city)


# --- a provider that is slow or broken --------------------------------------------------------------------------------


def slowly() -> Response:
    def drops() -> Iterator[bytes]:
        for _ in range(100):
            time.sleep(0.1)
            yield b" "

    return Response(drops(), mimetype="application/json")


BROKEN: dict[str, Callable[[], object]] = {
    "an error": lambda: Response("broken", 500),
    "no JSON": lambda: Response("<html>", mimetype="text/html"),
    "a list": lambda: jsonify([1, 2]),
    "nothing": lambda: jsonify({}),
    "nonsense": lambda: jsonify(issuer=1, keys="x", id_token=7, access_token="a", token_type="Bearer"),
    "another address": lambda: redirect("http://127.0.0.1:1/"),
    "too much": lambda: Response(b"x" * 600_000, mimetype="application/json"),
    "a byte at a time": slowly,
}


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/keys"])
@pytest.mark.parametrize("how", sorted(BROKEN))
def test_a_bad_answer_gets_a_clear_page_and_changes_nothing(
    city: City, provider: Provider, path: str, how: str
) -> None:
    browser = impatient(city)
    provider.answers = {path: BROKEN[how]}  # type: ignore[dict-item]
    began = time.monotonic()
    answer = browser.get("/openid/start")
    if answer.status_code == 303:
        found = LINK.search(requests.get(answer.location, timeout=5).text)
        assert found
        answer = comes_back(browser, found[1].replace("&amp;", "&"))
    assert time.monotonic() - began < 4
    assert answer.status_code in (502, 403)
    assert 'role="alert"' in answer.text
    assert nobody_is_in(city)
    provider.answers = {}
    assert signs_in(impatient(city)).status_code == 303, "and the next sign-in works"


def test_a_crowd_at_a_slow_provider_holds_no_more_than_a_few_threads(city: City, provider: Provider) -> None:
    """The threads that wait are the callers' too: whoever comes when a few are waiting is told so within a moment."""
    client = OpenId(city.services.settings, Http(whole=2.0), deadline=2.0)
    provider.answers = {"/.well-known/openid-configuration": slowly}

    def begins(_: int) -> float:
        began = time.monotonic()
        with pytest.raises(NotAdmitted):
            client.begin()
        return time.monotonic() - began

    with ThreadPoolExecutor(20) as crowd:
        waits = sorted(crowd.map(begins, range(20)))
    assert sum(wait < TURN_SECONDS + 0.9 for wait in waits) >= 20 - IN_LINE * 2, waits


def test_a_provider_that_is_not_there_leaves_the_password_way(city: City, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    away = make_city(
        tmp_path / "other",
        OPENID_ISSUER="http://127.0.0.1:9",
        OPENID_CLIENT_ID=CLIENT,
        OPENID_CLIENT_SECRET=SECRET,
    )
    away.agent("aino")
    browser = away.browser()
    answer = browser.get("/openid/start")
    assert answer.status_code == 502
    assert "ei nyt vastaa" in answer.text
    assert 'id="password"' in answer.text
    assert browser.signs_in("aino").status_code == 303
    away.services.database.dispose()


# --- the way out, and the settings ------------------------------------------------------------------------------------


def test_signing_out_ends_the_providers_session_too(city: City, provider: Provider) -> None:
    browser = city.browser()
    signs_in(browser)
    browser.page("/account")
    answer = browser.client.post("/console/sign-out", data={"csrf_token": browser.word})
    assert answer.location == "/console/openid/signed-out"
    page = browser.get("/openid/signed-out")
    assert page.headers["Refresh"] == "0; url=/console/openid/sign-out"
    onwards = browser.get("/openid/sign-out").location
    last = requests.get(onwards, timeout=5, allow_redirects=False)
    assert last.headers["Location"] == "http://localhost/console/sign-in"
    assert provider.ended == [CLIENT]


def test_a_password_session_ends_here(city: City) -> None:
    olli = city.browser()
    olli.signs_in("olli")
    assert olli.client.post("/console/sign-out", data={"csrf_token": olli.word}).location == "/console/sign-in"


def test_with_openid_only_no_password_opens_anything(tmp_path: Path, provider: Provider) -> None:
    made = make_city(
        tmp_path,
        OPENID_ISSUER=provider.issuer,
        OPENID_CLIENT_ID=CLIENT,
        OPENID_CLIENT_SECRET=SECRET,
        OPENID_ONLY="true",
    )
    made.agent("aino@city.example")
    browser = made.browser()
    assert 'id="password"' not in browser.page("/sign-in")
    form = {"sign_in": "aino@city.example", "password": PASSWORD, "csrf_token": browser.word}
    assert browser.client.post("/console/sign-in", data=form).status_code == 403
    assert made.one(session.c.agent_id, where=session.c.agent_id != "") is None
    assert signs_in(browser).location == "/console/"
    made.services.database.dispose()


def test_the_sessions_of_both_ways_are_told_apart(city: City) -> None:
    browser = city.browser()
    signs_in(browser)
    token = browser.client.get_cookie("console").value  # type: ignore[union-attr]
    assert sign_in.by_provider(token)
    other = city.browser()
    other.signs_in("olli")
    assert not sign_in.by_provider(other.client.get_cookie("console").value)  # type: ignore[union-attr]


SAFE = ENVIRONMENT | {
    "OPENID_ISSUER": "https://login.city.example",
    "OPENID_CLIENT_ID": CLIENT,
    "OPENID_CLIENT_SECRET": SECRET,
}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"OPENID_ISSUER": "http://login.city.example"}, "https://"),
        ({"OPENID_ISSUER": "https://login.city.example/?a=b"}, "without query"),
        ({"OPENID_ISSUER": "login.city.example"}, "https://"),
        ({"OPENID_CLIENT_ID": ""}, "belong together"),
        ({"OPENID_CLIENT_SECRET": ""}, "belong together"),
        ({"OPENID_ISSUER": "", "OPENID_CLIENT_ID": "", "OPENID_CLIENT_SECRET": "", "OPENID_ONLY": "true"}, "nobody"),
        ({"PROXY_HOPS": "-1"}, "PROXY_HOPS"),
    ],
)
def test_settings_that_cannot_be_are_refused(changes: dict[str, str], words: str) -> None:
    assert load_settings(SAFE).openid_issuer == "https://login.city.example"
    with pytest.raises(SettingsInvalid, match=words):
        load_settings(SAFE | changes)


def test_residents_are_not_served_with_a_sign_in_in_the_clear() -> None:
    here = load_settings(SAFE | {"OPENID_ISSUER": "http://127.0.0.1:8089"})
    assert any("OPENID_ISSUER" in problem for problem in serve_problems(here))
    assert not any("OPENID_ISSUER" in problem for problem in serve_problems(load_settings(SAFE)))


def test_an_endpoint_in_the_clear_is_not_gone_to() -> None:
    """A provider on https that names a plain http page: whoever listens would read the code."""
    provider = OpenId(load_settings(SAFE))
    assert provider._address("https://login.city.example/token")
    for wrong in ("http://login.city.example/token", "http://127.0.0.1/token", "ftp://x", None, 7):
        with pytest.raises(Broken):
            provider._address(wrong)
