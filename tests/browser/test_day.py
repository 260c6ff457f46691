"""A short hour of the city: two agents in real pages by keyboard alone, a supervisor's board open beside them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser_day import Hour, hour
from tests.checker.judge import table
from tests.rig.browsing import Findings
from tests.rig.city import City

pytestmark = pytest.mark.browser
CALLS = 10


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    running = City(tmp_path, f"sqlite:///{tmp_path / 'service.db'}")
    try:
        yield running.start()
    finally:
        running.stop()


def test_residents_are_served_by_keyboard_alone_and_the_board_moves_by_itself(city: City, chromium: Browser) -> None:
    plan = Hour(residents=CALLS, agents=("oili", "paavo"), rate=12, once=True)
    worked = hour(city, chromium, plan, Findings())
    assert worked.verdict.violations == (), table(worked.verdict)
    counts = dict(worked.verdict.counts)
    assert worked.findings.faults == {}, "axe finds nothing in any state that was met"
    assert worked.findings.script_errors == []
    assert {"offline", "available", "offered", "connected", "wrapup", "board"} <= worked.findings.met
    assert worked.noted >= CALLS / 2
    assert counts["cards compared with the record"] >= worked.noted
    assert worked.board > 3, "the supervisor's board moves without being touched"
