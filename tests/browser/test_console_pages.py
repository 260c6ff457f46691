"""Each state of the console's pages in Chromium: no accessibility fault light, dark and narrow, and a picture."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from adapters.schema import call, supervisor_item
from tests.browser.conftest import Desk
from tests.browser.console_server import Running
from tests.browser.narrow import cut_off
from tests.web.console_rig import City

pytestmark = pytest.mark.browser
axe = Axe()
FAULTS = {"resultTypes": ["violations"]}  # of all else axe would tell every element
ALL = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], **FAULTS}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, **FAULTS}  # all that the dark scheme changes


def looks_right(page: Page, name: str, screens: Path) -> None:
    """In light, dark, and at 320 px: no fault by axe, nothing to be scrolled sideways. What looks wrong is
    pictured; every page and state is by ``make screenshots``."""
    for scheme, width, rules in (("light", 1280, ALL), ("dark", 1280, COLOURS), ("light", 320, ALL)):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 900})
        found = tried_with_axe(page, rules)
        sideways = page.evaluate("document.documentElement.scrollWidth") > width
        cut = cut_off(page)
        if found.violations_count or sideways or cut:
            page.screenshot(path=screens / f"console-{name}-{scheme}-{width}.png", full_page=True)
        assert found.violations_count == 0, f"{name}, {scheme}, {width} px:\n{found.generate_report()}"
        assert not sideways, f"{name} scrolls sideways"
        assert cut == [], f"{name}, {width} px"
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light")


def tried_with_axe(page: Page, rules: Mapping[str, object]) -> AxeResults:
    """Axe, half a megabyte, is brought to each document once."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe.axe_script)
    return AxeResults(page.evaluate("rules => axe.run(rules)", rules))


def away(city: City) -> None:
    city.present("a_aino", "away", "unanswered")


def waiting(city: City) -> None:
    city.present("a_aino")
    city.caller("c7", place_told=1)
    city.caller("c8")
    city.request("r8", topic="building-permits", number_id=city.number("+358505550000"))


def offered_live(city: City) -> None:
    city.present("a_aino")
    number = city.number()
    city.put(call, call_sid="CA0", number_id=number, arrived_at=city.clock.now() - timedelta(days=3))
    city.caller(number_id=number, state="offered", language="sv", service_language="sv", offer_token="tok1")
    city.offer("a_aino", caller_id="c1")


def offered_urgent(city: City) -> None:
    city.present("a_aino")
    city.caller(number_id=None, state="offered", topic="water", urgent=True, desk="extended", place_told=None)
    city.offer("a_aino", caller_id="c1", clause="urgent")


def offered_callback(city: City) -> None:
    city.present("a_aino")
    _promised(city, attempts=1, last_attempt_at=city.clock.now() - timedelta(minutes=40), kind="retry")
    ended = city.clock.now() - timedelta(minutes=40)
    old = {"outcome": "bad_moment", "note": "Kysyy vuokrasopimuksen irtisanomisesta.", "ended_at": ended}
    city.offer("a_aino", "ended", "old", request_id="r1", made_at=ended, **old)
    city.offer("a_aino", request_id="r1", clause="needed", clause_number=4)


def talking(city: City) -> None:
    city.present("a_aino")
    _promised(city)
    connected = city.clock.now() - timedelta(minutes=3, seconds=12)
    city.offer("a_aino", "connected", request_id="r1", accepted_at=connected, connected_at=connected)


def noting(city: City) -> None:
    city.present("a_aino")
    _promised(city)
    over = city.clock.now() - timedelta(seconds=20)
    city.offer("a_aino", "wrapup", request_id="r1", talk_ended_at=over, wrap_until_at=over + timedelta(minutes=3))


def _promised(city: City, **other: Any) -> None:
    city.request(number_id=city.number(), state="offered", offer_token="tok1", **other)


def before_the_first_matter(city: City) -> None:
    assert city  # nothing is in the record yet


@pytest.mark.parametrize(
    ("name", "state", "seen"),
    [
        ("desk-start", before_the_first_matter, "Tervetuloa, Aino"),
        ("desk-away", away, "Olet poissa"),
        ("desk-empty", waiting, "Olet vapaana"),
        ("desk-offer-live", offered_live, "Uusi asia sinulle"),
        ("desk-offer-urgent", offered_urgent, "Kiireellinen asia menee muiden edelle"),
        ("desk-offer-callback", offered_callback, "4 takaisinsoittoa"),
        ("desk-talk", talking, "Puhelu käynnissä"),
        ("desk-wrapup", noting, "Miten kävi?"),
    ],
)
def test_the_desk_in_each_state(
    desk: Desk, console: Running, screens: Path, name: str, state: Callable[[City], None], seen: str
) -> None:
    console.city.agent("aino")
    state(console.city)
    desk.signs_in("aino").page.wait_for_selector('.telephone[data-state="registered"]')
    desk.page.locator('[data-region="card"]').get_by_text(seen).first.wait_for()
    if desk.page.locator("[data-answer]").count():
        desk.page.evaluate("ring()")
        desk.page.wait_for_selector("[data-answer]:enabled")
    looks_right(desk.page, name, screens)


def test_the_sign_in_page_and_its_refusal(desk: Desk, console: Running, screens: Path) -> None:
    console.city.agent("aino")
    looks_right(desk.opens("/sign-in").page, "sign-in", screens)
    desk.page.fill("#sign_in", "aino")
    desk.page.fill("#password", "wrong")
    desk.page.click(".door-card button")
    desk.page.wait_for_selector("#problem")
    looks_right(desk.page, "sign-in-refused", screens)


def test_the_supervisors_line(desk: Desk, console: Running, screens: Path) -> None:
    city = console.city
    city.agent("sirpa", ("housing", "extended"), role="supervisor")
    looks_right(desk.signs_in("sirpa").page, "line-empty", screens)
    _busy_day(city)
    desk.opens("/line").page.get_by_text("Puhelu käytiin").first.wait_for()
    looks_right(desk.page, "line", screens)


def _busy_day(city: City) -> None:
    for name, state, languages in (
        ("aino", "available", ("fi", "en")),
        ("bertil", "available", ("sv", "fi")),
        ("cecilia", "break", ("fi", "sv", "en")),
    ):
        city.present(city.agent(name, ("housing", "extended"), languages), state)
    city.caller("c1", topic="water", urgent=True, place_told=None)
    city.caller("c2", place_told=1, wait_told_minutes=4)
    city.caller("c3", language="sv", service_language="sv", topic="building-permits", place_told=2)
    number = city.number()
    now = city.clock.now()
    city.request("r1", number_id=number, state="needs_human", attempts=1)
    city.offer("a_bertil", "ended", "old", request_id="r1", accepted_at=now, outcome="unknown")
    city.put(supervisor_item, id="i1", kind="needs_human", request_id="r1", made_at=now - timedelta(minutes=11))
    late = {"window_end_at": now - timedelta(minutes=5), "window_start_at": now - timedelta(minutes=65)}
    city.request("r2", number_id=number, topic="building-permits", **late)
    slot = {"window_start_at": now + timedelta(hours=23), "window_end_at": now + timedelta(hours=25)}
    city.request("r3", number_id=city.number("+358503334455"), kind="slot", due_at=slot["window_start_at"], **slot)
    city.request("r4", number_id=city.number("+358505556677"), state="unreached", attempts=3)
    city.put(supervisor_item, id="i2", kind="unreached", request_id="r4", made_at=now - timedelta(minutes=50))
    city.request("r5", number_id=city.number("+358507778899"), state="connected", language="sv")
    city.offer("a_aino", "connected", "talk", request_id="r5", accepted_at=now, connected_at=now)
