"""A webhook Twilio did not sign changes nothing; one that comes twice has one effect and one answer."""

from urllib.parse import urlsplit

import pytest
import requests

from emulator.signature import sign
from tests.rig.city import City
from tests.rig.journeys import ends_and_notes, takes_callback, talks_with, waits_in_line
from tests.rig.words import heard

FORGED_SID = "CA" + "f" * 32
PROMISE_STEP = "/voice/step/number"


def snapshot(city: City) -> list[object]:
    tables = (
        "call",
        "receipt",
        "callback_request",
        "waiting_caller",
        "offer",
        "outbox",
        "status_event",
        "phone_number",
    )
    return [city.sql(f"SELECT count(*) AS n FROM {table}") for table in tables]  # noqa: S608  names of our own


def form(**more: str) -> dict[str, str]:
    return {"CallSid": FORGED_SID, "From": "+358401234567", "To": "+358171234567", "CallStatus": "ringing", **more}


@pytest.mark.parametrize("path", ["/voice/incoming", "/voice/status", "/voice/fallback", "/sms/incoming", PROMISE_STEP])
def test_forged_webhooks_are_refused(city: City, path: str) -> None:
    before = snapshot(city)
    url = city.installation.web + path
    signature = sign(city.installation.token, url, form())
    unsigned = requests.post(url, form(), timeout=10)
    tampered = requests.post(url, form(Digits="1"), headers={"X-Twilio-Signature": signature}, timeout=10)
    moved = requests.post(f"{url}?lang=sv", form(), headers={"X-Twilio-Signature": signature}, timeout=10)
    wrong_key = sign("0" * 32, url, form())
    stolen = requests.post(url, form(), headers={"X-Twilio-Signature": wrong_key}, timeout=10)
    assert [answer.status_code for answer in (unsigned, tampered, moved, stolen)] == [403] * 4
    assert snapshot(city) == before


@pytest.mark.parametrize("how", ["double", "double_at_once"])
def test_the_same_webhook_twice_has_one_effect(city: City, how: str) -> None:
    city.clock("2026-11-24T10:00:00+02:00", rate=20)
    aino = city.agent("aino").available()
    busy = talks_with(city, aino, "+358401000001")
    city.lab.fault("webhook", how, PROMISE_STEP)
    takes_callback(waits_in_line(city.resident("+358401234567")))
    assert len(city.sql("SELECT id FROM callback_request")) == 1
    assert len(city.sql("SELECT id FROM text_message WHERE key = 'sms.promise'")) == 1
    answers = answers_to(city, PROMISE_STEP)
    assert len(answers) == 2
    assert heard()["promise"] in answers[0]
    assert len(set(answers)) == 1
    aino.away()
    ends_and_notes(busy, aino)


def answers_to(city: City, path: str) -> list[str]:
    hooks = [entry for entry in city.lab.history() if entry["kind"] == "webhook"]
    return [str(hook["body"]) for hook in hooks if urlsplit(str(hook["url"])).path == path]
