"""A short hour of the city: two agents in real pages by keyboard alone, a supervisor's board open beside them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser_day import Plan, day
from tests.checker.judge import table
from tests.rig.browsing import BrowserAgent, Findings
from tests.rig.cards import Cards
from tests.rig.city import City
from tests.rig.journeys import waits_in_line
from tests.rig.pace import Pace
from tests.rig.robot import Shift
from tests.rig.waiting import until

pytestmark = pytest.mark.browser
CALLS = 10
ALWAYS = tuple(Shift(agent_id, "00:00", "24:00") for agent_id in ("oili", "paavo"))
TUESDAY_TEN = "2026-11-24T10:00:00+02:00"
SOON = 20.0  # machine seconds


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    place: Path = tmp_path_factory.mktemp("city")
    city = City(place, f"sqlite:///{place / 'service.db'}")
    try:
        yield city.start()
    finally:
        city.stop()


@pytest.fixture
def city(running: City) -> City:
    running.reset()
    return running


def test_a_routine_matter_leaves_the_browsers_console_clean(city: City, chromium: Browser) -> None:
    """Answered, and noted while she is still on the line: both sides then end the call at the same moment."""
    city.clock(TUESDAY_TEN, rate=4)
    findings, pace = Findings(), Pace(city, 4, 4)
    oili = BrowserAgent(city, chromium, "oili", Cards(city), findings, pace)
    until(lambda: oili.step() == "available", SOON, lambda: f"never on duty: {city.state()}")
    resident = waits_in_line(city.resident("+358401234567"))
    until(lambda: oili.step() == "connected", SOON, lambda: f"never connected: {city.state()}")
    resident.is_joined()
    oili.page.keyboard.press("1")
    resident.call_ends()
    until(lambda: oili.step() == "available", SOON, lambda: f"never free again: {city.state()}")
    assert city.one("SELECT outcome FROM offer")["outcome"] == "done"
    oili.page.wait_for_function("!document.querySelector('.card')")
    oili.page.wait_for_selector('#telephone[data-state="registered"]')
    assert findings.console_errors == []
    oili.page.context.close()


def test_residents_are_served_by_keyboard_alone_and_the_board_moves_by_itself(city: City, chromium: Browser) -> None:
    plan = Plan(begins=TUESDAY_TEN, residents=CALLS, shifts=ALWAYS, rate=12, ringing=12, once=True)
    worked = day(city, chromium, plan, Findings())
    assert worked.verdict.violations == (), table(worked.verdict)
    counts = dict(worked.verdict.counts)
    assert worked.findings.faults == {}, "axe finds nothing in any state that was met"
    assert worked.findings.script_errors == []
    assert {"offline", "available", "offered", "connected", "wrapup", "board"} <= worked.findings.met
    assert worked.noted >= CALLS / 2
    assert counts["cards compared with the record"] >= worked.noted
    assert worked.board > 3, "the supervisor's board moves without being touched"
