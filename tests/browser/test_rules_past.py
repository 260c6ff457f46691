"""Why a call went where it went, a draft beside the live rules, and the night's findings: in Chromium."""

from pathlib import Path

import pytest

from tests.browser.conftest import Desk
from tests.browser.console_server import Running
from tests.browser.test_console_pages import looks_right
from tests.web import past_rig
from tests.web.console_rig import City

pytestmark = pytest.mark.browser


@pytest.fixture
def city(console: Running) -> City:
    city = console.city
    city.agent("sirpa", ("housing",), ("fi", "sv"), role="supervisor")
    city.agent("olli", (), role="administrator")
    past_rig.lively(city)
    return city


def test_a_call_is_looked_up_and_its_way_explained(desk: Desk, city: City, screens: Path) -> None:
    desk.signs_in("sirpa", "/why").page.fill("#asked", past_rig.SID)
    looks_right(desk.page, "why-calls", screens)
    desk.page.keyboard.press("Enter")
    desk.page.locator(".why-looked").wait_for()
    looks_right(desk.page, "why", screens)


def test_a_draft_is_compared_with_the_live_rules(desk: Desk, city: City, screens: Path) -> None:
    desk.signs_in("olli", "/rules/compare").page.get_by_role("button", name="Vertaa").click()
    desk.page.locator("#shifts-heading").wait_for()
    assert desk.page.locator("table").count() == 2
    looks_right(desk.page, "rules-compare", screens)
    desk.opens("/rules/watch")
    looks_right(desk.page, "rules-watch", screens)
