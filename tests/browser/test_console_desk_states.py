"""The desk in the states of a talk and of its telephone: no fault by axe in three languages, dark and narrow in one."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from adapters.schema import listening, transfer
from console.words import page_words
from tests.browser.conftest import Desk
from tests.browser.console_server import Running
from tests.browser.test_console_pages import ALL, looks_right, tried_with_axe
from tests.web.console_rig import City

pytestmark = pytest.mark.browser
Act = Callable[[Page], object]


def live(city: City, state: str = "connected", **more: Any) -> None:
    city.present("a_aino")
    number = city.number()
    city.caller(number_id=number, state="talking", offer_token="tok1")
    began = city.clock.now() - timedelta(minutes=2, seconds=8)
    city.request("r7", number_id=number, topic="daycare", department="families", desk="families")
    city.offer("a_aino", state, caller_id="c1", accepted_at=began, connected_at=began, **more)


def held(city: City) -> None:
    live(city, on_hold=True)


def handed_over(city: City) -> None:
    city.agent("bertil")
    city.offer("a_bertil", "ended", "old", caller_id=None, note="Kysyy takuuvuokran palautuksesta, sopimus lopussa.")
    live(city, handed_over_by="old")
    city.agent("sirpa", role="supervisor")
    heard = {"token": "tok1", "supervisor_id": "a_sirpa", "mode": "coach"}
    city.put(listening, id="l1", made_at=city.clock.now(), made_machine=city.clock.machine(), **heard)


def consulting(city: City) -> None:
    live(city)
    city.agent("bertil")
    asked = {"token": "tok1", "kind": "warm", "goal_kind": "agent", "goal": "a_bertil", "state": "consulting"}
    made = {"made_at": city.clock.now(), "made_machine": city.clock.machine(), "note": "Takuuvuokra, sopimus päättyi."}
    city.put(transfer, id="t1", **asked, **made)


def noting(city: City) -> None:
    live(city, "wrapup", talk_ended_at=city.clock.now(), wrap_until_at=city.clock.now() + timedelta(minutes=3))


def late(city: City) -> None:
    city.present("a_aino")
    now = city.clock.now()
    city.request(
        number_id=city.number(), state="connected", offer_token="tok1", window_end_at=now - timedelta(minutes=4)
    )
    city.offer("a_aino", "connected", request_id="r1", accepted_at=now, connected_at=now)


def nothing(page: Page) -> None:
    assert page


def opens_transfer(page: Page) -> None:
    page.click('[data-open="transfer"]')
    page.wait_for_selector("#transfer-goal option", state="attached")


def promises(page: Page) -> None:
    page.click(".tool[data-promise]")
    page.wait_for_selector(".promised")
    page.click('[data-open="behalf"]')
    page.wait_for_selector("#behalf-times .time")
    page.click('[data-open="emergency"]')


def picks(page: Page) -> None:
    page.click('[data-code="guided"]')
    page.fill("#note", "Neuvottu täyttämään hakemus, palaa ensi viikolla.")


def loses_the_network(page: Page) -> None:
    page.context.route("**/heartbeat", lambda route: route.abort())
    page.evaluate("window.unreachable = true; devices.at(-1).falls()")
    expect(page.locator('.telephone[data-state="failed"]')).to_be_visible()
    expect(page.locator("#trouble")).to_be_visible(timeout=15_000)


@pytest.mark.parametrize(
    ("name", "state", "act"),
    [
        ("desk-talk-live", live, nothing),
        ("desk-talk-held", held, nothing),
        ("desk-talk-handed-over", handed_over, opens_transfer),
        ("desk-talk-promise", live, promises),
        ("desk-talk-late", late, nothing),
        ("desk-consult", consulting, nothing),
        ("desk-wrapup-live", noting, picks),
        ("desk-lost", live, loses_the_network),
    ],
)
def test_the_desk_in_a_talk(
    desk: Desk, console: Running, screens: Path, name: str, state: Callable[[City], None], act: Act
) -> None:
    console.city.agent("aino", ("housing", "families"))
    state(console.city)
    page = desk.signs_in("aino").page
    page.wait_for_selector(".card")
    page.wait_for_selector('.telephone[data-state="registered"]')
    act(page)
    looks_right(page, name, screens)


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize(("name", "state"), [("live", live), ("consult", consulting), ("wrapup", noting)])
def test_in_the_other_languages_too(
    desk: Desk, console: Running, name: str, state: Callable[[City], None], language: str
) -> None:
    console.city.agent("aino", ("housing", "families"))
    state(console.city)
    page = desk.signs_in("aino").page
    page.get_by_role("button", name=page_words(language)(f"page.{language}")).click()
    expect(page.locator("html")).to_have_attribute("lang", language)
    page.wait_for_selector(".card")
    found = tried_with_axe(page, ALL)
    assert found.violations_count == 0, f"{name}, {language}:\n{found.generate_report()}"


def test_twice_as_large_letters_need_no_sideways_scrolling(desk: Desk, console: Running) -> None:
    """200 % zoom of 1280 px is a page of 640 px."""
    console.city.agent("aino")
    live(console.city)
    page = desk.signs_in("aino").page
    page.wait_for_selector(".card")
    page.set_viewport_size({"width": 640, "height": 450})
    assert page.evaluate("document.documentElement.scrollWidth") <= 640
