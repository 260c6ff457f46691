"""What somebody wrote is text in Chromium, too: no element of it, no address, no script that runs, also in what an open
page takes in live. ``tests/hostile/test_pages_stay_inert.py`` reads every page; here the busiest are opened."""

import json

import pytest
from playwright.sync_api import Dialog, expect

from adapters.schema import ruleset
from tests.browser.conftest import Desk
from tests.browser.console_server import Running
from tests.hostile.written_words import written
from tests.web import rules_rig
from tests.web.console_rig import City
from tests.web.left_messages import leave
from tests.web.test_scope_everywhere import matters, people

pytestmark = pytest.mark.browser
MARK = "<hostile-mark>"
MISSED = "Failed to load resource"  # a busy machine's answer to what a page asks by itself; no script of anybody
PATIENCE = 15_000  # milliseconds
WORDS = (
    f"{MARK}<img src=x onerror=__hit=1><script>__hit=1</script>\"><svg onload=__hit=1>' onmouseover=__hit=1 x='"
    "</textarea></title><a href=javascript:__hit=1>javascript:__hit=1{{__hit}}"
)
FORGED = 'hostile-mark, [src="x"], [onerror], [onload], [onmouseover], [href^="javascript:" i], script:not([src])'
AT_THE_DESK = ("/queue", "/messages", "/matters/r1", "/callers/c1")
OF_SUPERVISORS = (
    "/line",
    "/queue",
    "/recordings/m1234567",
    "/holds",
    "/audit",
    "/rules",
    "/rules/drafts/d1",
    "/accounts",
)


@pytest.fixture
def city(console: Running) -> City:
    """Every name, note, reason and message is hostile, and the rules that are in force name everything so."""
    city = console.city
    people(city)
    matters(city)
    leave(city, "abcdefghijkmnpqrstu1", None, number_id=city.number("+358401234569"))
    city.present("a_aino")
    row = {"version": 2, "state": "published", "author": "service", "reason": "-", "published_at": city.clock.now()}
    city.put(ruleset, document=hostile_rules(), **row)
    city.services.rules.refresh(city.services.database, city.clock.now())
    rules_rig.draft(city)
    written(city, WORDS)
    return city


def hostile_rules() -> str:
    document = json.loads(rules_rig.sample_document())
    for named in (*document["topics"], *document["departments"]):
        named["name"] = dict.fromkeys(("fi", "sv", "en"), f"{MARK}{named['id']}")
    return json.dumps(document)


@pytest.fixture
def opened(desk: Desk) -> list[str]:
    """What opened by itself: dialogs, and what the page's script complained of."""
    found: list[str] = []

    def dialog(one: Dialog) -> None:
        found.append(f"dialog: {one.message}")
        one.dismiss()

    desk.page.on("dialog", dialog)
    desk.page.on(
        "console", lambda said: found.append(said.text) if said.type == "error" and MISSED not in said.text else None
    )
    return found


def is_inert(desk: Desk, opened: list[str], where: str) -> None:
    """And the words do stand there, as they were written."""
    expect(desk.page.locator("main"), where).to_contain_text(MARK, timeout=PATIENCE)
    assert desk.page.locator(FORGED).count() == 0, where
    assert desk.page.evaluate("typeof __hit") == "undefined", where
    assert opened == [], where


def test_hostile_words_are_words_at_the_desk_and_in_what_it_takes_in_live(
    desk: Desk, city: City, opened: list[str]
) -> None:
    desk.signs_in("aino").page.wait_for_selector(".card")
    is_inert(desk, opened, "the desk")
    for path in AT_THE_DESK:
        desk.opens(path)
        is_inert(desk, opened, path)
    is_inert(desk.opens("/queue"), opened, "the queue")
    city.request(
        "r9", code="999999", number_id=city.number("+358409999999"), promise_words=WORDS, interpreter=WORDS[:60]
    )
    desk.page.locator("#m-r9").wait_for(timeout=PATIENCE)
    expect(desk.page.locator("#m-r9")).to_contain_text(MARK, timeout=PATIENCE)
    is_inert(desk, opened, "the queue, live")


def test_hostile_words_are_words_on_the_pages_of_supervisors(desk: Desk, city: City, opened: list[str]) -> None:
    desk.signs_in("olli")
    for path in OF_SUPERVISORS:
        desk.opens(path)
        is_inert(desk, opened, path)
