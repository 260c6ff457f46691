"""A city whose people sign in at a provider on this machine, and a browser that goes there and back."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from adapters.schema import agent, audit_event, session
from console.pages import blueprint
from console.signing_in.openid import OpenId
from console.signing_in.openid_http import Http
from console.signing_in.passwords import Argon2Passwords
from tests.support.openid_provider import CLIENT, SECRET, Provider, running
from tests.web.console_rig import CHEAP, Browser, City, make_city

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
