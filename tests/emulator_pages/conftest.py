"""One emulator for all these tests, emptied before each; one browser, where there is one."""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.emulator_pages import laboratory
from tests.emulator_pages.laboratory import Laboratory


@pytest.fixture(scope="session", autouse=True)
def interruptible() -> None:
    """A shell starts what it puts in the background deaf to Ctrl-C, and deafness is inherited by the terminals here."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def running_laboratory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    lab, _service = laboratory.start(tmp_path_factory.mktemp("laboratory"))
    yield lab
    lab.process.kill()
    lab.process.wait()


@pytest.fixture
def lab(running_laboratory: Laboratory) -> Laboratory:
    running_laboratory.reset()
    return running_laboratory


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium on this machine: the telephone page is not tried")
    flags = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(10_000)
    one = context.new_page()
    failures: list[str] = []
    one.on("pageerror", lambda error: failures.append(str(error)))
    yield one
    context.close()
    assert failures == [], "the page's own script failed"


@pytest.fixture
def table(page: Page, lab: Laboratory) -> Page:
    """The telephone page, opened."""
    page.goto(lab.emulator)
    page.get_by_role("article", name="Withheld").wait_for()
    return page


@pytest.fixture(scope="session")
def screens() -> Path:
    place = Path("artefacts/screens")
    place.mkdir(parents=True, exist_ok=True)
    return place
