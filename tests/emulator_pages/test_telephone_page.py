"""The telephone page in a real browser, against the real emulator."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.emulator_pages.laboratory import CITY, Laboratory

pytestmark = pytest.mark.browser


def telephone(table: Page, name: str) -> Locator:
    return table.get_by_role("article", name=name)


def call(table: Page, name: str) -> Locator:
    one = telephone(table, name)
    one.get_by_role("button", name="Call").click()
    expect(one.get_by_role("log")).to_contain_text("Kuopion kaupunki. Suomeksi: paina yksi.")
    return one


def test_a_resident_rings_hears_each_language_marked_presses_and_hangs_up(table: Page) -> None:
    aino = call(table, "Aino")
    expect(aino.locator('[lang="sv-SE"]')).to_have_text("På svenska: tryck två.")
    expect(aino.get_by_text("A key is asked for")).to_be_visible()
    aino.get_by_role("button", name="1", exact=True).click()
    expect(aino.locator(".pressed")).to_have_text("You pressed 1")
    expect(aino.locator('[lang="fi-FI"]').last).to_have_text("Kiitos. Painoit yksi.")
    aino.get_by_role("button", name="Hang up").click()
    expect(aino.get_by_text("The call has ended.")).to_be_visible()
    expect(aino.get_by_role("button", name="Call")).to_be_visible()


def test_two_telephones_hear_their_own_call_only(table: Page) -> None:
    aino, sven = call(table, "Aino"), call(table, "Sven")
    sven.get_by_role("button", name="2", exact=True).click()
    expect(sven.get_by_role("log")).to_contain_text("Tack och adjö.")
    expect(sven.get_by_text("The call has ended.")).to_be_visible()
    expect(aino.get_by_role("log")).not_to_contain_text("Tack och adjö.")
    expect(aino.get_by_role("button", name="Hang up")).to_be_visible()


def test_keys_of_the_keyboard_press_the_telephone_that_has_the_focus(table: Page) -> None:
    aino = call(table, "Aino")
    aino.get_by_role("log").focus()
    table.keyboard.press("1")
    expect(aino.get_by_role("log")).to_contain_text("Kiitos. Painoit yksi.")


def test_a_withheld_number_is_withheld(table: Page, lab: Laboratory) -> None:
    call(table, "Withheld")
    caller = table.evaluate("fetch('/lab/calls?active=1').then((a) => a.json()).then((said) => said.calls[0].from)")
    assert not caller.startswith("+358")


def test_it_rings_is_answered_and_the_words_are_shown(table: Page, lab: Laboratory) -> None:
    lab.ring_back("+358401234503")
    sven = telephone(table, "Sven")
    expect(sven.get_by_text("Ringing", exact=True).first).to_be_visible()
    expect(sven.get_by_role("log")).to_contain_text("Call from +358 17 555 0100")
    sven.get_by_role("button", name="Answer").click()
    expect(sven.locator('[lang="sv-SE"]')).to_have_text("Ni bad oss ringa tillbaka.")
    expect(sven.get_by_role("button", name="Hang up")).to_be_visible()


def test_a_declined_call_is_over_for_both(table: Page, lab: Laboratory) -> None:
    call_sid = lab.ring_back("+358401234502")
    kalle = telephone(table, "Kalle")
    kalle.get_by_role("button", name="Decline").click()
    expect(kalle.get_by_role("button", name="Call")).to_be_visible()
    assert lab.status(call_sid) == "busy"


def test_a_message_arrives_in_the_inbox_of_its_telephone(table: Page, lab: Laboratory) -> None:
    lab.rest("Messages", To="+358401234501", From=CITY, Body="Soitamme klo 13–14. Varmistusnumerosi on 123 456.")
    aino = telephone(table, "Aino")
    expect(aino.locator(".inbox .count")).to_have_text("1")
    aino.get_by_text("Messages").click()
    expect(aino.get_by_text("Soitamme klo 13–14. Varmistusnumerosi on 123 456.")).to_be_visible()
    expect(telephone(table, "Kalle").locator(".inbox .count")).to_have_text("0")


def test_what_twilio_would_not_accept_is_loud(table: Page) -> None:
    aino = call(table, "Aino")
    aino.get_by_role("button", name="3", exact=True).click()
    expect(table.get_by_role("heading", name="Twilio would not accept this")).to_be_visible()
    expect(table.locator("#loud")).not_to_be_empty()
    table.get_by_text("The document", exact=True).first.click()
    expect(table.locator("#errors pre").first).to_contain_text("<Number>wrong place</Number>")
    expect(aino.locator(".failed").first).to_be_visible()


def test_a_telephone_that_answers_by_itself_presses_too(table: Page, lab: Laboratory) -> None:
    kalle = telephone(table, "Kalle")
    kalle.get_by_text("When it rings").click()
    kalle.get_by_label("It is").select_option("answer")
    kalle.get_by_label("After, seconds").fill("1")
    kalle.get_by_label("Then presses").fill("1")
    kalle.get_by_role("button", name="Keep").click()
    expect(kalle.locator(".rule")).to_have_text("answers by itself")
    lab.ring_back("+358401234502", "welcome")
    expect(kalle.locator(".pressed")).to_have_text("You pressed 1")
    expect(kalle.get_by_role("log")).to_contain_text("Kiitos. Painoit yksi.")


def chooses(table: Page, name: str, key: str) -> Locator:
    one = call(table, name)
    one.get_by_role("button", name=key, exact=True).click()
    return one


def says(one: Locator, words: str) -> None:
    one.get_by_role("textbox").fill(words)
    one.get_by_role("button", name="Say", exact=True).click()


def test_a_message_is_spoken_after_the_beep_and_can_be_listened_to(table: Page, lab: Laboratory) -> None:
    aino = chooses(table, "Aino", "5")
    says(aino, "Katuvalo on rikki.")
    expect(aino.locator(".spoke")).to_have_text("You said Katuvalo on rikki.")
    expect(aino.get_by_role("log")).to_contain_text("Kiitos viestistä.")
    assert lab.recordings()[0]["text"] == "Katuvalo on rikki."
    sound = aino.get_by_label("Recording, 1 s")
    expect(sound).to_be_visible()
    seconds = sound.evaluate("(audio) => new Promise((heard) => {"
                             " audio.onloadedmetadata = () => heard(audio.duration); audio.load(); })")  # fmt: skip
    assert 1 <= seconds < 2


def test_typing_holds_the_recording(table: Page, lab: Laboratory) -> None:
    """Between two letters the tape would wait for eight seconds of silence; all of them take longer than that."""
    aino = call(table, "Aino")
    lab.set_rate(2)  # a slow machine has seconds for each letter
    aino.get_by_role("button", name="5", exact=True).click()
    expect(aino.get_by_text("You are being recorded").first).to_be_visible(timeout=15_000)
    begun = lab.business_time()
    for letter in "Katuvalo":
        aino.get_by_role("textbox").press_sequentially(letter)
        lab.until_business(lab.business_time() + timedelta(seconds=1.2))
    assert lab.business_time() - begun > timedelta(seconds=8)
    aino.get_by_role("textbox").press("Enter")
    lab.set_rate(10)
    expect(aino.get_by_role("log")).to_contain_text("Kiitos viestistä.")
    assert lab.recordings()[0]["text"] == "Katuvalo"


def test_hanging_up_ends_the_message(table: Page, lab: Laboratory) -> None:
    aino = chooses(table, "Aino", "5")
    says(aino, "Katuvalo on rikki. " * 40)
    expect(aino.locator(".spoke")).to_be_visible()
    aino.get_by_role("button", name="Hang up").click()
    expect(aino.locator(".tape audio")).to_be_visible()
    expect(aino.get_by_text("The call has ended.")).to_be_visible()


def test_a_question_is_answered_in_words(table: Page) -> None:
    aino = chooses(table, "Aino", "6")
    expect(aino.get_by_text("Words or a key are asked for")).to_be_visible()
    says(aino, "pysäköinti")
    expect(aino.get_by_role("log")).to_contain_text("Kuulin: pysäköinti.")


def test_what_a_machine_has_heard_is_shown(table: Page, lab: Laboratory) -> None:
    kalle = telephone(table, "Kalle")
    kalle.get_by_text("When it rings").click()
    kalle.get_by_label("It is").select_option("machine")
    kalle.get_by_label("Greets, seconds").fill("0")
    kalle.get_by_role("button", name="Keep").click()
    call_sid = lab.ring_back("+358401234502")
    expect(kalle.get_by_role("log")).to_contain_text("Ni bad oss ringa tillbaka.")
    lab.rest(f"Calls/{call_sid}", Status="completed")
    kalle.get_by_text("On the machine").click()
    expect(kalle.locator(".left li")).to_contain_text("Ni bad oss")


def test_an_agents_own_telephone_is_put_on_the_table_and_stays_there(table: Page) -> None:
    table.get_by_label("Number", exact=True).fill("+358 44 555 0199")
    table.get_by_label("Whose").fill("Agent Liisa")
    table.get_by_role("button", name="Put on the table").click()
    expect(telephone(table, "Agent Liisa")).to_contain_text("+358 44 555 0199")
    table.reload()
    expect(telephone(table, "Agent Liisa")).to_be_visible()
    telephone(table, "Agent Liisa").get_by_role("button", name="Put Agent Liisa away").click()
    expect(telephone(table, "Agent Liisa")).to_have_count(0)
    expect(table.get_by_role("button", name="Agent Liisa, +358 44 555 0199")).to_be_visible()


def test_a_telephone_in_the_drawer_rings_and_is_taken_out_and_answered(table: Page, lab: Laboratory) -> None:
    lab.ring_back("+358445550177")
    table.get_by_role("button", name="+358 44 555 0177, rings").click()
    own = telephone(table, "+358 44 555 0177")
    own.get_by_role("button", name="Answer").click()
    expect(own.get_by_role("log")).to_contain_text("Ni bad oss ringa tillbaka.")


@pytest.mark.parametrize(
    ("button", "day", "hour"),
    [("Tue 10.00", "Tue 1 Dec 2026", "10.00"), ("Sat 17.05", "Sat 28 Nov 2026", "17.05")],
)
def test_the_clock_goes_forward_to_a_named_moment(table: Page, button: str, day: str, hour: str) -> None:
    expect(table.locator("#clock-time")).to_have_text(re.compile(r"10\.0\d\.\d\d"))
    table.get_by_role("button", name=button).click()
    expect(table.locator("#clock-day")).to_have_text(day)
    expect(table.locator("#clock-time")).to_contain_text(hour)


def test_the_clock_is_set_to_a_summer_day_and_sped_up(table: Page) -> None:
    table.get_by_label("Date and time").fill("2027-07-01T08:30")
    table.get_by_role("button", name="Set", exact=True).click()
    expect(table.locator("#clock-day")).to_have_text("Thu 1 Jul 2027")
    expect(table.locator("#clock-time")).to_contain_text("08.3")
    table.get_by_label("60×").check()
    expect(table.get_by_label("60×")).to_be_checked()
    rate = table.evaluate("fetch('/lab/clock').then((answer) => answer.json()).then((said) => said.rate)")
    assert rate == 60


def test_the_emptied_lab_leaves_the_telephones_usable(table: Page, lab: Laboratory) -> None:
    call(table, "Aino")
    lab.reset()
    expect(telephone(table, "Aino").get_by_text("The lab was emptied.")).to_be_visible()
    call(table, "Aino")


def test_it_is_accessible_in_both_lights_and_fits_every_screen(table: Page, lab: Laboratory, screens: Path) -> None:
    lab.rest("Messages", To="+358401234501", From=CITY, Body="Soitamme klo 13–14. Varmistusnumerosi on 123 456.")
    lab.ring_back("+358401234502")
    call(table, "Aino").get_by_role("button", name="1", exact=True).click()
    call(table, "Sven").get_by_role("button", name="3", exact=True).click()
    says(chooses(table, "Withheld", "5"), "Katuvalo on rikki Snellmaninkadulla.")
    expect(telephone(table, "Withheld").locator("audio")).to_be_visible()
    expect(telephone(table, "Kalle").get_by_role("button", name="Answer")).to_be_visible()
    expect(table.get_by_role("heading", name="Twilio would not accept this")).to_be_visible()
    telephone(table, "Aino").get_by_text("Messages").click()
    telephone(table, "Kalle").get_by_text("When it rings").click()
    for width in (1280, 360):
        for scheme in ("light", "dark"):
            table.set_viewport_size({"width": width, "height": 900})
            table.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            if (found := _violations(table)) != []:
                table.screenshot(path=screens / f"telephones-{width}-{scheme}.png", full_page=True)
            assert found == [], (width, scheme)
            assert table.evaluate("document.documentElement.scrollWidth") <= width


def _violations(page: Page) -> list[tuple[str, list[str]]]:
    found = Axe().run(page).response["violations"]
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]


def test_it_works_under_a_strict_content_security_policy(page: Page, lab: Laboratory) -> None:
    page.route(
        f"{lab.emulator}/",
        lambda route: route.fulfill(
            response=route.fetch(),
            headers={"Content-Type": "text/html", "Content-Security-Policy": "default-src 'self'"},
        ),
    )
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if "Security Policy" in message.text else None)
    page.goto(lab.emulator)
    call(page, "Aino")
    assert [text for text in refused if "data:," not in text] == []
