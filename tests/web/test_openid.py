"""The city's own sign-in against a real provider on this machine: the way there and back, and every bad answer."""

import time
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from adapters.schema import agent, audit_event
from console.pages import blueprint
from console.signing_in.openid import KEYS_AGAIN_SECONDS, OpenId
from console.signing_in.passwords import Argon2Passwords
from tests.support.openid_provider import CLIENT, Claims, Person, Provider, new_key
from tests.web.console_rig import CHEAP, Browser, City
from tests.web.openid_rig import city, comes_back, goes, nobody_is_in, one_provider, provider, signs_in

__all__ = ["city", "one_provider", "provider"]

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


def test_who_comes_by_the_citys_own_sign_in_needs_no_new_password(city: City) -> None:
    """She does not use the one that an administrator knows; who uses it must still change it."""
    city.change(agent, agent.c.sign_in == "aino@city.example", must_change_password=True)
    by_provider, by_password = city.browser(), city.browser()
    signs_in(by_provider)
    by_password.signs_in("aino@city.example")
    assert by_provider.get("/").status_code == 200
    assert 'href="/console/queue"' in by_provider.get("/").text, "her way to every page is there"
    assert by_provider.get("/new-password").location == "/console/account"
    assert by_password.get("/").location == "/console/new-password"


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
