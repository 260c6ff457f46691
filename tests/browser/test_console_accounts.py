"""Accounts, one's own account, the log and the city's own sign-in in Chromium: each state looked at, and walked."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from adapters.schema import audit_event
from tests.browser import console_server
from tests.browser.conftest import Desk
from tests.browser.console_server import Running
from tests.browser.test_console_pages import looks_right
from tests.support.openid_provider import CLIENT, SECRET, running

pytestmark = pytest.mark.browser
GOOD = "lumme nousee rannasta"


def test_from_a_new_account_to_its_own_password(desk: Desk, console: Running, screens: Path, chromium: Browser) -> None:
    city = console.city
    city.agent("olli", departments=(), role="administrator")
    city.agent("aino", departments=("housing", "streets", "families", "advice", "extended"))
    city.agent("matti")
    desk.signs_in("olli").page.get_by_role("link", name="Tunnukset").click()
    page = desk.page
    page.get_by_role("link", name="Matti").click()
    looks_right(page, "account", screens)
    page.get_by_text("Sulje tunnus", exact=True).click()
    page.get_by_role("button", name="Sulje tunnus nyt").click()
    page.get_by_text("Tunnus on suljettu").wait_for()
    looks_right(page, "account-closed", screens)
    page.get_by_role("link", name="Kaikki tunnukset").click()
    looks_right(page, "accounts", screens)
    page.get_by_role("link", name="Uusi tunnus").click()
    page.fill("#name", "Sanna Savolainen")
    page.fill("#sign_in", "sanna")
    page.get_by_role("button", name="Luo tunnus").click()
    page.get_by_text("Valitse vähintään yksi palvelu").wait_for()
    looks_right(page, "account-refused", screens)
    page.get_by_label("Asuminen ja rakentaminen").check()
    page.get_by_role("checkbox", name="suomi").check()
    page.get_by_role("button", name="Luo tunnus").click()
    password = page.locator(".once-password").inner_text()
    looks_right(page, "account-password", screens)
    chooses_her_own(chromium, console, password, screens)


def chooses_her_own(chromium: Browser, console: Running, password: str, screens: Path) -> None:
    """Sanna, at her own workplace."""
    context = chromium.new_context(locale="fi-FI", reduced_motion="reduce")
    context.set_default_timeout(10_000)
    page = Desk(context.new_page(), console).opens("/sign-in").page
    page.fill("#sign_in", "sanna")
    page.fill("#password", password)
    page.click(".door-card button")
    page.fill("#new", "SannaSavolainen")
    page.fill("#again", "SannaSavolainen")
    page.get_by_role("button", name="Ota käyttöön").click()
    page.get_by_text("moni arvaa").wait_for()
    looks_right(page, "new-password", screens)
    page.fill("#new", GOOD)
    page.fill("#again", GOOD)
    page.get_by_role("button", name="Ota käyttöön").click()
    page.get_by_role("link", name="Sanna Savolainen").click()
    looks_right(page, "own-account", screens)
    page.get_by_role("button", name="Kirjaudu ulos kaikkialta").click()
    page.wait_for_selector("#password")
    context.close()


def test_the_log_is_read_and_narrowed(desk: Desk, console: Running, screens: Path) -> None:
    city = console.city
    city.agent("olli", departments=(), role="administrator")
    for number in range(60):
        city.put(
            audit_event,
            at=city.clock.now() - timedelta(minutes=number),
            machine=city.clock.machine(),
            who="a_olli" if number % 3 else "command line",
            deed=("account_changed", "pause", "password_reset")[number % 3],
            subject=("agent", "desk", "agent")[number % 3],
            subject_id=("a_olli", "housing", "a_olli")[number % 3],
            department=(None, "housing", None)[number % 3],
            detail=("role, agent to supervisor", "Henkilöstön koulutus kello neljästätoista", None)[number % 3],
        )
    desk.signs_in("olli").page.get_by_role("link", name="Loki").click()
    looks_right(desk.page, "audit", screens)
    desk.page.get_by_label("Teko").select_option("pause")
    desk.page.get_by_role("button", name="Näytä").click()
    desk.page.get_by_text("Henkilöstön koulutus").first.wait_for()
    assert desk.page.locator("tbody tr").count() == 20
    desk.page.fill("#day", "2020-01-01")
    desk.page.get_by_role("button", name="Näytä").click()
    desk.page.get_by_text("Tällä rajauksella ei ole tekoja").wait_for()
    looks_right(desk.page, "audit-empty", screens)


def test_the_citys_own_sign_in_there_and_back_and_out(chromium: Browser, tmp_path: Path, screens: Path) -> None:
    """Through a real browser: cookies that come back from another site, a content policy that lets it pass."""
    with running() as provider:
        console = console_server.run(
            tmp_path, OPENID_ISSUER=provider.issuer, OPENID_CLIENT_ID=CLIENT, OPENID_CLIENT_SECRET=SECRET
        )
        console.city.agent("aino@city.example")
        context = chromium.new_context(locale="fi-FI", reduced_motion="reduce")
        context.set_default_timeout(10_000)
        desk = Desk(context.new_page(), console).opens("/sign-in")
        looks_right(desk.page, "sign-in-openid", screens)
        desk.page.get_by_role("link", name="Kirjaudu kaupungin tunnuksella").click()
        desk.page.get_by_role("link", name="Go on").click()
        desk.page.wait_for_selector(".person-name")
        desk.page.get_by_role("button", name="Kirjaudu ulos").click()
        desk.page.wait_for_selector("#password")
        assert provider.ended == [CLIENT]
        assert desk.problems == []
        context.close()
        console.stop()
