"""Agents at work in real pages of a real browser, by keyboard alone, and a supervisor's board beside them.

Each state of a page that is met for the first time is tried with axe; what it finds is kept, by state.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.rig import people
from tests.rig.cards import Cards
from tests.rig.city import City
from tests.rig.pace import Pace

AGAIN_SECONDS = 1.5  # a key is pressed again where nothing has come of it
LOOKING_RATE = 1.0  # the city's clock while a state is tried: no offer may lapse meanwhile
SEEN = """() => {
  const card = document.querySelector(".card");
  const answer = document.querySelector("[data-answer]");
  const presence = document.querySelector('[data-presence][aria-pressed="true"]');
  return {
    token: card?.dataset.token ?? "", state: card?.dataset.state ?? "",
    kind: card?.dataset.kind ?? "", answer: Boolean(answer && !answer.disabled),
    presence: presence?.dataset.presence ?? "offline",
    telephone: document.getElementById("telephone")?.dataset.state ?? "",
  };
}"""


@dataclass
class Findings:
    """``faults``: axe's, by page and state. ``screens``: where pictures go; None: none are taken."""

    screens: Path | None = None
    met: set[str] = field(default_factory=set)
    faults: dict[str, list[str]] = field(default_factory=dict)
    script_errors: list[str] = field(default_factory=list)
    console_errors: list[str] = field(default_factory=list)  # what the browser itself reports: refused requests too

    def meets(self, pace: Pace, page: Page, state: str) -> None:
        if state in self.met:
            return
        self.met.add(state)
        with pace.slowly(LOOKING_RATE):
            found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
            if violations := found.response["violations"]:
                self.faults[state] = [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in violations]
            if self.screens is not None:
                page.screenshot(path=self.screens / f"day-{state}.png", full_page=True)


def opened(browser: Browser, findings: Findings) -> Page:
    page = browser.new_context(
        viewport={"width": 1280, "height": 900}, locale="fi-FI", reduced_motion="reduce"
    ).new_page()
    page.context.grant_permissions(["microphone"])
    page.on("pageerror", lambda error: findings.script_errors.append(str(error)))
    page.on("console", lambda said: findings.console_errors.append(_told(said)) if said.type == "error" else None)
    return page


def _told(said: ConsoleMessage) -> str:
    return f"{said.text} {said.location.get('url', '')}"


def signs_in_by_keyboard(city: City, page: Page, agent_id: str, path: str = "/console/") -> None:
    """Tab by Tab to the fields, as somebody without a mouse."""
    worker = next(one for one in people.WORKERS if one.id == agent_id)
    page.goto(f"{city.installation.web}/console/sign-in")
    tab_to(page, "#sign_in")
    page.keyboard.type(worker.sign_in)
    tab_to(page, "#password")
    page.keyboard.type(people.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector(".person-name")
    if path != "/console/":
        page.goto(f"{city.installation.web}{path}")


def tab_to(page: Page, selector: str, most: int = 40) -> None:
    for _ in range(most):
        if page.evaluate("(wanted) => document.activeElement?.matches(wanted) ?? false", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no way by Tab to {selector}")


class BrowserAgent:
    def __init__(
        self, city: City, browser: Browser, agent_id: str, cards: Cards, findings: Findings, pace: Pace
    ) -> None:
        self.id = agent_id
        self.answered: set[str] = set()
        self.noted: set[str] = set()
        self._city, self._cards, self._findings, self._pace = city, cards, findings, pace
        self._looked: set[str] = set()
        self._pressed: tuple[str, float] = ("", 0.0)
        city.lab.telephone(f"client:{agent_id}", agent_id)
        self.page = opened(browser, findings)
        signs_in_by_keyboard(city, self.page, agent_id)
        self.page.wait_for_selector('#telephone[data-state="registered"]')
        findings.meets(pace, self.page, "offline")

    def step(self, *, on_duty: bool = True) -> str:
        """Looks once and presses at most one key; the state of her card."""
        seen: Mapping[str, Any] = self.page.evaluate(SEEN)
        state = seen["state"] or seen["presence"]
        self._findings.meets(self._pace, self.page, state)
        situation = f"{seen['token']} {state}"
        if seen["token"] and situation not in self._looked:
            self._looked.add(situation)
            self._cards.look(self.id, self._desk)
        if key := self._key(seen, on_duty):
            self._press(key, situation)
        return str(state)

    def _key(self, seen: Mapping[str, Any], on_duty: bool) -> str:
        if seen["state"] == "offered" and seen["answer"]:
            self.answered.add(seen["token"])
            return "v"
        if seen["state"] == "connected" and seen["kind"] not in ("", "live") and self._hears_a_machine():
            self.noted.add(seen["token"])
            return "2"
        if seen["state"] == "wrapup":
            self.noted.add(seen["token"])
            return "1"
        if not seen["state"] and (seen["presence"] == "available") != on_duty:
            return "p"
        return ""

    def _hears_a_machine(self) -> bool:
        return self._city.lab.hears_a_machine(f"client:{self.id}")

    def _press(self, key: str, situation: str) -> None:
        before, at = self._pressed
        if before == situation and time.monotonic() - at < AGAIN_SECONDS:
            return
        self._pressed = (situation, time.monotonic())
        self.page.keyboard.press(key)

    def _desk(self) -> Mapping[str, Any]:
        answer = self.page.request.get(f"{self._city.installation.web}/console/desk.json")
        found: Mapping[str, Any] = answer.json() if answer.ok else {}
        return found


class Board:
    """The supervisor's live page, never touched: it has to move by itself."""

    def __init__(self, city: City, browser: Browser, findings: Findings, pace: Pace) -> None:
        self._findings, self._pace = findings, pace
        self.shown: set[str] = set()
        self.page = opened(browser, findings)
        signs_in_by_keyboard(city, self.page, "sirkka", "/console/line")
        findings.meets(pace, self.page, "board-empty")

    def looks(self) -> None:
        self.shown.add(self.page.locator("main").inner_text())
        if len(self.shown) > 3:
            self._findings.meets(self._pace, self.page, "board")


def works(
    agents: list[BrowserAgent],
    board: Board,
    goes_on: Callable[[], bool],
    on_duty: Callable[[BrowserAgent], bool] = lambda agent: True,
) -> None:
    """Everybody in turns, until nothing is left to do."""
    while goes_on():
        for agent in agents:
            agent.step(on_duty=on_duty(agent))
        board.looks()
