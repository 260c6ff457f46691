"""Accounts: made, changed, closed and reset by administrators; passwords and sessions in everybody's own hands."""

import json
from typing import Any

import pytest

from adapters.schema import agent, audit_event, callback_request, waiting_caller
from console.accounts import deeds as accounts
from console.accounts.account_model import Forbidden, Wanted
from console.signing_in.passwords import Argon2Passwords, NoTurn
from tests.web.account_rig import GOOD, SANNA, deeds, form, here, once, row_of
from tests.web.console_rig import CHEAP, Browser, City


@pytest.fixture
def city(empty: City) -> City:
    empty.agent("aino")
    empty.agent("sirpa", role="supervisor")
    empty.agent("olli", departments=(), role="administrator")
    return empty


@pytest.fixture
def olli(city: City) -> Browser:
    return here(city, "olli")


# --- making ---------------------------------------------------------------------------------------------------------


def test_an_administrator_makes_an_account_and_its_password_is_shown_once(city: City, olli: Browser) -> None:
    answer = form(olli, "/accounts", **SANNA)
    assert answer.status_code == 200
    password = once(answer)
    made = city.one(agent, where=agent.c.sign_in == "sanna")
    assert (made.name, made.role, made.telephone) == ("Sanna Savolainen", "agent", None)
    assert json.loads(made.departments) == ["housing", "streets"]
    assert made.reserve_telephone == "+358407654321"
    assert (made.must_change_password, made.demo, made.active) == (True, False, True)
    assert password not in made.password_hash
    assert password not in olli.get(f"/accounts/{made.id}").text
    assert deeds(city) == [("a_olli", "account_made")]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"sign_in": ""}, "Kirjoita käyttäjätunnus"),
        ({"sign_in": "name with spaces"}, "Käytä pieniä kirjaimia"),
        ({"sign_in": "AINO"}, "on jo toisella"),
        ({"sign_in": "ai\u200bno"}, "on jo toisella"),
        ({"sign_in": "\u0430ino"}, "Käytä pieniä kirjaimia"),  # the first letter is Cyrillic
        ({"sign_in": "a\u0131no"}, "Käytä pieniä kirjaimia"),  # an i without its dot
        ({"sign_in": "\uff41ino"}, "Käytä pieniä kirjaimia"),  # a wide letter
        ({"sign_in": "aino\u3164"}, "Käytä pieniä kirjaimia"),  # a letter that is never drawn
        ({"sign_in": "a\u0438\u0306no"}, "Käytä pieniä kirjaimia"),
        ({"name": "  "}, "Kirjoita nimi"),
        ({"role": "king"}, "Valitse rooli"),
        ({"departments": []}, "Valitse vähintään yksi palvelu"),
        ({"departments": ["housing", "moon"]}, "Palvelua ei enää ole"),
        ({"languages": []}, "Valitse vähintään yksi kieli"),
        ({"languages": ["xx"]}, "Kieltä ei palvella"),
        ({"telephone": "112"}, "Anna suomalainen"),
        ({"reserve_telephone": "+44 20 7946 0000"}, "Anna suomalainen"),
        ({"telephone": "+358 17 555 0100"}, "Anna suomalainen"),  # the one number itself: a loop
    ],
)
def test_what_cannot_be_is_told_and_makes_nothing(
    city: City, olli: Browser, changes: dict[str, Any], fault: str
) -> None:
    answer = form(olli, "/accounts", **(SANNA | changes))
    assert answer.status_code == 422
    assert fault in answer.text
    assert "Sanna Savolainen" in answer.text or "name" in changes
    assert city.one(agent, where=agent.c.name == "Sanna Savolainen") is None
    assert deeds(city) == []


# --- the first sign-in ------------------------------------------------------------------------------------------------


def test_a_one_time_password_opens_nothing_but_the_choice_of_ones_own(city: City, olli: Browser) -> None:
    password = once(form(olli, "/accounts", **SANNA))
    sanna = city.browser()
    assert sanna.signs_in("sanna", password).status_code == 303
    for path in ("/", "/messages", "/account", "/queue"):
        assert sanna.get(path).location == "/console/new-password", path
    assert sanna.get("/desk.json").get_json() == {"error": "password"}
    sanna.page("/new-password")
    assert sanna.post("/presence", state="available").get_json() == {"error": "password"}
    assert form(sanna, "/new-password", new=GOOD, again=GOOD).location == "/console/"
    assert sanna.get("/").status_code == 200
    assert city.browser().signs_in("sanna", password).status_code == 401
    assert city.browser().signs_in("sanna", GOOD).status_code == 303


def test_the_one_time_password_is_no_choice(city: City, olli: Browser) -> None:
    password = once(form(olli, "/accounts", **SANNA))
    sanna = city.browser()
    sanna.signs_in("sanna", password)
    sanna.page("/new-password")
    answer = form(sanna, "/new-password", new=password, again=password)
    assert answer.status_code == 422
    assert "sama kuin vanha" in answer.text
    assert city.one(agent.c.must_change_password, where=agent.c.sign_in == "sanna")[0]


def test_who_must_not_choose_is_led_away_from_that_page(city: City) -> None:
    aino = here(city, "aino")
    assert aino.get("/new-password").location == "/console/account"
    assert form(aino, "/new-password", new=GOOD, again=GOOD).location == "/console/account"
    assert city.browser().signs_in("aino").status_code == 303, "her password is what it was"


# --- changing, closing, resetting -------------------------------------------------------------------------------------

AINO = {
    "sign_in": "aino",
    "name": "Aino Virtanen",
    "role": "agent",
    "departments": ["housing"],
    "languages": ["fi", "sv"],
    "telephone": "",
    "reserve_telephone": "",
}


@pytest.mark.parametrize(
    ("changes", "ends"),
    [
        ({}, False),
        ({"name": "Aino Virtanen-Korhonen"}, False),
        ({"languages": ["fi"]}, False),
        ({"telephone": "0401112222"}, False),
        ({"departments": ["housing", "streets"]}, True),
        ({"role": "supervisor"}, True),
        ({"sign_in": "aino.v"}, True),
    ],
)
def test_what_changes_her_rights_ends_her_sessions(
    city: City, olli: Browser, changes: dict[str, Any], ends: bool
) -> None:
    aino = here(city, "aino")
    answer = form(olli, "/accounts/a_aino", **(AINO | changes))
    assert answer.location == "/console/accounts"
    assert (aino.get("/account").status_code == 302) == ends
    assert deeds(city) == ([("a_olli", "account_changed")] if changes else [])


def test_a_role_as_it_was_raised_stands_in_the_log(city: City, olli: Browser) -> None:
    form(olli, "/accounts/a_aino", **(AINO | {"role": "supervisor"}))
    row = city.one(audit_event, where=audit_event.c.deed == "account_changed")
    assert (row.who, row.subject_id, row.detail) == ("a_olli", "a_aino", "role, agent to supervisor")


def test_nobody_changes_her_own_role_nor_closes_herself(city: City, olli: Browser) -> None:
    city.agent("oona", departments=(), role="administrator")
    own = AINO | {"sign_in": "olli", "name": "Olli Virtanen", "role": "supervisor", "departments": ["housing"]}
    answer = form(olli, "/accounts/a_olli", **own)
    assert answer.status_code == 422
    assert "Omaa rooliaan" in answer.text
    assert form(olli, "/accounts/a_olli/close").status_code == 409
    assert form(olli, "/accounts/a_olli/reset").status_code == 409
    assert row_of(city, "a_olli").role == "administrator"
    assert row_of(city, "a_olli").active


def test_the_last_administrator_stays_one(city: City) -> None:
    """By another's hand too: whoever was an administrator a moment ago has an open form yet."""
    services = city.services
    wanted = Wanted("olli", "Olli Virtanen", "agent", ("housing",), ("fi",), "", "")
    assert accounts.change(services, "a_sirpa", "a_olli", wanted) == {"role": "last"}
    assert accounts.close(services, "a_sirpa", "a_olli") == Forbidden("last")
    city.agent("oona", departments=(), role="administrator")
    assert accounts.change(services, "a_oona", "a_olli", wanted) is None
    assert accounts.close(services, "a_olli", "a_oona") == Forbidden("last")
    assert row_of(city, "a_oona").active


def test_a_closed_account_lets_go_of_everything(city: City, olli: Browser) -> None:
    aino = here(city, "aino")
    city.present("a_aino")
    city.caller(state="offered", offer_token="tok1")
    city.offer("a_aino", caller_id="c1")
    city.request("r2", number_id=city.number(), owner_id="a_aino")
    city.request("r3", number_id=city.number("+358401234569"), owner_id="a_aino", state="done")
    answer = form(olli, "/accounts/a_aino/close")
    assert answer.location == "/console/accounts/a_aino"
    assert aino.get("/desk.json").status_code == 401
    assert city.browser().signs_in("aino").status_code == 401
    assert city.one(waiting_caller.c.state, where=waiting_caller.c.id == "c1")[0] == "waiting", "it rings elsewhere"
    assert city.one(callback_request.c.owner_id, where=callback_request.c.id == "r2")[0] is None
    assert city.one(callback_request.c.owner_id, where=callback_request.c.id == "r3")[0] == "a_aino", "history stays"
    assert ("a_olli", "account_closed") in deeds(city)


def test_an_account_opened_again_has_a_new_password(city: City, olli: Browser) -> None:
    form(olli, "/accounts/a_aino/close")
    password = once(form(olli, "/accounts/a_aino/open"))
    assert city.browser().signs_in("aino").status_code == 401
    assert city.browser().signs_in("aino", password).location == "/console/"
    assert form(olli, "/accounts/a_aino/open").status_code == 409


def test_a_reset_password_ends_her_sessions_and_the_old_password(city: City, olli: Browser) -> None:
    aino = here(city, "aino")
    password = once(form(olli, "/accounts/a_aino/reset"))
    assert aino.get("/").location == "/console/sign-in"
    assert city.browser().signs_in("aino").status_code == 401
    again = city.browser()
    assert again.signs_in("aino", password).status_code == 303
    assert again.get("/").location == "/console/new-password"
    assert ("a_olli", "password_reset") in deeds(city)


def test_an_administrator_ends_anothers_sessions(city: City, olli: Browser) -> None:
    aino = here(city, "aino")
    assert form(olli, "/accounts/a_aino/sign-out").status_code == 303
    assert aino.get("/").location == "/console/sign-in"
    assert ("a_olli", "signed_out_everywhere") in deeds(city)


def test_an_unknown_account_is_not_found(city: City, olli: Browser) -> None:
    for path in ("", "/close", "/open", "/reset", "/unbind", "/sign-out"):
        assert form(olli, f"/accounts/a_nobody{path}", **AINO).status_code == 404
    assert deeds(city) == []


def test_a_flood_of_resets_waits_instead_of_the_callers(city: City) -> None:
    """Only a few passwords are hashed at once; who finds no turn is told so, and nothing has changed."""
    passwords = Argon2Passwords(CHEAP)
    with passwords._turn(), passwords._turn(), pytest.raises(NoTurn):
        accounts.reset_password(city.services, passwords, "a_olli", "a_aino")
    assert not row_of(city, "a_aino").must_change_password
