"""The browser library the console's page loads, in a real browser, against the real emulator."""

import pytest
import requests
from playwright.sync_api import Page

from tests.emulator_pages.console_stand_in import token
from tests.emulator_pages.laboratory import CITY, Laboratory
from tests.rig.waiting import until

pytestmark = pytest.mark.browser

OPEN = """(token) => {
  window.heard = []; window.happened = [];
  window.device = new Twilio.Device(token, { closeProtection: true });
  for (const name of ['registered', 'unregistered', 'error', 'tokenWillExpire']) {
    device.on(name, (value) => happened.push(name === 'error' ? `error ${value.code}` : name));
  }
  device.on('incoming', (call) => {
    window.call = call;
    happened.push('incoming');
    for (const name of ['accept', 'cancel', 'disconnect', 'reject', 'error']) call.on(name, () => happened.push(name));
    call.on('heard', (text) => heard.push(text));
  });
  return device.register().then(() => device.state, (error) => `refused ${error.code}`);
}"""


@pytest.fixture
def console(page: Page, lab: Laboratory) -> Page:
    page.goto(f"{lab.service}/console")
    return page


def registered(console: Page) -> Page:
    assert console.evaluate(OPEN, token()) == "registered"
    return console


def awaits(console: Page, happened: str) -> None:
    console.wait_for_function("(name) => happened.includes(name)", arg=happened)


def resident_asks_for_the_agent(lab: Laboratory) -> str:
    rung = requests.post(f"{lab.emulator}/lab/calls", json={"from": "+358401234501", "to": CITY}, timeout=10)
    call_sid = str(rung.json()["call_sid"])
    since = 0
    while True:
        seen = requests.get(f"{lab.emulator}/lab/calls/{call_sid}?since={since}&wait=10", timeout=20).json()
        assert seen["status"] in ("queued", "ringing", "in-progress")
        if seen["gathering"]:
            break
        since = seen["next"]
    requests.post(f"{lab.emulator}/lab/calls/{call_sid}/press", json={"digits": "4"}, timeout=10).raise_for_status()
    return call_sid


def test_a_call_comes_is_accepted_and_hung_up(console: Page, lab: Laboratory) -> None:
    registered(console)
    resident = resident_asks_for_the_agent(lab)
    awaits(console, "incoming")
    assert console.evaluate("call.status()") == "pending"
    assert console.evaluate("call.parameters.From") == "+358401234501"
    assert console.evaluate("call.parameters.CallSid").startswith("CA")
    console.evaluate("call.accept()")
    awaits(console, "accept")
    assert console.evaluate("call.status()") == "open"
    assert console.evaluate("device.isBusy") is True
    console.evaluate("call.disconnect()")
    awaits(console, "disconnect")
    assert console.evaluate("call.status()") == "closed"
    assert console.evaluate("device.calls.length") == 0
    assert lab.status(resident) in ("in-progress", "completed")


def test_a_call_that_is_over_before_she_hangs_up_leaves_no_error_in_the_browsers_console(
    console: Page, lab: Laboratory
) -> None:
    """The service ends her call when she notes the outcome; her page hangs up at the same moment."""
    errors: list[str] = []
    answers: list[int] = []
    console.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    console.on("response", lambda one: answers.append(one.status) if one.url.endswith("/device/disconnect") else None)
    registered(console)
    resident_asks_for_the_agent(lab)
    awaits(console, "incoming")
    console.evaluate("call.accept()")
    awaits(console, "accept")
    console.evaluate("call.disconnect(); call.disconnect()")
    awaits(console, "disconnect")
    until(lambda: len(answers) == 2 or console.wait_for_timeout(20), 10, lambda: f"answers: {answers}")
    assert (answers, errors) == ([200, 200], [])
    assert "error" not in console.evaluate("happened")


def test_a_rejected_call_is_refused_at_the_other_end(console: Page, lab: Laboratory) -> None:
    registered(console)
    call_sid = lab.ring_back("client:a_1")
    awaits(console, "incoming")
    console.evaluate("call.reject()")
    awaits(console, "reject")
    console.wait_for_function(
        "async ([url]) => (await (await fetch(url)).json()).status === 'busy'",
        arg=[f"{lab.emulator}/lab/calls/{call_sid}"],
    )


def test_the_caller_who_gives_up_cancels_the_ringing(console: Page, lab: Laboratory) -> None:
    registered(console)
    resident = resident_asks_for_the_agent(lab)
    awaits(console, "incoming")
    requests.post(f"{lab.emulator}/lab/calls/{resident}/hangup", json={}, timeout=10).raise_for_status()
    awaits(console, "cancel")
    assert console.evaluate("call.status()") == "closed"


def test_what_the_agent_would_hear_comes_as_text(console: Page, lab: Laboratory) -> None:
    registered(console)
    lab.ring_back("client:a_1")
    awaits(console, "incoming")
    console.evaluate("call.accept()")
    console.wait_for_function("() => heard.includes('Ni bad oss ringa tillbaka.')")


def test_mute_is_remembered_and_wrong_digits_are_refused(console: Page, lab: Laboratory) -> None:
    registered(console)
    lab.ring_back("client:a_1")
    awaits(console, "incoming")
    console.evaluate("call.accept()")
    awaits(console, "accept")
    assert console.evaluate("(call.mute(true), call.isMuted())") is True
    assert console.evaluate("(call.mute(false), call.isMuted())") is False
    assert console.evaluate("(() => { try { call.sendDigits('a'); } catch (e) { return e.name; } })()") == "TwilioError"
    console.evaluate("call.sendDigits('1')")
    sid = console.evaluate("call.parameters.CallSid")
    console.wait_for_function(
        "async ([url]) => (await (await fetch(url)).json()).events.some((e) => e.kind === 'key' && e.text === '1')",
        arg=[f"{lab.emulator}/lab/calls/{sid}?since=0&wait=0"],
    )
    assert "error" not in console.evaluate("happened")


@pytest.mark.parametrize("bad", ["not a token", token(secret="another-half-of-a-key-that-is-as-long")])
def test_a_bad_token_is_refused(console: Page, bad: str) -> None:
    said = console.evaluate(
        "(bad) => { try { return new Twilio.Device(bad).register().catch((e) => String(e.code)); }"
        " catch (e) { return String(e.code); } }",
        bad,
    )
    assert said.isdigit()


def test_it_asks_for_a_new_token_before_the_old_one_ends(console: Page) -> None:
    assert console.evaluate(OPEN, token(ttl=11)) == "registered"
    awaits(console, "tokenWillExpire")
    console.evaluate("(fresh) => device.updateToken(fresh)", token())
    assert console.evaluate("device.state") == "registered"


def test_it_registers_again_after_the_emulator_was_away(console: Page, lab: Laboratory) -> None:
    registered(console)
    lab.restart()
    console.wait_for_function("() => happened.filter((name) => name === 'registered').length === 2")
    assert "unregistered" in console.evaluate("happened")
    lab.ring_back("client:a_1")
    awaits(console, "incoming")


def test_a_call_that_ended_while_the_emulator_was_away_does_not_keep_it_busy(console: Page, lab: Laboratory) -> None:
    registered(console)
    lab.ring_back("client:a_1")
    awaits(console, "incoming")
    console.evaluate("device.calls[0].accept()")
    console.wait_for_function("() => device.isBusy")
    lab.restart()
    console.wait_for_function("() => !device.isBusy")


def test_an_unregistered_device_is_not_rung(console: Page, lab: Laboratory) -> None:
    registered(console)
    console.evaluate("device.unregister()")
    assert console.evaluate("device.state") == "unregistered"
    console.evaluate("device.register()")
    console.wait_for_function("() => device.state === 'registered'")
    console.evaluate("device.destroy()")
    assert console.evaluate("device.state") == "destroyed"
