"""The recording of a talk on the agent's page: one key, shown and said aloud only once it is true, without a reload."""

from pathlib import Path

from playwright.sync_api import expect

from adapters.schema import recording
from tests.browser.conftest import Desk
from tests.browser.test_console_pages import looks_right
from tests.browser.test_console_talk import T, aino, city, pytestmark, talks
from tests.web.console_rig import City

__all__ = ["aino", "city", "pytestmark"]

STATE = "[data-recording='{}'] .recording-state"


def runs(aino: Desk, city: City) -> None:
    city.put(
        recording, id="rec1", recording_sid="RE" + "1" * 32, call_sid=f"CA{'c1':0>32}", kind="talk", state="running",
        topic="housing", language="fi", department="housing", token="secret", seconds=0, made_at=city.clock.now(),
        offer_token="tok1", agent_id="a_aino", wanted="on",
    )  # fmt: skip
    becomes(aino, city, "running", "running")


def becomes(aino: Desk, city: City, state: str, shown: str) -> None:
    """The provider has said so, and the page is told."""
    city.change(recording, recording.c.id == "rec1", state=state)
    aino.running.hub.tell("a_aino")
    expect(aino.page.locator(STATE.format(shown))).to_have_text(T(f"talk.recording.{shown}"))


def test_one_key_pauses_and_resumes_and_each_is_said_once_it_is_true(aino: Desk, city: City) -> None:
    page = talks(aino, city)
    runs(aino, city)
    polite, button = page.locator("#polite"), page.locator("[data-pause-recording]")
    expect(polite).to_contain_text(T("talk.recording.running"))
    expect(button).to_contain_text(T("talk.recording.pause"))
    page.keyboard.press("n")
    expect(page.locator(STATE.format("pausing"))).to_have_text(T("talk.recording.pausing"))
    expect(polite).to_contain_text(T("talk.recording.pausing"))
    expect(page.locator("#recording-help")).to_have_text(T("talk.recording.wait"))
    becomes(aino, city, "paused", "paused")
    expect(polite).to_contain_text(T("talk.recording.paused"))
    expect(button).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("n")
    expect(page.locator(STATE.format("resuming"))).to_be_visible()
    becomes(aino, city, "running", "running")
    expect(polite).to_contain_text(T("talk.recording.running"))
    assert city.one(recording.c.wanted, where=recording.c.id == "rec1")[0] == "on"


def test_a_no_in_words_is_asked_once_more_and_then_nothing_is_kept(aino: Desk, city: City, screens: Path) -> None:
    page = talks(aino, city)
    runs(aino, city)
    sure = page.locator('[data-panel="refuse-recording"]')
    page.get_by_role("button", name=T("talk.recording.refuse")).click()
    expect(sure).to_contain_text(T("talk.recording.refuse.sure"))
    looks_right(page, "desk-recording-refused", screens)
    page.keyboard.press("Escape")
    expect(sure).to_be_hidden()
    assert city.one(recording.c.deleted_at, where=recording.c.id == "rec1")[0] is None
    page.get_by_role("button", name=T("talk.recording.refuse")).click()
    page.get_by_role("button", name=T("talk.recording.refuse.go")).click()
    expect(page.locator("[data-recording]")).to_have_count(0)
    assert city.one(recording.c.deleted_at, where=recording.c.id == "rec1")[0] is not None
