"""The water-cut morning against the clock: from sign-in to the moment a caller hears it, through the real webhooks;
then the waterworks' line is closed for an hour, and both are ended."""

import html
import re
import time
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import expect
from twilio.request_validator import RequestValidator

from queue_workers import after_hours
from routing_rules.service import publish_first
from tests.browser.conftest import Desk
from tests.browser.console_server import Running
from tests.browser.test_console_pages import looks_right
from tests.web.console_rig import ENVIRONMENT, SAMPLE, City
from wsgi import create_app

pytestmark = pytest.mark.browser
HEARD = "Vesikatko. Alue: Petonen. Vesi palaa arviolta kello neljätoista kolmekymmentä."
NEXT = re.compile(r'<Gather[^>]* action="([^"]+)"')
TWO_VOICES = """
  window.said = [];
  window.SpeechSynthesisUtterance = class extends EventTarget { constructor(text) { super(); this.text = text; } };
  Object.defineProperty(window, "speechSynthesis", { value: {
    getVoices: () => [{ lang: "fi-FI" }, { lang: "en-GB" }],
    addEventListener: () => {},
    cancel: () => {},
    speak: (one) => { window.said.push([one.lang, one.text]); one.dispatchEvent(new Event("end")); },
  } });
"""


class Resident:
    """A telephone that rings the city's number: each webhook is signed as the provider signs it."""

    def __init__(self, city: City, client: FlaskClient) -> None:
        self.base, self.client, self.sid = city.services.base, client, "CA" + "7" * 32

    def rings(self) -> str:
        """What is heard from the first word to the first menu, in Finnish."""
        greeting = self._asks("/voice/incoming")
        return greeting + self._asks(html.unescape(NEXT.findall(greeting)[-1]), Digits="1")

    def _asks(self, target: str, **given: str) -> str:
        target = target.removeprefix(self.base).partition("#")[0]
        form = {"CallSid": self.sid, "AccountSid": ENVIRONMENT["TWILIO_ACCOUNT_SID"], "From": "+358401234567", **given}
        form["To"] = ENVIRONMENT["CITY_NUMBER"]
        signed = RequestValidator(ENVIRONMENT["TWILIO_AUTH_TOKEN"]).compute_signature(self.base + target, form)
        answer = self.client.post(target, data=form, headers={"X-Twilio-Signature": signed})
        assert answer.status_code == 200
        return answer.get_data(as_text=True)


@pytest.fixture
def city(console: Running) -> City:
    """Published rules, and Sirpa, who supervises the waterworks."""
    city = console.city
    now = city.clock.now()
    publish_first(city.services.database, SAMPLE.read_text(encoding="utf-8"), "olli", "first", now)
    city.services.rules.refresh(city.services.database, now)
    city.agent("sirpa", ("waterworks", "housing"), role="supervisor")
    return city


@pytest.fixture
def resident(city: City) -> Resident:
    return Resident(city, create_app(city.services).test_client())


def test_the_water_cut_morning(desk: Desk, city: City, resident: Resident, screens: Path) -> None:
    page = desk.page
    page.add_init_script(TWO_VOICES)
    began = time.monotonic()
    desk.signs_in("sirpa")
    page.get_by_role("link", name="Tiedotteet", exact=True).click()
    page.get_by_label("Mitä on tapahtunut?").select_option(label="Vesikatko")
    page.get_by_label("Missä?").fill("Petonen")
    page.get_by_role("button", name="Tee lauseet").click()
    expect(page.get_by_label("Suomeksi", exact=True)).to_have_value(HEARD)
    assert "Vesikatko" not in resident.rings(), "nothing is on air before she has said so"
    page.get_by_role("button", name="Kuuntele suomeksi").click()
    page.get_by_role("button", name="Kuuntele englanniksi").click()
    assert [said[0] for said in page.evaluate("said")] == ["fi-FI", "en-GB"]
    assert page.evaluate("said[0][1]") == HEARD
    expect(page.get_by_role("button", name="Kuuntele ruotsiksi")).to_be_disabled()
    expect(page.locator('[data-playback="sv"]')).to_contain_text("Tässä selaimessa ei ole ääntä")
    page.get_by_role("button", name="Aloita tiedote").click()
    expect(page.locator(".on-air")).to_contain_text("Soittajat kuulevat nyt")
    assert HEARD in resident.rings()
    assert time.monotonic() - began < 60

    line = city.caller(topic="water-bill", department="waterworks", desk="waterworks")
    desk.opens("/switches")
    page.locator("#close-department").select_option("waterworks")
    page.locator("#close-reason").fill("Kaikki ovat korjaamassa putkea.")
    page.get_by_role("button", name="Sulje nyt").click()
    expect(page.locator(".on-air")).to_contain_text("Suljettu nyt:")
    looks_right(page, "switches-running", screens)
    assert after_hours.settle(city.services) == 1, f"{line} waits in a line that is closed"
    assert "waterworks" in {one.desk.id for one in after_hours._closings(city.services)}

    page.locator("#main .item").get_by_role("button", name="Lopeta nyt").click()
    expect(page.get_by_text("Mitään pikakytkintä ei ole päällä.")).to_be_visible()
    desk.opens("/queue").page.locator(".on-air").get_by_role("button", name="Lopeta nyt").click()
    expect(page.get_by_text("Mitään tiedotetta ei nyt kuulla.")).to_be_visible()
    assert "Vesikatko" not in resident.rings()
    assert "waterworks" not in {one.desk.id for one in after_hours._closings(city.services)}


def test_the_steps_of_a_notice_look_right(desk: Desk, city: City, screens: Path) -> None:
    desk.page.add_init_script(TWO_VOICES)
    desk.signs_in("sirpa", "/notices")
    desk.page.locator("#what").select_option("buses_late")
    desk.page.locator("#where").fill("Linjat 5 ja 7")
    desk.page.get_by_role("button", name="Tee lauseet").click()
    desk.page.locator("[data-arrive]").wait_for()
    looks_right(desk.page, "notices-check", screens)


def test_a_switch_that_cuts_deep_is_asked_about(desk: Desk, city: City, screens: Path) -> None:
    city.agent("olli", (), role="administrator")
    desk.signs_in("olli", "/switches")
    looks_right(desk.page, "switches", screens)
    desk.page.locator("#close-department").select_option("extended")
    desk.page.locator("#close-reason").fill("Kaikki sairaana.")
    desk.page.get_by_role("button", name="Sulje nyt").click()
    expect(desk.page.get_by_role("alert")).to_contain_text("ei ole varapaikkaa")
    looks_right(desk.page, "switches-sure", screens)
    desk.page.get_by_role("button", name="Kyllä, kytke nyt").click()
    expect(desk.page.locator(".on-air")).to_contain_text("Suljettu nyt:")
