"""A new SECRET_KEY without anybody noticing: what was made under the former one goes on while it is named."""

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from adapters.settings import load_settings
from console.events import create_app as events_app
from console.hub import Hub
from console.pages import blueprint
from console.signing_in.known_browser import BROWSER_COOKIE, known_as
from console.signing_in.openid import OpenId
from console.signing_in.passwords import Argon2Passwords
from console.tickets import read_ticket
from tests.web.console_rig import CHEAP, ENVIRONMENT, Browser, City

OLD = ENVIRONMENT["SECRET_KEY"]
NEW = "the-new-key-0123456789-abcdefghijklm"


@pytest.fixture
def city(empty: City) -> City:
    empty.agent("aino")
    return empty


def restarted(city: City, **secrets: str) -> Flask:
    """The web process begun anew over the same record, with other secrets."""
    known = city.services.settings
    settings = load_settings(
        ENVIRONMENT | {"DATABASE_URL": known.database_url, "DATA_DIR": str(known.data_dir)} | secrets
    )
    app = Flask("restarted", static_folder=None)
    app.register_blueprint(blueprint(replace(city.services, settings=settings), Argon2Passwords(CHEAP)))
    return app


def moved(browser: Browser, app: Flask) -> Browser:
    """The same browser, cookies and open page, before another web process."""
    other = Browser(app.test_client())
    for name in ("console", "console_form", BROWSER_COOKIE):
        cookie = browser.client.get_cookie(name, path="/") or browser.client.get_cookie(name, path="/console")
        if cookie is not None:
            other.client.set_cookie(name, cookie.value, path=cookie.path)
    other.word = browser.word
    return other


def ticket_of(browser: Browser) -> str:
    return str(browser.get("/events-ticket").get_json()["url"].partition("ticket=")[2])


def test_her_session_her_open_form_and_her_stream_go_on_under_the_former_key(city: City) -> None:
    before = city.signed_in("aino")
    ticket = ticket_of(before)
    app = restarted(city, SECRET_KEY=NEW, SECRET_KEY_PREVIOUS=OLD)
    after = moved(before, app)
    assert after.get("/desk.json").status_code == 200
    assert after.post("/presence", state="break").status_code == 200, "the page she had open still works"
    assert read_ticket((NEW, OLD), ticket) == "a_aino"
    mark = before.client.get_cookie(BROWSER_COOKIE, path="/")
    assert mark is not None
    found = known_as((NEW, OLD), mark.value)
    assert found is not None
    assert found[0] == "a_aino"


def test_whatever_is_made_now_is_made_under_the_new_key_alone(city: City) -> None:
    app = restarted(city, SECRET_KEY=NEW, SECRET_KEY_PREVIOUS=OLD)
    browser = Browser(app.test_client())
    assert browser.signs_in("aino").status_code == 303
    assert read_ticket((NEW,), ticket_of(browser)) == "a_aino"
    assert read_ticket((OLD,), ticket_of(browser)) is None
    last = moved(browser, restarted(city, SECRET_KEY=NEW))
    assert last.post("/presence", state="break").status_code == 200, "the former key can go"


def test_once_the_former_key_is_gone_its_forms_and_tickets_are_refused_and_the_session_stands(city: City) -> None:
    before = city.signed_in("aino")
    ticket = ticket_of(before)
    after = moved(before, restarted(city, SECRET_KEY=NEW))
    assert after.get("/desk.json").status_code == 200, "sessions rest in the record, not in the key"
    assert after.post("/presence", state="break").status_code == 403
    assert read_ticket((NEW,), ticket) is None
    after.page("/account")
    assert after.post("/presence", state="break").status_code == 200, "a page that is loaded anew works"


def test_the_stream_is_opened_with_a_ticket_of_either_key(city: City) -> None:
    ticket = ticket_of(city.signed_in("aino"))
    for secrets, status in (
        ({"SECRET_KEY": NEW, "SECRET_KEY_PREVIOUS": OLD}, 200),
        ({"SECRET_KEY": OLD, "SECRET_KEY_PREVIOUS": NEW}, 200),  # a host that has not changed over yet
        ({"SECRET_KEY": NEW}, 403),
    ):
        app = events_app(load_settings(ENVIRONMENT | secrets), Hub(lambda _: iter(())))
        answer = app.test_client().get("/stream", query_string={"ticket": ticket}, buffered=False)
        assert answer.status_code == status, secrets
        answer.close()


def test_a_host_that_still_signs_with_the_former_key_understands_one_that_does_not(city: City) -> None:
    """Several web hosts change over one by one: a page may come from one and its form go to another."""
    new_host = restarted(city, SECRET_KEY=NEW, SECRET_KEY_PREVIOUS=OLD)
    old_host = restarted(city, SECRET_KEY=OLD, SECRET_KEY_PREVIOUS=NEW)
    browser = Browser(new_host.test_client())
    assert browser.signs_in("aino").status_code == 303
    assert moved(browser, old_host).post("/presence", state="break").status_code == 200


def test_a_sign_in_at_the_citys_provider_that_began_before_ends_after(tmp_path: Path) -> None:
    openid = {
        "OPENID_ISSUER": "http://127.0.0.1:9", "OPENID_CLIENT_ID": "desk", "OPENID_CLIENT_SECRET": "s" * 20,
        "DATA_DIR": str(tmp_path),
    }  # fmt: skip
    began = OpenId(load_settings(ENVIRONMENT | openid))
    ended = OpenId(load_settings(ENVIRONMENT | openid | {"SECRET_KEY": NEW, "SECRET_KEY_PREVIOUS": OLD}))
    assert ended._signer().loads(began._signer().dumps({"state": "x"})) == {"state": "x"}
    only_new = OpenId(load_settings(ENVIRONMENT | openid | {"SECRET_KEY": NEW}))
    assert only_new._signer().loads(ended._signer().dumps({"state": "y"})) == {"state": "y"}
