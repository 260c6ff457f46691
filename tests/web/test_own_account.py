"""One's own password and sessions: what will do, what ends, and that an open page is no place to guess."""

import pytest

from adapters.schema import presence, session
from tests.web.account_rig import GOOD, deeds, form, here
from tests.web.console_rig import PASSWORD, City


@pytest.fixture
def city(empty: City) -> City:
    empty.agent("aino")
    empty.agent("sirpa", role="supervisor")
    empty.agent("olli", departments=(), role="administrator")
    return empty


@pytest.mark.parametrize(
    ("old", "new", "again", "words"),
    [
        ("wrong", GOOD, GOOD, "Nykyinen salasana ei ole oikein"),
        (PASSWORD, GOOD, GOOD + "!", "eivät ole samat"),
        (PASSWORD, "lyhyt", "lyhyt", "vähintään 12"),
        (PASSWORD, PASSWORD, PASSWORD, "sama kuin vanha"),
        (PASSWORD, "aino-virtanen-1", "aino-virtanen-1", "moni arvaa"),
        (PASSWORD, "Kuopionkaupunki2026", "Kuopionkaupunki2026", "moni arvaa"),
        (PASSWORD, "abcabcabcabcabc", "abcabcabcabcabc", "rivi näppäimiä"),
    ],
)
def test_a_password_that_will_not_do_changes_nothing(city: City, old: str, new: str, again: str, words: str) -> None:
    aino = here(city, "aino")
    answer = form(aino, "/account/password", old=old, new=new, again=again)
    assert answer.status_code == 422
    assert words in answer.text
    assert aino.get("/account").status_code == 200
    assert city.browser().signs_in("aino").status_code == 303


def test_a_new_password_ends_every_other_session_and_gives_this_one_a_new_id(city: City) -> None:
    other, aino = here(city, "aino"), here(city, "aino")
    before = aino.client.get_cookie("console").value  # type: ignore[union-attr]
    answer = form(aino, "/account/password", old=PASSWORD, new=GOOD, again=GOOD)
    assert answer.location == "/console/account?changed=1"
    assert "vaihdettu" in aino.get("/account?changed=1").text
    assert aino.client.get_cookie("console").value != before  # type: ignore[union-attr]
    assert other.get("/").location == "/console/sign-in"
    assert city.browser().signs_in("aino", PASSWORD).status_code == 401
    assert deeds(city) == [("a_aino", "password_changed")]


def test_an_open_page_is_no_place_to_guess_the_old_password(city: City) -> None:
    aino = here(city, "aino")
    wrong = [form(aino, "/account/password", old="wrong", new=GOOD, again=GOOD).status_code for _ in range(6)]
    assert wrong == [422] * 5 + [429]
    assert form(aino, "/account/password", old=PASSWORD, new=GOOD, again=GOOD).status_code == 429
    city.clock.passes(3)
    assert form(aino, "/account/password", old=PASSWORD, new=GOOD, again=GOOD).status_code == 303


def test_she_sees_her_sessions_and_ends_them_all(city: City) -> None:
    here(city, "aino")
    city.clock.passes(600)
    other, aino = here(city, "aino"), here(city, "aino")
    page = aino.page("/account")
    assert page.count("Kirjautunut klo") + page.count("Kirjautunut ") >= 3
    assert page.count("Tämä selain") == 1
    city.present("a_aino")
    answer = form(aino, "/account/sign-out-everywhere")
    assert answer.location == "/console/sign-in"
    assert [one.get("/").status_code for one in (aino, other)] == [302, 302]
    assert city.one(session, where=session.c.agent_id == "a_aino") is None
    assert city.one(presence.c.state, where=presence.c.agent_id == "a_aino")[0] == "offline"
    assert ("a_aino", "signed_out_everywhere") in deeds(city)
