"""The rules in Chromium: two supervisors at once, the whole cycle by keyboard, a caller routed anew within seconds."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Locator, Page

from adapters.schema import agent
from routing_rules.decide import decide
from routing_rules.model import LANGUAGES
from routing_rules.routes import Circumstances, StaffedDesk, ToLine
from routing_rules.versions import drafts
from tests.browser.conftest import Desk
from tests.browser.console_server import Running
from tests.browser.test_console_pages import looks_right
from tests.rig.browsing import tab_to
from tests.rig.waiting import until
from tests.web import rules_rig

pytestmark = pytest.mark.browser
FOLLOWS_SECONDS = 2.0


@pytest.fixture
def rules(console: Running) -> Running:
    city = console.city
    city.agent("seija", ("housing",), role="supervisor")
    city.change(agent, agent.c.id == "a_seija", owns_rules=True)
    city.agent("olli", (), role="administrator")
    rules_rig.published(city)
    rules_rig.draft(city)
    return console


@pytest.fixture
def second(chromium: Browser, rules: Running) -> Iterator[Desk]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="fi-FI", reduced_motion="reduce")
    context.set_default_timeout(10_000)
    one = Desk(context.new_page(), rules)
    yield one
    context.close()
    assert one.problems == []


def reach(page: Page, wanted: Locator, most: int = 150) -> None:
    """By Tab alone, from wherever the focus is."""
    wanted.wait_for()
    for _ in range(most):
        if wanted.evaluate("(one) => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no way by Tab to {wanted}")


def press(page: Page, name: str, role: Literal["button", "link"] = "button") -> None:
    """By keyboard: Tab leads there, and Enter follows it."""
    reach(page, page.get_by_role(role, name=name, exact=True))
    page.keyboard.press("Enter")


def answers(rules: Running) -> str | None:
    """Who answers a question about buses now, as the web process decides it."""
    holder, city = rules.city.services.rules, rules.city
    staffed = tuple(_everybody(rules))
    route = decide(holder.current(), "buses", "fi", city.clock.now(), staffed, Circumstances())
    return route.desk if isinstance(route, ToLine) else None


def _everybody(rules: Running) -> Iterator[StaffedDesk]:
    for department in rules.city.services.rules.current().departments:
        yield StaffedDesk(department.id, frozenset(LANGUAGES))


def writes_a_rule(page: Page) -> None:
    """From the overview to a rule of her own, with the keyboard alone."""
    press(page, "Uimahallin aiheet", "link")
    page.wait_for_url("**/drafts/d1")
    tab_to(page, "a[href$='/parts/rules']")
    page.keyboard.press("Enter")
    press(page, "Lisää sääntö", "link")
    page.wait_for_url("**/~new")
    named = {"fi": "Bussit neuvontaan", "sv": "Bussar till rådgivningen", "en": "Buses to advice"}
    for language, words in named.items():
        tab_to(page, f"#f-name-{language}")
        page.keyboard.type(words)
    tab_to(page, "input[name='when.topics'][value='buses']")
    page.keyboard.press("Space")
    tab_to(page, "#f-goal", most=80)
    page.keyboard.type("Kaupungin neuvonta")
    press(page, "Tallenna luonnokseen")
    page.get_by_text("Tallennettu luonnokseen").wait_for()


def publishes(page: Page, rules: Running) -> float:
    press(page, "Tarkista ja julkaise", "link")
    page.get_by_text("Mikä muuttuu").wait_for()
    for warning in page.locator("input[name='ticked']").all():
        reach(page, warning)
        page.keyboard.press("Space")
    reach(page, page.locator("#reason"))
    page.keyboard.type("Joukkoliikenne on koulutuksessa")
    reach(page, page.get_by_role("button", name="Julkaise säännöt"))
    began = time.monotonic()
    page.keyboard.press("Enter")
    until(lambda: rules.city.services.rules.current().version == 2, 10, lambda: page.inner_text("main"))
    return time.monotonic() - began


def test_from_a_draft_to_the_callers_and_back(desk: Desk, rules: Running, screens: Path) -> None:
    before = answers(rules)
    desk.signs_in("seija", "/rules")
    looks_right(desk.page, "rules-overview", screens)
    writes_a_rule(desk.page)
    looks_right(desk.page, "rules-list", screens)
    seconds = publishes(desk.page, rules)
    assert seconds < FOLLOWS_SECONDS
    assert (before, answers(rules)) == ("transport", "advice")
    desk.page.get_by_text("Versio 2 on nyt voimassa").wait_for()
    looks_right(desk.page, "rules-published", screens)
    press(desk.page, "Sääntöjen versiot", "link")
    press(desk.page, "Versio 1", "link")
    press(desk.page, "Palaa tähän versioon", "link")
    desk.page.get_by_text("Mikään ei ole vielä muuttunut").wait_for()
    looks_right(desk.page, "rules-roll-back", screens)
    reach(desk.page, desk.page.locator("#reason"))
    desk.page.keyboard.type("Neuvoja palasi")
    press(desk.page, "Palaa versioon 1 nyt")
    until(lambda: answers(rules) == "transport", FOLLOWS_SECONDS, lambda: desk.page.inner_text("main"))


def test_two_at_once_and_nothing_is_overwritten(desk: Desk, second: Desk, rules: Running, screens: Path) -> None:
    path = "/rules/drafts/d1/parts/departments/housing"
    desk.signs_in("seija", path)
    second.signs_in("olli", path)
    for page in (desk.page, second.page):
        page.get_by_text("Odotus ja kuuntelu").click()
    second.page.fill("#f-grace_minutes", "20")
    second.page.get_by_role("button", name="Tallenna luonnokseen").click()
    second.page.get_by_text("Tallennettu luonnokseen").wait_for()
    desk.page.get_by_text("Joku muu tallensi tähän luonnokseen").wait_for()  # she is told before she saves
    looks_right(desk.page, "rules-told", screens)
    desk.page.fill("#f-grace_minutes", "12")
    desk.page.fill("#f-overload_wait_minutes", "30")
    desk.page.get_by_role("button", name="Tallenna luonnokseen").click()
    desk.page.get_by_text("Olli Virtanen muutti samaa kohtaa").wait_for()
    looks_right(desk.page, "rules-both-sides", screens)
    desk.page.get_by_role("radio", name="Sinä kirjoitit 12").check()
    desk.page.get_by_role("button", name="Tallenna valinnat").click()
    desk.page.get_by_text("Tallennettu luonnokseen").wait_for()
    housing = next(one for one in _draft(rules)["departments"] if one["id"] == "housing")
    assert (housing["grace_minutes"], housing["overload_wait_minutes"]) == (12, 30)


def _draft(rules: Running) -> dict[str, list[dict[str, object]]]:
    found = drafts.get(rules.city.services.database, "d1")
    assert found is not None
    read: dict[str, list[dict[str, object]]] = json.loads(found.document)
    return read


def test_a_departments_hours_from_the_form_to_the_callers(desk: Desk, rules: Running, screens: Path) -> None:
    rules.city.agent("sirpa", ("culture",), role="supervisor")
    desk.signs_in("sirpa", "/rules")
    press_job(desk.page, "Muuta aukioloaikoja")
    press_job(desk.page, "Kirjasto, liikunta ja kulttuuri")
    looks_right(desk.page, "rules-hours", screens)
    desk.page.fill("#f-hours-week-saturday", "kymmenestä")
    desk.page.get_by_role("button", name="Katso, mikä muuttuu").click()
    desk.page.get_by_text("Kirjoita ajat näin").wait_for()
    assert desk.page.evaluate("document.activeElement.id") == "f-hours-week-saturday"
    looks_right(desk.page, "rules-hours-refused", screens)
    desk.page.fill("#f-hours-week-saturday", "10–15.30")
    desk.page.get_by_role("button", name="Lisää päivä").click()
    added = desk.page.get_by_role("group", name="Poikkeuspäivä").last
    added.get_by_label("Päivä tai ensimmäinen päivä").fill("2026-12-23")
    desk.page.get_by_role("button", name="Katso, mikä muuttuu").click()
    desk.page.get_by_text("Mitään ei ole vielä muuttunut").wait_for()
    looks_right(desk.page, "rules-hours-look", screens)
    desk.page.fill("#reason", "Syyskausi")
    desk.page.get_by_role("button", name="Ota ajat käyttöön nyt").click()
    if desk.page.locator("input[name='ticked']").count():
        looks_right(desk.page, "rules-hours-warned", screens)
        for warning in desk.page.locator("input[name='ticked']").all():
            warning.check()
        desk.page.get_by_role("button", name="Ota ajat käyttöön nyt").click()
    desk.page.get_by_text("Versio 2 on nyt voimassa").wait_for()
    saturday = rules.city.services.rules.current().department("culture").hours.week[5]
    assert [(one.start, one.end) for one in saturday] == [(600, 930)]
    added_day = rules.city.services.rules.current().department("culture").hours.exceptional[-1]
    assert (added_day.day.isoformat(), added_day.intervals) == ("2026-12-23", ())


def press_job(page: Page, name: str) -> None:
    reach(page, page.locator(f"a:has-text('{name}')").first)
    page.keyboard.press("Enter")


def test_an_errors_place_leads_to_its_form(desk: Desk, rules: Running, screens: Path) -> None:
    desk.signs_in("seija", "/rules/drafts/d1/parts/duties/water")
    desk.page.get_by_text("Poista luonnoksesta").click()
    desk.page.get_by_role("button", name="Poista nyt").click()
    desk.page.get_by_role("link", name="Tarkista ja julkaise").first.click()
    desk.page.get_by_text("Korjaa ensin nämä").wait_for()
    looks_right(desk.page, "rules-errors", screens)
    desk.page.get_by_role("link", name="Korjaa").first.click()
    desk.page.get_by_role("heading", name="Vesivuoto tai viemäritukos").wait_for()
