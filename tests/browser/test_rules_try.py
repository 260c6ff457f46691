"""Trying a call, the week and the calendar in Chromium: what a supervisor reads, without an accessibility fault."""

from pathlib import Path

import pytest

from tests.browser.conftest import Desk
from tests.browser.console_server import Running
from tests.browser.test_console_pages import looks_right

pytestmark = pytest.mark.browser


def test_a_call_is_tried_and_the_week_and_the_year_are_read(desk: Desk, console: Running, screens: Path) -> None:
    console.city.agent("sirpa", role="supervisor")
    page = desk.signs_in("sirpa", "/rules/try").page
    page.fill("#at", "2026-11-21T17:05")
    page.select_option("#topic", "parking")
    page.get_by_role("radio", name="ruotsi").check()
    page.get_by_role("button", name="Kokeile").click()
    page.get_by_text("Puheluun vastaa: Ilta- ja viikonloppuneuvonta.").wait_for()
    looks_right(page, "rules-try", screens)
    page.fill("#number", "soita")
    page.get_by_role("button", name="Kokeile").click()
    page.get_by_text("Kokeilua ei tehty").wait_for()
    looks_right(page, "rules-try-refused", screens)
    desk.opens("/rules/week?topic=water&first=2026-12-21")
    page.get_by_text("jouluaatto").wait_for()
    looks_right(page, "rules-week", screens)
    desk.opens("/rules/week?first=2026-12-21")
    page.get_by_text("Aihe kerrallaan").wait_for()
    looks_right(page, "rules-week-city", screens)
    page.get_by_role("link", name="Kalenteri").click()
    page.get_by_text("2. pääsiäispäivä").wait_for()
    looks_right(page, "rules-calendar", screens)
