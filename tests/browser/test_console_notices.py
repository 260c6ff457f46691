"""The page of disruption notices in Chromium: empty, on air, refused; the banner comes and goes by itself."""

from pathlib import Path

import pytest

from routing_rules.notices.service import take_off
from tests.browser.conftest import Desk
from tests.browser.console_server import Running
from tests.browser.test_console_pages import looks_right

pytestmark = pytest.mark.browser
WORDS = {
    "fi": "Petosen vesi on poikki kello kahdeksaantoista asti.",
    "sv": "Vattnet i Petonen är avstängt till klockan arton.",
    "en": "The water in Petonen is cut off until six in the evening.",
}


def write(desk: Desk) -> None:
    if not desk.page.locator("#words_fi").is_visible():
        desk.page.get_by_text("Kirjoita tiedote itse").click()
    for language, words in WORDS.items():
        desk.page.fill(f"#words_{language}", words)
    desk.page.get_by_role("button", name="Aloita tiedote").click()


def test_a_notice_from_an_empty_page_to_on_air_and_off(desk: Desk, console: Running, screens: Path) -> None:
    console.city.agent("sirpa", role="supervisor")
    desk.signs_in("sirpa").page.get_by_role("link", name="Tiedotteet").click()
    looks_right(desk.page, "notices-empty", screens)
    desk.page.get_by_text("Kirjoita tiedote itse").click()
    desk.page.get_by_text("Rajaa aiheisiin").click()
    looks_right(desk.page, "notices-topics", screens)
    write(desk)
    desk.page.get_by_text("Kaikki soittajat", exact=True).wait_for()
    looks_right(desk.page, "notices-on-air", screens)
    write(desk)
    desk.page.get_by_text("Samoille soittajille").wait_for()
    looks_right(desk.page, "notices-refused", screens)
    desk.page.get_by_role("button", name="Lopeta tiedote").click()
    desk.page.get_by_text("Mitään tiedotetta ei nyt kuulla").wait_for()


def test_an_agents_page_shows_what_callers_hear(desk: Desk, console: Running, screens: Path) -> None:
    console.city.agent("sirpa", role="supervisor")
    desk.signs_in("sirpa", "/notices")
    write(desk)
    desk.opens("/").page.get_by_text(WORDS["fi"]).wait_for()
    looks_right(desk.page, "desk-on-air", screens)
    city = console.city
    (held,) = city.services.notices.active(city.clock.now())
    take_off(city.services.database, held.id, city.clock.now())
    city.services.notices.refresh(city.services.database, city.clock.now())
    console.hub.tell("all")
    desk.page.get_by_text(WORDS["fi"]).wait_for(state="detached")
