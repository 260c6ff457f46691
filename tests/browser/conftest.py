"""One Chromium for the browser tests, where there is one; a city and a page for each test."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import console_server
from tests.browser.console_server import Running

SESSION = "console"  # the cookie's name where there is no https: console.guard


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no Chromium on this machine: the console's pages are not tried in a browser")
    flags = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=flags)
        yield running
        running.close()


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Running]:
    running = console_server.run(tmp_path)
    yield running
    running.stop()


class Desk:
    """A page with somebody at it; ``problems`` is what its script and its content policy complained of."""

    def __init__(self, page: Page, running: Running) -> None:
        self.page = page
        self.running = running
        self.problems: list[str] = []
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", self._listen)

    def _listen(self, message: object) -> None:
        text = str(getattr(message, "text", ""))
        if "Content Security Policy" in text:
            self.problems.append(text)

    def opens(self, path: str) -> "Desk":
        self.page.goto(f"{self.running.web}/console{path}")
        return self

    def signs_in(self, name: str, at: str = "/") -> "Desk":
        """With a session that the service gave: the form is tried in test_console_accounts and by the day."""
        who = self.running.city.signed_in(name).client.get_cookie(SESSION)
        assert who is not None
        self.page.context.add_cookies([{"name": SESSION, "value": who.value, "url": self.running.web}])
        self.opens(at)
        self.page.wait_for_selector(".person-name")
        return self


@pytest.fixture
def desk(chromium: Browser, console: Running) -> Iterator[Desk]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="fi-FI", reduced_motion="reduce")
    context.set_default_timeout(10_000)
    one = Desk(context.new_page(), console)
    yield one
    context.close()
    assert one.problems == [], "the page's script or its content policy complained"


@pytest.fixture(scope="session")
def screens() -> Path:
    place = Path("artefacts/screens")
    place.mkdir(parents=True, exist_ok=True)
    return place
