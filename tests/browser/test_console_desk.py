"""The agent's page at work: hints, keys, the telephone's buttons, what is typed, what is said aloud."""

from datetime import timedelta

import pytest
from playwright.sync_api import Route, expect

from adapters.schema import agent, callback_request, offer, presence, session, waiting_caller
from tests.browser.conftest import Desk
from tests.browser.console_server import Running
from tests.web.console_rig import City

pytestmark = pytest.mark.browser


@pytest.fixture
def city(console: Running) -> City:
    console.city.agent("aino")
    return console.city


@pytest.fixture
def aino(desk: Desk, city: City) -> Desk:
    city.present("a_aino")
    desk.signs_in("aino")
    expect(desk.page.locator('.telephone[data-state="registered"]')).to_be_visible()
    return desk


def rings(aino: Desk, city: City) -> None:
    """A caller is offered, the page gets its hint, the telephone rings."""
    city.caller(state="offered", offer_token="tok1", number_id=city.number())
    city.offer("a_aino", caller_id="c1", agent_call_sid="CAleg")
    aino.running.hub.tell("a_aino")
    expect(aino.page.locator(".card-offered")).to_be_visible()
    aino.page.evaluate("ring()")
    expect(aino.page.locator("[data-answer]")).to_be_enabled()


def state_of(city: City, token: str = "tok1") -> str:
    return str(city.one(offer.c.state, where=offer.c.token == token)[0])


def test_she_starts_and_the_next_matter_comes_by_itself(desk: Desk, city: City) -> None:
    desk.signs_in("aino")
    expect(desk.page.locator('.telephone[data-state="registered"]')).to_be_visible()
    desk.page.get_by_role("button", name="Aloita, olen vapaana").click()
    expect(desk.page.get_by_role("heading", name="Olet vapaana")).to_be_visible()
    assert city.one(presence.c.state, where=presence.c.agent_id == "a_aino")[0] == "available"
    rings(desk, city)
    expect(desk.page.locator("#urgent")).to_have_text(
        "Uusi asia: Soittaja linjalla. Asuminen, rakentaminen ja vesi, Vuokra-asuminen. Asukas puhuu suomea."
    )
    assert desk.page.title().startswith("●")


def test_the_answer_button_waits_for_the_ring(aino: Desk, city: City) -> None:
    city.caller(state="offered")
    city.offer("a_aino", caller_id="c1")
    aino.running.hub.tell("all")
    expect(aino.page.locator("[data-answer]")).to_be_disabled()
    expect(aino.page.locator("#answer-waiting")).to_be_visible()
    aino.page.evaluate("ring()")
    expect(aino.page.locator("[data-answer]")).to_be_enabled()


def test_by_keys_alone_she_answers_and_hangs_up(aino: Desk, city: City) -> None:
    rings(aino, city)
    aino.page.keyboard.press("v")
    assert aino.page.evaluate("rung.done") == ["accept"]
    city.change(offer, offer.c.token == "tok1", state="connected", connected_at=city.clock.now())
    aino.running.hub.tell("a_aino")
    expect(aino.page.locator(".card-connected")).to_be_visible()
    aino.page.get_by_role("button", name="Mykistä").click()
    expect(aino.page.get_by_role("button", name="Poista mykistys")).to_be_visible()
    with aino.page.expect_response("**/hang-up") as answer:
        aino.page.keyboard.press("l")
    assert answer.value.status == 200
    assert aino.page.evaluate("rung.done") == ["accept", "mute", "disconnect"]


def test_she_declines_with_a_reason_by_keys(aino: Desk, city: City) -> None:
    rings(aino, city)
    aino.page.keyboard.press("e")
    expect(aino.page.locator('[data-panel="decline"] button').first).to_be_focused()
    aino.page.keyboard.press("Escape")
    expect(aino.page.locator('[data-panel="decline"]')).to_be_hidden()
    expect(aino.page.locator('[data-open="decline"]')).to_be_focused()
    aino.page.keyboard.press("e")
    aino.page.keyboard.press("3")
    expect(aino.page.locator(".empty")).to_be_visible()
    assert city.one(offer.c.reason, where=offer.c.token == "tok1")[0] == "conflict"
    assert city.one(waiting_caller.c.state, where=waiting_caller.c.id == "c1")[0] == "waiting"
    assert aino.page.evaluate("rung.done") == ["reject"]


def noting(aino: Desk, city: City) -> None:
    city.request(number_id=city.number(), state="connected", offer_token="tok1")
    now = city.clock.now()
    city.offer("a_aino", "connected", request_id="r1", accepted_at=now, connected_at=now)
    aino.running.hub.tell("a_aino")
    expect(aino.page.locator(".card-connected")).to_be_visible()
    until = now + timedelta(minutes=3)
    city.change(offer, offer.c.token == "tok1", state="wrapup", talk_ended_at=now, wrap_until_at=until)
    aino.running.hub.tell("a_aino")
    expect(aino.page.locator(".card-wrapup")).to_be_visible()


def test_she_notes_the_outcome_and_is_free(aino: Desk, city: City) -> None:
    noting(aino, city)
    expect(aino.page.locator("#polite")).to_have_text("Puhelu päättyi. Valitse lopputulos.")
    aino.page.fill("#note", "Sovittu käynti, numero 1234.")
    aino.page.locator("h2").first.click()
    aino.page.keyboard.press("1")
    expect(aino.page.locator(".empty-available")).to_be_visible()
    row = city.one(offer.c.outcome, offer.c.note, where=offer.c.token == "tok1")
    assert tuple(row) == ("done", "Sovittu käynti, numero 1234.")


def test_digits_typed_into_the_note_choose_nothing(aino: Desk, city: City) -> None:
    noting(aino, city)
    aino.page.locator("#note").press_sequentially("1234 lv")
    assert state_of(city) == "wrapup"
    assert aino.page.input_value("#note") == "1234 lv"


def test_a_hint_in_the_middle_of_a_note_loses_no_letter(aino: Desk, city: City) -> None:
    noting(aino, city)
    aino.page.fill("#note", "Puolikas lau")
    city.change(offer, offer.c.token == "tok1", wrap_until_at=city.clock.now() + timedelta(minutes=5))
    with aino.page.expect_response("**/part"):
        aino.running.hub.tell("a_aino")
    expect(aino.page.locator(".ticker")).to_contain_text("4:5")
    assert aino.page.input_value("#note") == "Puolikas lau"
    assert aino.page.evaluate("document.activeElement.id") == "note"


def test_a_bad_moment_asks_when(aino: Desk, city: City) -> None:
    noting(aino, city)
    aino.page.get_by_role("button", name="Huono hetki").click()
    aino.page.get_by_role("button", name="kahden tunnin päästä").click()
    expect(aino.page.locator(".empty")).to_be_visible()
    due = city.one(callback_request.c.due_at, where=callback_request.c.id == "r1")[0]
    assert due == city.clock.now() + timedelta(minutes=120)


def test_shortcut_keys_can_be_switched_off(aino: Desk, city: City) -> None:
    aino.page.get_by_label("Pikanäppäimet käytössä").uncheck()
    rings(aino, city)
    aino.page.keyboard.press("v")
    assert aino.page.evaluate("rung.done") == []
    aino.page.reload()
    expect(aino.page.get_by_label("Pikanäppäimet käytössä")).not_to_be_checked()


def test_her_shortcuts_follow_the_language_of_the_page(aino: Desk, city: City) -> None:
    aino.page.get_by_role("button", name="Svenska").click()
    expect(aino.page.locator("html")).to_have_attribute("lang", "sv")
    expect(aino.page.locator('.telephone[data-state="registered"]')).to_be_visible()
    rings(aino, city)
    aino.page.keyboard.press("s")
    assert aino.page.evaluate("rung.done") == ["accept"]


def test_a_press_that_comes_too_late_is_told(aino: Desk, city: City) -> None:
    rings(aino, city)
    aino.page.route("**/console/part", lambda route: route.abort())  # the news has not reached her page
    city.change(offer, offer.c.token == "tok1", state="ended", outcome="caller_gone", ended_at=city.clock.now())
    aino.page.keyboard.press("e")
    aino.page.keyboard.press("1")
    expect(aino.page.locator("#trouble")).to_contain_text("Tilanne ehti muuttua")
    aino.page.unroute("**/console/part")
    aino.running.hub.tell("a_aino")
    expect(aino.page.locator(".empty")).to_contain_text("Soittaja lopetti puhelun")


def test_without_the_stream_the_page_asks_by_itself(desk: Desk, city: City) -> None:
    city.present("a_aino")
    desk.page.route("**/stream?*", lambda route: route.abort())
    desk.signs_in("aino")
    city.caller()
    expect(desk.page.locator(".counts .figure").first).to_have_text("1")


def test_her_page_beats_and_says_when_the_server_is_gone(aino: Desk, city: City) -> None:
    def refuse(route: Route) -> None:
        route.abort()

    before = city.one(presence.c.heartbeat_machine, where=presence.c.agent_id == "a_aino")[0]
    city.clock.seconds += 1
    expect(aino.page.locator("#trouble")).to_be_hidden()
    aino.page.context.route("**/heartbeat", refuse)
    expect(aino.page.locator("#trouble")).to_contain_text("Yhteys palvelimeen on poikki", timeout=15_000)
    aino.page.context.unroute("**/heartbeat", refuse)
    expect(aino.page.locator("#trouble")).to_be_hidden(timeout=15_000)
    assert city.one(presence.c.heartbeat_machine, where=presence.c.agent_id == "a_aino")[0] > before


def test_a_lost_session_leads_to_the_door(aino: Desk, city: City) -> None:
    city.change(agent, agent.c.id == "a_aino", active=False)
    aino.running.hub.tell("a_aino")
    expect(aino.page).to_have_url(f"{aino.running.web}/console/sign-in")
    assert city.one(session.c.agent_id, where=session.c.agent_id == "a_aino") is not None


def test_a_telephone_that_does_not_start_is_said_and_tried_again(desk: Desk, city: City) -> None:
    desk.page.route("**/voice-sdk.js", lambda route: route.abort())
    desk.signs_in("aino")
    expect(desk.page.locator("#telephone-help")).to_be_visible()
    desk.page.unroute("**/voice-sdk.js")
    desk.page.get_by_role("button", name="Yritä uudelleen").click()
    expect(desk.page.locator('.telephone[data-state="registered"]')).to_be_visible()
    expect(desk.page.locator("#telephone-help")).to_be_hidden()


def test_an_agent_with_a_telephone_of_her_own_is_told_to_use_it(desk: Desk, city: City) -> None:
    city.agent("bertil", telephone="+358501112233")
    city.caller(state="offered")
    city.offer("a_bertil", caller_id="c1", own_telephone=True)
    desk.signs_in("bertil")
    expect(desk.page.locator(".card")).to_contain_text("Vastaa omassa puhelimessasi ja paina siinä 1")
    expect(desk.page.locator("[data-answer]")).to_have_count(0)
    expect(desk.page.locator('.telephone[data-state="own"]')).to_be_visible()


def test_the_page_can_be_walked_with_the_tab_key(aino: Desk, city: City) -> None:
    rings(aino, city)
    aino.page.locator(".skip").focus()
    seen = set()
    for _ in range(25):
        aino.page.keyboard.press("Tab")
        words, outline = aino.page.evaluate(
            "(() => { const e = document.activeElement;"
            " return e === document.body ? ['', ''] : [e.textContent.trim(), getComputedStyle(e).outlineStyle]; })()"
        )
        assert outline != "none", words
        seen.add(words)
    assert {"Vastaa V", "En voi ottaa tätä E", "Kirjaudu ulos"} <= seen
