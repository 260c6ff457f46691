"""A talk by keys: two presses for a routine matter, hold, transfer, a promise on the caller's behalf, 112."""

import pytest
from playwright.sync_api import Page, Route, expect

from adapters.schema import callback_request, offer, presence, promise_told, transfer, waiting_caller
from console.words import page_words
from tests.browser.conftest import Desk
from tests.browser.console_server import Running
from tests.web.console_rig import City

pytestmark = pytest.mark.browser
T = page_words("fi")
COUNTS = "window.pressed = []; addEventListener('keydown', (event) => pressed.push(event.key), true);"


@pytest.fixture
def city(console: Running) -> City:
    console.city.agent("aino")
    console.city.present("a_aino")
    return console.city


@pytest.fixture
def aino(desk: Desk, city: City) -> Desk:
    desk.signs_in("aino")
    expect(desk.page.locator('.telephone[data-state="registered"]')).to_be_visible()
    return desk


def shows(aino: Desk, selector: str) -> None:
    aino.running.hub.tell("a_aino")
    expect(aino.page.locator(selector)).to_be_visible()


def rings(aino: Desk, city: City, number: str | None = "+358401234567", topic: str = "housing") -> None:
    known = city.number(number) if number else None
    city.caller(state="offered", offer_token="tok1", number_id=known, topic=topic)
    city.offer("a_aino", caller_id="c1", agent_call_sid="CAleg")
    shows(aino, ".card-offered")
    aino.page.evaluate("ring()")
    expect(aino.page.locator("[data-answer]")).to_be_enabled()


def connected(aino: Desk, city: City) -> None:
    """What the provider's news make of the record once she has answered."""
    now = city.clock.now()
    city.change(waiting_caller, waiting_caller.c.id == "c1", state="talking", answered_at=now)
    city.change(offer, offer.c.token == "tok1", state="connected", accepted_at=now, connected_at=now)
    shows(aino, ".card-connected")


def talks(aino: Desk, city: City, number: str | None = "+358401234567") -> Page:
    rings(aino, city, number)
    aino.page.keyboard.press("v")
    connected(aino, city)
    return aino.page


def of_offer(city: City, *columns: str) -> tuple[object, ...]:
    return tuple(city.one(*(offer.c[name] for name in columns), where=offer.c.token == "tok1"))


def test_a_routine_matter_is_two_key_presses(aino: Desk, city: City) -> None:
    rings(aino, city)
    aino.page.evaluate(COUNTS)
    aino.page.keyboard.press("v")
    connected(aino, city)
    aino.page.keyboard.press("1")
    expect(aino.page.locator(".empty-available")).to_be_visible()
    assert aino.page.evaluate("pressed") == ["v", "1"]
    assert of_offer(city, "state", "outcome", "detail", "avoidable") == ("ended", "done", None, None)
    assert aino.page.evaluate("rung.done") == ["accept", "disconnect"]


def test_a_callback_too(aino: Desk, city: City) -> None:
    city.request(number_id=city.number(), state="offered", offer_token="tok1")
    city.offer("a_aino", request_id="r1", agent_call_sid="CAleg")
    shows(aino, ".card-offered")
    aino.page.evaluate(f"ring(); {COUNTS}")
    expect(aino.page.locator("[data-answer]")).to_be_enabled()
    aino.page.keyboard.press("v")
    now = city.clock.now()
    city.change(callback_request, callback_request.c.id == "r1", state="connected")
    city.change(offer, offer.c.token == "tok1", state="connected", accepted_at=now, connected_at=now)
    shows(aino, ".card-connected")
    aino.page.keyboard.press("1")
    expect(aino.page.locator(".empty-available")).to_be_visible()
    assert aino.page.evaluate("pressed.length") == 2
    assert city.one(callback_request.c.state, where=callback_request.c.id == "r1")[0] == "done"


def test_what_is_picked_goes_along_and_stays_picked_when_the_page_changes(aino: Desk, city: City) -> None:
    page = talks(aino, city)
    page.keyboard.press("6")
    page.keyboard.press("q")
    page.keyboard.press("k")
    page.keyboard.type("Ohjattu lomakkeelle.")
    city.change(offer, offer.c.token == "tok1", on_hold=True)
    shows(aino, ".card-held")
    expect(page.locator('[data-pick="detail"][aria-pressed="true"]')).to_contain_text(T("detail.guided"))
    expect(page.locator('[data-pick="avoidable"][aria-pressed="true"]')).to_contain_text(T("avoidable.unclear_letter"))
    page.locator("#card-heading").click()
    page.keyboard.press("1")
    expect(page.locator(".empty-available")).to_be_visible()
    assert of_offer(city, "outcome", "detail", "avoidable", "note") == (
        "done",
        "guided",
        "unclear_letter",
        "Ohjattu lomakkeelle.",
    )


def test_hold_is_one_key_and_said(aino: Desk, city: City) -> None:
    page = talks(aino, city)
    page.keyboard.press("o")
    expect(page.locator(".card-state")).to_have_text(T("card.on_hold"))
    expect(page.locator("#polite")).to_have_text(T("card.on_hold"))
    expect(page.locator("button[data-hold]")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("o")
    expect(page.locator(".card-state")).to_have_text(T("card.connected"))


def test_a_warm_transfer_by_keyboard_and_back(aino: Desk, city: City) -> None:
    city.present(city.agent("bertil"))
    page = talks(aino, city)
    page.keyboard.press("s")
    goal = page.locator("#transfer-goal")
    expect(goal).to_be_focused()
    expect(goal.locator('option[value="agent:a_bertil"]')).to_have_count(1)
    goal.select_option("agent:a_bertil")
    page.fill("#transfer-note", "Kysyy takuuvuokrasta.")
    page.locator('[data-transfer-to="warm"]').press("Enter")
    expect(page.locator(".consult h3")).to_have_text(T("transfer.state.asked", goal="Bertil Virtanen"))
    row = city.one(transfer.c.kind, transfer.c.goal, transfer.c.note, where=transfer.c.token == "tok1")
    assert tuple(row) == ("warm", "a_bertil", "Kysyy takuuvuokrasta.")
    city.change(transfer, transfer.c.token == "tok1", state="consulting")
    shows(aino, '[data-transfer-step="join"]')
    expect(page.locator("#polite")).to_have_text(T("transfer.state.consulting", goal="Bertil Virtanen"))
    expect(page.locator("[data-outcome]")).to_have_count(0)
    page.keyboard.press("b")
    expect(page.locator(".consult")).to_have_count(0)
    assert city.one(transfer.c.state, where=transfer.c.token == "tok1")[0] == "back"


def test_a_transfer_that_is_refused_is_said_in_words(aino: Desk, city: City) -> None:
    city.present(city.agent("bertil"))
    page = talks(aino, city)
    page.keyboard.press("s")
    page.locator("#transfer-goal").select_option("agent:a_bertil")
    city.change(presence, presence.c.agent_id == "a_bertil", state="away")
    page.locator('[data-transfer-to="warm"]').click()
    expect(page.locator("#trouble")).to_contain_text(T("refusal.not_available"))
    expect(page.locator(".card-connected")).to_be_visible()


def test_one_key_promises_the_next_time_and_shows_what_to_read(aino: Desk, city: City) -> None:
    page = talks(aino, city)
    offered = page.locator(".tool[data-promise]")
    expect(offered).to_contain_text("klo")
    page.keyboard.press("t")
    expect(page.locator(".promised .aloud")).to_contain_text("Soitamme asumiseen liittyvästä asiastasi")
    expect(page.locator("#polite")).to_have_text(T("announce.promised"))
    told = city.one(promise_told.c.words, promise_told.c.via, where=promise_told.c.who == "a_aino")
    assert told.via == "agent"
    assert page.locator(".promised .aloud").inner_text() == told.words
    page.keyboard.press("1")
    expect(page.locator(".empty-available")).to_be_visible()


def test_a_withheld_caller_is_asked_for_a_number_and_another_topic_is_chosen(aino: Desk, city: City) -> None:
    page = talks(aino, city, number=None)
    page.keyboard.press("t")
    number = page.locator("#behalf-number")
    expect(number).to_be_focused()
    expect(page.locator('[data-panel="behalf"]')).to_contain_text(T("behalf.fault.withheld"))
    page.locator("#behalf-topic").select_option("daycare")
    first = page.locator("#behalf-times .time").first
    expect(first).to_contain_text("päiväkotia koskevasta asiastasi")
    number.fill("0600 123456")
    first.click()
    expect(page.locator("#behalf-fault")).to_have_text(T("behalf.fault.premium"))
    number.fill("050 765 4321")
    page.locator("#behalf-times .time").first.click()
    expect(page.locator(".promised .aloud")).to_contain_text("päiväkotia koskevasta asiastasi")
    row = city.one(callback_request.c.topic, callback_request.c.keyed_in, where=callback_request.c.owner_id == "a_aino")
    assert tuple(row) == ("daycare", True)


def test_times_that_come_late_do_not_replace_those_of_the_topic_chosen_since(aino: Desk, city: City) -> None:
    page = talks(aino, city, number=None)
    held: list[Route] = []
    page.route("**/windows?topic=housing", lambda route: held.append(route))
    page.keyboard.press("t")
    with page.expect_response("**/windows?topic=daycare"):
        page.locator("#behalf-topic").select_option("daycare")
    first = page.locator("#behalf-times .time").first
    expect(first).to_contain_text("päiväkotia koskevasta asiastasi")
    with page.expect_response("**/windows?topic=housing"):
        held[0].continue_()
    page.evaluate("() => new Promise((done) => setTimeout(done))")  # her script has had its turn with the answer
    expect(first).to_contain_text("päiväkotia koskevasta asiastasi")


def test_the_words_about_112_are_one_key_away(aino: Desk, city: City) -> None:
    page = talks(aino, city)
    aloud = page.locator('[data-panel="emergency"] .aloud')
    expect(aloud).to_be_hidden()
    page.keyboard.press("h")
    expect(aloud).to_be_visible()
    expect(aloud).to_be_focused()
    expect(aloud).to_contain_text("hätänumeroon yksi yksi kaksi")
    page.keyboard.press("Escape")
    expect(aloud).to_be_hidden()


def test_an_abusive_call_ends_with_one_key(aino: Desk, city: City) -> None:
    page = talks(aino, city)
    page.keyboard.press("a")
    expect(page.locator(".empty")).to_be_visible()
    assert of_offer(city, "outcome") == ("abusive",)
