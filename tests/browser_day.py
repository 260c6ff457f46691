"""``python -m tests.browser_day``: the whole day of tests/day.py with four agents in real pages, by keyboard alone.

Sixty times the speed, and six while a telephone rings: a page needs machine time to show an offer (tests/rig/pace.py).
Nothing is killed. Every state that is met is tried with axe and pictured in artefacts/screenshots. Exit code 1 where
the checker, a card, axe or a page's script objects. Some twenty minutes; ``--until`` a business time makes it shorter.
"""

import argparse
import os
import random
import shutil
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.checker.judge import table
from tests.checker.verdict import Verdict
from tests.day import BEGINS, DUTY, ENDS, RATE, RESIDENTS, SHIFTS, judged
from tests.rig import record
from tests.rig.browsing import LOOKING_RATE, Board, BrowserAgent, Findings, works
from tests.rig.cards import Cards
from tests.rig.city import City
from tests.rig.habits import Hours, live_a_day, rings_once
from tests.rig.pace import Pace
from tests.rig.robot import Shift

RINGING_RATE = 6.0
SCREENS = Path("artefacts/screenshots")


@dataclass(frozen=True)
class Plan:
    """``once``: each resident rings once, and the day ends when all are through; its agents are always on duty."""

    begins: str = BEGINS
    ends: str = ENDS
    rate: float = RATE
    ringing: float = RINGING_RATE
    residents: int = RESIDENTS
    shifts: tuple[Shift, ...] = SHIFTS
    seed: int = 20261124
    once: bool = False


@dataclass(frozen=True)
class Worked:
    verdict: Verdict
    findings: Findings
    answered: int
    noted: int
    board: int  # how many different boards the supervisor has seen


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--until", default=ENDS)
    parser.add_argument("--residents", type=int, default=RESIDENTS)
    options = parser.parse_args(arguments)
    root = Path(tempfile.mkdtemp(prefix="onenumber-browser-day-"))
    city = City(root, f"sqlite:///{root / 'service.db'}")
    SCREENS.mkdir(parents=True, exist_ok=True)
    flags = ["--no-sandbox"] if os.geteuid() == 0 else []
    try:
        city.start()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
            plan = Plan(ends=options.until, rate=options.rate, residents=options.residents)
            worked = day(city, browser, plan, Findings(SCREENS))
            browser.close()
    finally:
        city.stop()
    return told(worked)


def told(worked: Worked) -> int:
    found = worked.findings
    print(f"answered {worked.answered}, noted {worked.noted}, boards seen {worked.board}; states {sorted(found.met)}")
    for state, faults in found.faults.items():
        print(f"AXE {state}: {faults}")
    for trouble in (*found.script_errors, *found.console_errors):
        print(f"BROWSER {trouble}")
    print(table(worked.verdict))
    return 1 if worked.verdict.violations or found.faults or found.script_errors else 0


def day(city: City, browser: Browser, plan: Plan, findings: Findings) -> Worked:
    city.reset()
    city.clock(plan.begins, LOOKING_RATE)  # while the pages are opened
    for number in DUTY:
        city.lab.behave(number, "answer", after=5, talk=60)
    cards, over, luck = Cards(city), threading.Event(), random.Random(plan.seed)
    pace = Pace(city, plan.rate, plan.ringing)
    agents = [BrowserAgent(city, browser, shift.agent_id, cards, findings, pace) for shift in plan.shifts]
    board = Board(city, browser, findings, pace)
    lives = rings_once if plan.once else live_a_day
    residents = [
        threading.Thread(target=lives, args=(city, n, random.Random(luck.random()), over), daemon=True)
        for n in range(plan.residents)
    ]
    ends, hours = datetime.fromisoformat(plan.ends), Hours(city)
    city.clock(plan.begins, plan.rate)
    for resident in residents:
        resident.start()
    pace.begins()
    if plan.once:
        works(agents, board, lambda: any(one.is_alive() for one in residents) or _busy(agents))
    else:
        shifts = {shift.agent_id: shift for shift in plan.shifts}
        works(agents, board, lambda: hours.now() < ends, lambda agent: shifts[agent.id].covers(hours.now()))
    pace.ends()
    over.set()
    for resident in residents:
        resident.join(30)
    place = record.write(city.installation.root / "day", city.engine, city.lab, plan.rate, city.disturbances)
    cards.write(place)
    answered, noted = (sum(len(names) for names in each) for each in _sums(agents))
    return Worked(judged(place), findings, answered, noted, len(board.shown))


def _busy(agents: list[BrowserAgent]) -> bool:
    return any(agent.step() in ("offered", "accepted", "dialing", "connected", "wrapup") for agent in agents)


def _sums(agents: list[BrowserAgent]) -> tuple[list[set[str]], list[set[str]]]:
    return [agent.answered for agent in agents], [agent.noted for agent in agents]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
