"""The browser telephone: one page has it, it comes back by itself, and says in words what ails it."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from adapters.schema import agent, presence
from console.words import page_words
from tests.browser.conftest import Desk
from tests.browser.console_server import Running
from tests.web.console_rig import City

pytestmark = pytest.mark.browser
T = page_words("fi")


@pytest.fixture
def city(console: Running) -> City:
    console.city.agent("aino")
    console.city.present("a_aino")
    return console.city


def telephone(page: Page, state: str) -> None:
    expect(page.locator(f'.telephone[data-state="{state}"]')).to_be_visible(timeout=15_000)


@pytest.fixture
def aino(desk: Desk, city: City) -> Desk:
    desk.signs_in("aino")
    telephone(desk.page, "registered")
    return desk


def on_record(city: City) -> tuple[str | None, str | None]:
    row = city.one(presence.c.tab, presence.c.telephone, where=presence.c.agent_id == "a_aino")
    return row.tab, row.telephone


def until(page: Page, holds: Callable[[], bool]) -> None:
    """Waits for the record, with the page's own clock; the deadline is Playwright's."""
    for _ in range(100):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError("the record never said so")


def explains(page: Page, why: str) -> None:
    shown = page.locator("#telephone-help [data-why]:not([hidden])")
    expect(shown).to_have_count(1)
    expect(shown).to_contain_text(T(f"telephone.why.{why}"))
    expect(shown).to_contain_text(T(f"telephone.do.{why}"))


def test_the_record_knows_which_page_rings_and_that_it_can(aino: Desk, city: City) -> None:
    until(aino.page, lambda: on_record(city)[1] == "registered")
    assert on_record(city)[0] == aino.page.evaluate("sessionStorage.getItem('console-tab')")


def test_a_newer_page_takes_the_telephone_over_at_a_click_and_the_older_falls_silent(aino: Desk, city: City) -> None:
    newer = aino.page.context.new_page()
    newer.goto(f"{aino.running.web}/console/")
    telephone(newer, "elsewhere")
    explains(newer, "elsewhere")
    telephone(aino.page, "registered")
    newer.get_by_role("button", name=T("telephone.take")).click()
    telephone(newer, "registered")
    telephone(aino.page, "elsewhere")
    explains(aino.page, "elsewhere")
    assert aino.page.evaluate("devices.at(-1).state") == "destroyed"
    assert on_record(city)[0] == newer.evaluate("sessionStorage.getItem('console-tab')")


def test_in_another_browser_too_only_one_page_rings(aino: Desk, city: City) -> None:
    """No channel leads from one browser to another: the record does."""
    assert aino.page.context.browser is not None
    other = aino.page.context.browser.new_context(locale="fi-FI", reduced_motion="reduce")
    second = Desk(other.new_page(), aino.running).signs_in("aino")
    telephone(second.page, "elsewhere")
    second.page.get_by_role("button", name=T("telephone.take")).click()
    telephone(second.page, "registered")
    telephone(aino.page, "elsewhere")
    other.close()


def test_a_reload_keeps_the_telephone_and_a_copied_tab_does_not_share_its_name(aino: Desk, city: City) -> None:
    name = aino.page.evaluate("sessionStorage.getItem('console-tab')")
    aino.page.reload()
    telephone(aino.page, "registered")
    assert aino.page.evaluate("sessionStorage.getItem('console-tab')") == name
    copy = aino.page.context.new_page()
    copy.add_init_script(f"if (!sessionStorage.getItem('console-tab')) sessionStorage.setItem('console-tab', '{name}')")
    copy.goto(f"{aino.running.web}/console/")
    telephone(copy, "elsewhere")
    assert copy.evaluate("sessionStorage.getItem('console-tab')") != name


def test_a_page_that_has_died_gives_the_telephone_up_by_itself(aino: Desk, city: City) -> None:
    newer = aino.page.context.new_page()
    newer.goto(f"{aino.running.web}/console/")
    telephone(newer, "elsewhere")
    aino.page.close()
    city.clock.seconds += 16  # machine time: no sign of life of the older page
    telephone(newer, "registered")


def test_a_lost_registration_comes_back_by_itself(aino: Desk) -> None:
    aino.page.evaluate("devices.at(-1).falls()")
    telephone(aino.page, "reconnecting")
    explains(aino.page, "network")
    telephone(aino.page, "registered")
    expect(aino.page.locator("#telephone-help")).to_be_hidden()


def test_what_stays_lost_counts_as_failed_and_comes_back_with_the_network(aino: Desk, city: City) -> None:
    aino.page.evaluate("window.unreachable = true; devices.at(-1).falls()")
    telephone(aino.page, "failed")
    until(aino.page, lambda: on_record(city)[1] == "failed")
    aino.page.evaluate("window.unreachable = false; dispatchEvent(new Event('online'))")
    telephone(aino.page, "registered")
    until(aino.page, lambda: on_record(city)[1] == "registered")


@pytest.mark.parametrize(
    ("code", "why"), [(31003, "firewall"), (53405, "firewall"), (31486, "busy"), (31005, "network")]
)
def test_an_error_is_explained_by_what_she_can_do(aino: Desk, code: int, why: str) -> None:
    aino.page.evaluate(f"devices.at(-1).fails({code})")
    explains(aino.page, why)


def test_a_microphone_that_fails_takes_the_telephone_out_of_the_line(aino: Desk, city: City) -> None:
    aino.page.evaluate("devices.at(-1).fails(31402)")
    telephone(aino.page, "microphone")
    explains(aino.page, "microphone")
    until(aino.page, lambda: on_record(city)[1] == "microphone")
    aino.page.get_by_role("button", name=T("telephone.retry")).click()
    telephone(aino.page, "registered")


def test_a_refused_token_and_one_that_runs_out_are_renewed(aino: Desk) -> None:
    for event in ("fails(20104)", "emit('tokenWillExpire')"):
        with aino.page.expect_response("**/telephone-token"):
            aino.page.evaluate(f"devices.at(-1).{event}")
        telephone(aino.page, "registered")


def with_voice(route: Route) -> None:
    """As with the real provider: this telephone needs a microphone."""
    answer = route.fetch()
    route.fulfill(response=answer, body=json.dumps(answer.json() | {"microphone": True}))


def hears_no(page: Page, state: str) -> None:
    page.add_init_script(
        f"navigator.permissions.query = async () => ({{ state: '{state}' }});"
        "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('no', 'NotAllowedError'); };"
    )


def test_the_microphone_is_asked_for_with_words_first_and_a_no_is_explained(desk: Desk, city: City) -> None:
    desk.page.route("**/telephone-token", with_voice)
    hears_no(desk.page, "prompt")
    desk.signs_in("aino")
    telephone(desk.page, "registered")
    explains(desk.page, "ask")
    desk.page.get_by_role("button", name=T("telephone.ask")).click()
    telephone(desk.page, "microphone")
    explains(desk.page, "microphone")


def test_a_microphone_that_was_refused_before_is_said_at_once(desk: Desk, city: City) -> None:
    desk.page.route("**/telephone-token", with_voice)
    hears_no(desk.page, "denied")
    desk.signs_in("aino")
    telephone(desk.page, "microphone")
    explains(desk.page, "microphone")


def test_without_a_telephone_she_is_away_and_with_a_reserve_she_is_not(desk: Desk, city: City) -> None:
    def state() -> str:
        return str(city.one(presence.c.state, where=presence.c.agent_id == "a_aino")[0])

    desk.page.route("**/telephone-token", with_voice)
    hears_no(desk.page, "denied")
    desk.signs_in("aino")
    telephone(desk.page, "microphone")
    expect(desk.page.locator(".empty-away")).to_contain_text(T("presence.problem.telephone"), timeout=40_000)
    city.change(agent, agent.c.id == "a_aino", reserve_telephone="+358501112233")
    desk.page.reload()
    expect(desk.page.locator("#telephone-help")).to_contain_text(T("telephone.reserve"))
    desk.page.get_by_role("button", name=T("empty.start")).click()
    expect(desk.page.locator(".empty-available")).to_be_visible()
    with desk.page.expect_response("**/heartbeat"):
        pass
    with desk.page.expect_response("**/heartbeat"):
        pass
    assert state() == "available"
