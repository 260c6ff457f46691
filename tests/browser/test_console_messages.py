"""Messages and wishes in Chromium: played, settled by keyboard, agreed on the card; no accessibility fault."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from adapters.schema import callback_request, recording, sound_access, supervisor_item
from tests.browser.conftest import Desk
from tests.browser.test_console_pages import looks_right
from tests.support.media_house import wav
from tests.web.console_rig import City
from tests.web.left_messages import leave

pytestmark = pytest.mark.browser
FIRST, SECOND, THIRD = "abcdefghijkmnpqrstu1", "abcdefghijkmnpqrstu2", "abcdefghijkmnpqrstu3"
TIME = "document.querySelector('.player audio').currentTime"


@pytest.fixture
def city(desk: Desk) -> City:
    made = desk.running.city
    made.agent("aino")
    made.agent("sirkka", role="supervisor", departments=("housing", "building", "streets"))
    return made


def nothing(city: City) -> None:
    """Nothing was left."""


def several(city: City) -> None:
    leave(city, FIRST, wav(2), urgent=1)
    leave(city, SECOND, None, language="fi")
    leave(city, THIRD, None, failed="not audio", language="en", seconds=121)
    number = city.number()
    city.request("r1", number_id=number, contact="text")
    city.request("r2", number_id=number, topic="building-permits", contact="text", state="connected")
    leave(city, "abcdefghijkmnpqrstu4", wav(1), request_id="r1")


@pytest.mark.parametrize("situation", [nothing, several])
def test_the_list_of_messages(desk: Desk, city: City, situation: Callable[[City], None], screens: Path) -> None:
    situation(city)
    desk.signs_in("aino", "/messages")
    desk.page.wait_for_selector("h1")
    looks_right(desk.page, f"messages-{situation.__name__}", screens)


def test_a_message_is_heard_and_settled_with_the_keyboard(desk: Desk, city: City) -> None:
    """Enter opens it, and that is in the log; space, arrows, plus and minus work it; then what was done is written."""
    leave(city, FIRST, wav(20))
    page = desk.signs_in("aino", "/messages").page
    page.focus("[data-open-sound] button")
    page.keyboard.press("Enter")
    expect(page.locator("[data-sound-toggle]")).to_be_focused()
    expect(page.locator("[data-sound-toggle]")).to_have_text("Tauko")
    assert city.one(sound_access.c.agent_id, sound_access.c.reason, where=sound_access.c.recording_id == FIRST) == (
        "a_aino",
        "matter",
    )
    page.keyboard.press("Space")
    expect(page.locator("[data-sound-toggle]")).to_have_text("Toista")
    at = page.evaluate(TIME)
    page.keyboard.press("ArrowRight")
    assert page.evaluate(TIME) == pytest.approx(at + 5, abs=0.1)
    page.keyboard.press("ArrowLeft")
    assert page.evaluate(TIME) == pytest.approx(at, abs=0.1)
    for _ in range(5):
        page.keyboard.press("+")
    assert page.eval_on_selector(".player audio", "sound => sound.playbackRate") == 2
    expect(page.locator("[data-sound-said]")).to_have_text("Nopeus 2")
    page.keyboard.press("-")
    assert page.eval_on_selector(".player audio", "sound => sound.playbackRate") == 1.75
    page.focus("[data-sound-place]")
    page.keyboard.press("End")
    expect(page.locator("[data-sound-place]")).to_have_attribute(
        "aria-valuetext", "20 sekuntia, koko kesto 20 sekuntia"
    )
    page.focus('input[name="note"]')
    page.keyboard.type("sent a letter")
    page.keyboard.press("Enter")
    page.wait_for_selector(".quiet-line >> nth=0")
    assert city.one(recording.c.state, recording.c.note, where=recording.c.id == FIRST) == ("heard", "sent a letter")


def test_a_supervisor_says_why_with_the_keyboard_and_what_she_hears_plays_on(desk: Desk, city: City) -> None:
    """The list renews itself under her: neither the sound nor the place of her keyboard is lost."""
    leave(city, FIRST, wav(60))
    page = desk.signs_in("sirkka", "/messages").page
    page.focus("[data-open-sound] select")
    page.keyboard.type("Muu")
    page.keyboard.press("Tab")
    page.keyboard.type("asukkaan palaute")
    page.keyboard.press("Enter")
    expect(page.locator("[data-sound-toggle]")).to_have_text("Tauko")
    page.evaluate(
        """async () => {
            const { place } = await import("/console/static/regions.js");
            const fresh = document.querySelector('[data-region="messages"]').outerHTML;
            place(fresh);
            place(fresh.replaceAll("</li>", "<p>renewed</p></li>"));
        }"""
    )
    expect(page.locator(".item-message", has_text="renewed")).to_have_count(1)
    assert page.eval_on_selector(".player audio", "sound => sound.paused") is False
    expect(page.locator("[data-sound-toggle]")).to_be_focused()
    expect(page.locator(".player")).to_have_count(1)
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    why = city.one(sound_access.c.reason, sound_access.c.why, where=sound_access.c.recording_id == FIRST)
    assert why == ("other", "asukkaan palaute")


def test_what_cannot_be_heard_is_said_beside_the_button(desk: Desk, city: City) -> None:
    leave(city, FIRST, wav(2))
    page = desk.signs_in("aino", "/messages").page
    city.services.vault.delete(FIRST)
    page.click("[data-open-sound] button")
    expect(page.locator("[data-sound-fault]")).to_contain_text("Ääni puuttuu")
    expect(page.locator(".player")).to_have_count(0)


def test_a_door_that_has_closed_meanwhile_leads_back_to_the_button(desk: Desk, city: City) -> None:
    leave(city, FIRST, wav(2), seconds=2)
    page = desk.signs_in("aino", "/messages").page
    page.route("**/listen", lambda route: route.fulfill(json={"ok": True}))
    page.focus("[data-open-sound] button")
    page.keyboard.press("Enter")
    expect(page.locator("[data-sound-fault]")).to_contain_text("Kuunteluaika on päättynyt")
    expect(page.locator("[data-open-sound] button")).to_be_focused()


def held(city: City, state: str) -> None:
    city.present("a_aino")
    stands = "connected" if state in ("connected", "wrapup") else "offered"
    city.request("r1", number_id=city.number(), state=stands, offer_token="tok1", language="sv")
    leave(city, FIRST, wav(20), request_id="r1")
    now = city.clock.now()
    known = {"connected_at": now, "accepted_at": now} if stands == "connected" else {}
    city.offer("a_aino", state=state, request_id="r1", **known)


def at_her_desk(desk: Desk) -> Page:
    page = desk.signs_in("aino").page
    page.wait_for_selector('.telephone[data-state="registered"]')
    return page


@pytest.mark.parametrize("state", ["offered", "connected"])
def test_the_card_plays_the_message_and_takes_the_wish(desk: Desk, city: City, state: str, screens: Path) -> None:
    held(city, state)
    page = at_her_desk(desk)
    page.wait_for_selector(".card [data-open-sound]")
    page.click('[data-open="interpreter"]')
    expect(page.locator("#interpreter-at")).to_be_focused()
    page.click(".coming summary")
    looks_right(page, f"wish-{state}", screens)


def test_one_key_hears_the_message_of_the_card_and_stops_it_again(desk: Desk, city: City) -> None:
    held(city, "offered")
    page = at_her_desk(desk)
    page.dispatch_event("#card-heading", "keydown", {"key": "ä"})
    expect(page.locator(".card [data-sound-toggle]")).to_have_text("Tauko")
    page.dispatch_event("#card-heading", "keydown", {"key": "ä"})
    expect(page.locator("[data-sound-toggle]")).to_have_text("Toista")
    assert city.one(sound_access.c.deed, where=sound_access.c.recording_id == FIRST)[0] == "listen"


def test_a_written_answer_is_noted_on_the_card(desk: Desk, city: City) -> None:
    held(city, "connected")
    page = at_her_desk(desk)
    page.click('[data-answer-by="text"]')
    expect(page.locator(".chip-wish")).to_have_text("Vastataan kirjallisesti")
    assert city.one(callback_request.c.contact, where=callback_request.c.id == "r1")[0] == "text"
    page.click('[data-answer-by="ring"]')
    expect(page.locator(".chip-wish")).to_have_count(0)


def test_a_wrong_time_is_said_beside_the_field_and_the_right_one_is_taken(desk: Desk, city: City) -> None:
    held(city, "connected")
    page = at_her_desk(desk)
    page.click('[data-open="interpreter"]')
    page.fill("#interpreter-at", "2026-11-25T03:00")
    page.fill("#interpreter-which", "Dari")
    page.click("[data-interpreter]")
    expect(page.locator("#interpreter-fault")).to_contain_text("suljettu")
    page.fill("#interpreter-at", "2026-11-25T10:00")
    page.click("[data-interpreter]")
    page.wait_for_selector(".empty")
    row = city.one(callback_request.c.interpreter, callback_request.c.state, where=callback_request.c.id == "r1")
    assert row == ("Dari", "requested")


def test_the_line_with_messages_wishes_and_what_the_duty_left(desk: Desk, city: City, screens: Path) -> None:
    number = city.number()
    city.request("r1", number_id=number, contact="text")
    city.request("r2", number_id=number, topic="building-permits", interpreter="Dari, Tulkkikeskus", kind="slot")
    leave(city, FIRST, wav(2), request_id="r2")
    leave(city, SECOND, wav(2), kind="duty", urgent=1)
    now = city.clock.now()
    city.put(supervisor_item, id="i1", kind="duty_unanswered", detail=SECOND, made_at=now)
    city.put(supervisor_item, id="i2", kind="duty_unanswered", detail="faults", made_at=now)
    city.put(supervisor_item, id="i3", kind="interpreter", request_id="r2", made_at=now)
    page = desk.signs_in("sirkka", "/line").page
    page.wait_for_selector("[data-open-sound]")
    looks_right(page, "line-wishes", screens)
    page.click(".item-interpreter a.button")
    page.wait_for_selector("#at")
    page.click(".coming summary")
    looks_right(page, "interpreter", screens)
