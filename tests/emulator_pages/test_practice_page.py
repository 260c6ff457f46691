"""The practice page in a real browser: a script begun by the keyboard, what became of it, three languages, axe."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from emulator.practice_model import book
from emulator.practice_pages import words
from tests.emulator_pages.laboratory import Laboratory

pytestmark = pytest.mark.browser
LANGUAGES = ("fi", "sv", "en")
axe = Axe()


def faults(page: Page) -> list[str]:
    return [f"{found['id']}: {found['nodes'][0]['html']}" for found in axe.run(page).response["violations"]]


@pytest.fixture
def practice(page: Page, lab: Laboratory) -> Page:
    page.goto(f"{lab.emulator}/practice?lang=fi")
    return page


def test_a_trainer_starts_a_resident_by_keyboard_and_reads_what_is_said(practice: Page, screens: Path) -> None:
    w = words()["fi"]
    title = book().scripts["water-bill"].title["fi"]
    expect(practice.get_by_text(w["nobody"])).to_be_visible()
    practice.get_by_role("button", name=w["start_of"].format(title=title)).press("Enter")
    fares = practice.locator("#residents .card")
    expect(fares.get_by_role("heading", name=title)).to_be_visible()
    expect(fares.locator(".happened")).to_contain_text(w["deed"]["rang"])
    fares.locator("summary").press("Enter")
    expect(fares.get_by_role("log")).to_contain_text("Kuopion kaupunki. Suomeksi: paina yksi.")
    assert faults(practice) == []
    practice.screenshot(path=screens / "practice-under-way.png", full_page=True)
    fares.get_by_role("button", name=w["stop_of"].format(title=title)).press("Enter")
    expect(fares.locator(".state")).to_have_text(w["state"]["stopped"])


def test_a_difficult_hour_begins_with_one_button(practice: Page) -> None:
    w = words()["fi"]
    hour = book().presets["difficult-hour"]
    practice.get_by_role("button", name=w["start_of"].format(title=hour.title["fi"])).click()
    expect(practice.locator("#residents > .card")).to_have_count(len(hour.begins))


def test_a_resident_on_the_telephone_is_not_begun_again(practice: Page) -> None:
    w = words()["fi"]
    start = practice.get_by_role(
        "button", name=w["start_of"].format(title=book().scripts["water-bill"].title["fi"]), exact=True
    )
    start.click()
    expect(practice.locator("#residents > .card")).to_have_count(1)
    start.click()
    expect(practice.locator("#lost")).to_have_text(w["busy"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_fault_in_three_languages_light_dark_and_narrow(
    page: Page, lab: Laboratory, language: str, screens: Path
) -> None:
    page.goto(f"{lab.emulator}/practice?lang={language}")
    expect(page.get_by_role("heading", level=1)).to_have_text(words()[language]["title"])
    assert page.locator("html").get_attribute("lang") == language
    assert faults(page) == []
    page.emulate_media(color_scheme="dark")
    assert faults(page) == []
    page.set_viewport_size({"width": 320, "height": 800})
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.screenshot(path=screens / f"practice-{language}-320-dark.png", full_page=True)


def test_the_telephones_page_leads_to_it(table: Page) -> None:
    table.get_by_role("link", name="Practise").click()
    expect(table.locator("#residents")).to_be_attached()
    assert table.url.endswith("/practice")
