"""Signing in: who gets a session, who has to wait, and when a session ends."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from adapters.schema import agent, session, sign_in_failure
from console.model import Busy, Opened, Wait, WrongPassword
from console.signing_in import sign_in
from console.signing_in.back_off import FREE_TRIES, Visitor, wait_after
from console.signing_in.password_rules import LONGEST
from console.signing_in.passwords import Argon2Passwords
from tests.web.console_rig import CHEAP, PASSWORD, WORD, City, make_city


@pytest.fixture
def city(empty: City) -> City:
    empty.agent("aino")
    empty.agent("sirpa", role="supervisor")
    return empty


def test_an_agent_comes_to_the_desk_and_a_supervisor_to_the_line(city: City) -> None:
    assert city.browser().signs_in("aino").location == "/console/"
    assert city.browser().signs_in("sirpa").location == "/console/line"


def test_the_sign_in_name_is_not_case_sensitive(city: City) -> None:
    assert city.browser().signs_in(" Aino ").status_code == 303


def test_wrong_password_and_unknown_name_get_the_same_page(city: City) -> None:
    wrong, unknown = city.browser().signs_in("aino", "wrong"), city.browser().signs_in("nobody", "wrong")
    assert wrong.status_code == unknown.status_code == 401
    texts = [answer.text.replace("aino", "").replace("nobody", "") for answer in (wrong, unknown)]
    assert WORD.sub("", texts[0]) == WORD.sub("", texts[1])
    assert 'role="alert"' in wrong.text


def session_cookie(answer: TestResponse) -> str:
    (found,) = [each for each in answer.headers.getlist("Set-Cookie") if "console=" in each.partition(";")[0]]
    return found


class CountedPasswords(Argon2Passwords):
    """``looked_at`` holds whether each check had a real hash to look at."""

    def __init__(self) -> None:
        super().__init__(CHEAP)
        self.looked_at: list[bool] = []

    def fits(self, password_hash: str | None, password: str) -> bool:
        self.looked_at.append(password_hash is not None)
        return super().fits(password_hash, password)


def test_an_unknown_name_costs_the_same_work(city: City) -> None:
    passwords = CountedPasswords()
    assert isinstance(sign_in.sign_in(city.services, passwords, "nobody", PASSWORD), WrongPassword)
    assert passwords.looked_at == [False]


@pytest.mark.parametrize("name", ["aino", "nobody"])
def test_after_five_wrong_passwords_the_wait_doubles(city: City, name: str) -> None:
    passwords = CountedPasswords()
    tries = [sign_in.sign_in(city.services, passwords, name, "wrong") for _ in range(7)]
    assert [type(each) for each in tries] == [WrongPassword] * 5 + [Wait] * 2
    assert tries[5] == Wait(2)
    city.clock.passes(2)
    assert isinstance(sign_in.sign_in(city.services, passwords, name, "wrong"), WrongPassword)
    assert sign_in.sign_in(city.services, passwords, name, "wrong") == Wait(4)


def test_while_waiting_even_the_right_password_is_not_looked_at(city: City) -> None:
    passwords = CountedPasswords()
    for _ in range(5):
        sign_in.sign_in(city.services, passwords, "aino", "wrong")
    passwords.looked_at.clear()
    assert isinstance(sign_in.sign_in(city.services, passwords, "aino", PASSWORD), Wait)
    assert passwords.looked_at == []
    city.clock.passes(2)
    assert isinstance(sign_in.sign_in(city.services, passwords, "aino", PASSWORD), Opened)


def test_the_wait_never_grows_beyond_five_minutes(city: City) -> None:
    assert wait_after(4) == 0
    assert [wait_after(tries) for tries in (5, 6, 11, 13, 10_000)] == [2, 4, 128, 300, 300]


def test_a_password_is_looked_at_as_it_was_typed(city: City) -> None:
    """One that is longer than any may be is no cut one."""
    longest = "kallavesi-26" * 21 + "abcd"
    city.change(agent, agent.c.id == "a_aino", password_hash=CHEAP.hash(longest))
    assert len(longest) == LONGEST
    assert city.browser().signs_in("aino", f"{longest}x").status_code == 401
    assert city.browser().signs_in("aino", longest).status_code == 303


def test_every_wrong_password_and_every_closed_door_is_a_line_in_the_log(
    city: City, caplog: pytest.LogCaptureFixture
) -> None:
    """With whose it was, and never with what was typed, which is now and then the password itself."""
    city.browser().signs_in("aino", "not-hers-at-all")
    city.browser().signs_in("nobody-here", "not-hers-at-all")
    aino = city.signed_in("aino")
    aino.get("/accounts")
    aino.word = "forged"
    aino.post("/presence", state="break")
    told = [(line.getMessage(), line.__dict__.get("agent")) for line in caplog.records if line.name == "console"]
    wrong, closed, forged = "wrong password or unknown name", "a page refused", "a form without our word"
    assert told == [(wrong, "a_aino"), (wrong, None), (closed, "a_aino"), (forged, "a_aino")]
    written = " ".join(str(line.__dict__) for line in caplog.records)
    assert "nobody-here" not in written
    assert "not-hers" not in written


def test_a_waiting_person_reads_how_long(city: City) -> None:
    browser = city.browser()
    for _ in range(5):
        browser.signs_in("aino", "wrong")
    answer = browser.signs_in("aino")
    assert answer.status_code == 429
    assert "2 sekuntia" in answer.text


def test_the_right_password_forgets_the_wrong_ones(city: City) -> None:
    passwords = CountedPasswords()
    for _ in range(3):
        sign_in.sign_in(city.services, passwords, "aino", "wrong")
    sign_in.sign_in(city.services, passwords, "aino", PASSWORD)
    assert city.one(sign_in_failure.c.id, where=sign_in_failure.c.sign_in == "name aino") is None


def test_the_record_holds_a_hash_and_the_cookie_the_token(city: City) -> None:
    browser = city.browser()
    cookie = session_cookie(browser.signs_in("aino"))
    token = cookie.split(";")[0].removeprefix("console=")
    row = city.one(session.c.token_hash, where=session.c.agent_id == "a_aino")
    assert len(token) > 40
    assert token not in row.token_hash
    assert sign_in.hashed(token) == row.token_hash
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_behind_https_the_cookie_is_bound_to_the_host(tmp_path: Path) -> None:
    city = make_city(tmp_path, PUBLIC_BASE_URL="https://localhost")
    city.agent("aino")
    client = city.app.test_client()
    form = client.get("/console/sign-in", base_url="https://localhost")
    word = form.text.split('name="csrf_token" value="')[1].split('"')[0]
    sent = {"sign_in": "aino", "password": PASSWORD, "csrf_token": word}
    answer = client.post("/console/sign-in", data=sent, base_url="https://localhost")
    cookie = session_cookie(answer)
    assert cookie.startswith("__Host-console=")
    every = [*form.headers.getlist("Set-Cookie"), *answer.headers.getlist("Set-Cookie")]
    assert {each.partition("=")[0] for each in every} == {f"__Host-console{kind}" for kind in ("", "_form", "_browser")}
    assert all("; Path=/;" in f"{each};" for each in every)
    assert all("Secure" in each and "HttpOnly" in each and "SameSite=Lax" in each for each in every)
    assert "Path=/" in cookie
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
    city.services.database.dispose()


def test_a_cookie_planted_before_the_sign_in_opens_nothing_after_it(city: City) -> None:
    browser = city.browser()
    browser.client.set_cookie("console", "planted", path="/")
    browser.signs_in("aino")
    assert browser.client.get_cookie("console").value != "planted"  # type: ignore[union-attr]
    assert sign_in.who(city.services, "planted") is None


def test_half_an_hour_without_a_sign_of_life_ends_the_session(city: City) -> None:
    browser = city.browser()
    browser.signs_in("aino")
    city.clock.passes(29 * 60)
    assert browser.get("/desk.json").status_code == 200
    city.clock.passes(31 * 60)
    assert browser.get("/desk.json").status_code == 401


def test_a_shift_of_heartbeats_is_never_signed_out_but_twelve_hours_are(city: City) -> None:
    browser = city.browser()
    browser.signs_in("aino")
    for _ in range(11 * 4):
        city.clock.passes(15 * 60)
        assert browser.post("/heartbeat").status_code == 200
    city.clock.passes(15 * 60)
    city.clock.passes(46 * 60 - 1)
    assert browser.post("/heartbeat").status_code == 401


def test_signing_out_ends_the_session_for_every_copy_of_its_cookie(city: City) -> None:
    browser = city.browser()
    browser.signs_in("aino")
    token = browser.client.get_cookie("console").value  # type: ignore[union-attr]
    assert browser.post("/sign-out").status_code == 303
    assert sign_in.who(city.services, token) is None
    assert browser.get("/").location == "/console/sign-in"


def test_a_demotion_and_a_closed_account_count_at_once(city: City) -> None:
    browser = city.browser()
    browser.signs_in("sirpa")
    assert browser.get("/line").status_code == 200
    city.change(agent, agent.c.id == "a_sirpa", role="agent")
    assert browser.get("/line").status_code == 403
    city.change(agent, agent.c.id == "a_sirpa", active=False)
    assert browser.get("/desk.json").status_code == 401


def test_an_address_counts_for_strangers_and_never_for_colleagues(city: City) -> None:
    """A hundred guesses from the town hall's own address hold strangers' browsers back there, and no colleague's."""
    passwords, inside = Argon2Passwords(CHEAP), Visitor("192.0.2.1")
    for number in range(70):
        sign_in.sign_in(city.services, passwords, f"guess{number}", "wrong", inside)
    held = sign_in.sign_in(city.services, passwords, "aino", "kallavesi-2026", inside)
    assert type(held).__name__ == "Wait"
    colleague = Visitor("192.0.2.1", ("a_aino", "b1"))
    assert type(sign_in.sign_in(city.services, passwords, "aino", "kallavesi-2026", colleague)).__name__ == "Opened"
    elsewhere = Visitor("198.51.100.9")
    assert type(sign_in.sign_in(city.services, passwords, "sirpa", "kallavesi-2026", elsewhere)).__name__ == "Opened"


def test_wrong_passwords_for_her_name_elsewhere_keep_nobody_from_her_own_workplace(city: City) -> None:
    aino = city.browser()
    aino.signs_in("aino")
    aino.post("/sign-out")
    stranger = city.browser()
    assert [stranger.signs_in("aino", "wrong").status_code for _ in range(6)] == [401] * 5 + [429]
    assert city.browser().signs_in("aino").status_code == 429, "from a browser that nobody knows she waits"
    assert aino.signs_in("aino").status_code == 303
    assert [aino.signs_in("aino", "wrong").status_code for _ in range(6)] == [401] * 5 + [429], "it is no free pass"


def test_the_mark_of_a_browser_opens_nothing_and_is_nobody_elses(city: City) -> None:
    aino = city.browser()
    mark = next(c for c in aino.signs_in("aino").headers.getlist("Set-Cookie") if c.startswith("console_browser="))
    assert "HttpOnly" in mark
    thief = city.browser()
    thief.client.set_cookie("console_browser", mark.split(";")[0].partition("=")[2], path="/")
    assert thief.get("/").location == "/console/sign-in"
    for _ in range(5):
        city.browser().signs_in("sirpa", "wrong")
    assert thief.signs_in("sirpa").status_code == 429, "aino's mark spares aino only"


def test_a_flood_of_passwords_waits_for_its_turn(city: City) -> None:
    """Two checks at once at most: the threads that answer callers are not all hashing."""
    passwords = Argon2Passwords(CHEAP)
    with passwords._turn(), passwords._turn():
        assert isinstance(sign_in.sign_in(city.services, passwords, "aino", PASSWORD), Busy)
    assert isinstance(sign_in.sign_in(city.services, passwords, "aino", PASSWORD), Opened)


def test_a_burst_at_one_instant_counts_whole(city: City) -> None:
    """Twenty at once: no more than the free five are looked at."""
    passwords = CountedPasswords()
    with ThreadPoolExecutor(20) as pool:
        tries = list(pool.map(lambda _: sign_in.sign_in(city.services, passwords, "aino", "wrong"), range(20)))
    assert len(passwords.looked_at) <= FREE_TRIES
    assert sum(isinstance(one, Wait) for one in tries) >= 20 - FREE_TRIES
