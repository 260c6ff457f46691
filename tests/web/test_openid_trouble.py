"""The city's own sign-in when it is slow, broken or away; the way out; and the settings that are refused."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from flask import Response, jsonify, redirect

from adapters.schema import session
from adapters.settings import SettingsInvalid, load_settings, serve_problems
from console.signing_in import sign_in
from console.signing_in.openid import IN_LINE, TURN_SECONDS, NotAdmitted, OpenId
from console.signing_in.openid_http import Broken, Http
from tests.support.openid_provider import CLIENT, SECRET, Provider
from tests.web.console_rig import ENVIRONMENT, PASSWORD, City, make_city
from tests.web.openid_rig import (
    LINK,
    city,
    comes_back,
    impatient,
    nobody_is_in,
    one_provider,
    provider,
    signs_in,
)

__all__ = ["city", "one_provider", "provider"]


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
