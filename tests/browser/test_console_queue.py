"""The queue, one matter and a decision about it in Chromium: no accessibility fault, live, and by keyboard alone."""

from datetime import timedelta
from pathlib import Path

import pytest

from adapters.schema import callback_event, callback_request, promise_told
from tests.browser.conftest import Desk
from tests.browser.console_server import Running
from tests.browser.test_console_pages import looks_right
from tests.web.console_rig import City

pytestmark = pytest.mark.browser
STATES = ("requested", "unreached", "needs_human", "requested", "connected")


@pytest.fixture
def city(console: Running) -> City:
    city = console.city
    city.agent("sirpa", ("housing", "extended"), ("fi", "sv"), role="supervisor")
    city.present(city.agent("aino", ("housing",)))
    now = city.clock.now()
    for n, state in enumerate(STATES):
        start = now + timedelta(hours=n - 1, minutes=-5)
        window = {"due_at": start, "window_start_at": start, "window_end_at": start + timedelta(hours=1)}
        number = city.number(f"+35840123456{n}")
        city.request(
            f"r{n}", code=f"10000{n}", number_id=number, state=state, interpreter="Dari" if n == 3 else None, **window
        )
    city.offer("a_aino", "connected", "tok1", request_id="r4", accepted_at=now, connected_at=now)
    city.caller("c1", topic="water", urgent=True, place_told=None)
    city.caller("c2")
    _told(city)
    return city


def _told(city: City) -> None:
    at = city.clock.now() - timedelta(minutes=40)
    step = {"request_id": "r0", "at": at, "event": "request", "from_state": "", "to_state": "requested"}
    city.put(callback_event, **step, fence=0, who="caller")
    window = {"window_start_at": at, "window_end_at": at + timedelta(minutes=30)}
    words = "Soitamme asumiseen liittyvästä asiastasi tänään kello yhdeksän ja kymmenen välillä."
    city.put(
        promise_told, id="p1", request_id="r0", at=at, who="caller", via="voice", words=words, kind="slot", **window
    )


def test_the_queue_and_what_was_looked_up(desk: Desk, city: City, screens: Path) -> None:
    desk.signs_in("sirpa", "/queue").page.locator("#part-overdue").wait_for()
    looks_right(desk.page, "queue", screens)
    desk.page.fill("#asked", "040 1234560")
    desk.page.keyboard.press("Enter")
    desk.page.get_by_text("Löytyi 1.").wait_for()
    assert "1234560" not in desk.page.url
    looks_right(desk.page, "queue-found", screens)


def test_one_matter_with_its_history_and_every_decision_open(desk: Desk, city: City, screens: Path) -> None:
    desk.signs_in("sirpa")
    for key, name in (("r0", "matter"), ("r3", "matter-interpreter")):
        desk.opens(f"/matters/{key}").page.get_by_text("Päätä asiasta").wait_for()
        for summary in desk.page.query_selector_all(".decide summary"):
            summary.click()
        looks_right(desk.page, name, screens)


def test_a_new_matter_appears_without_reloading(desk: Desk, city: City, console: Running) -> None:
    desk.signs_in("sirpa", "/queue").page.locator("#part-overdue").wait_for()
    desk.page.evaluate("window.same = true")
    city.request("r9", code="999999", number_id=city.number("+358409999999"))
    desk.page.locator("#m-r9").wait_for()
    assert desk.page.evaluate("window.same")


def test_a_matter_is_closed_by_keyboard_alone(desk: Desk, city: City) -> None:
    desk.signs_in("sirpa", "/matters/r0").page.get_by_text("Päätä asiasta").wait_for()
    keys = desk.page.keyboard
    desk.page.locator(".decide summary").last.focus()
    keys.press("Enter")
    keys.press("Tab")
    desk.page.wait_for_selector("#why:focus")
    keys.type("Asukas ei")
    keys.press("Tab")
    keys.type("soitti itse")
    keys.press("Tab")
    keys.press("Space")
    keys.press("Tab")
    keys.press("Enter")
    desk.page.wait_for_selector("#outcome:focus")
    assert "Asia on päätetty." in desk.page.inner_text("#outcome")
    state = city.one(callback_request.c.state, where=callback_request.c.id == "r0")
    assert state[0] == "cancelled"
