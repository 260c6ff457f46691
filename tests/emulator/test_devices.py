"""Browsers' telephones: tokens, incoming, accept, words heard, a browser that dies."""

import base64
import contextlib
import hashlib
import hmac
import json
import time
from typing import Any

import requests

from tests.emulator.other_side import OtherSide
from tests.emulator.rig import ACCOUNT, CITY, Rig


def token(secret: str = "secret", **changes: Any) -> str:
    def part(content: bytes) -> str:
        return base64.urlsafe_b64encode(content).rstrip(b"=").decode()

    grants = {"identity": "a_1", "voice": {"incoming": {"allow": True}}}
    claims = {"iss": "SK1", "sub": ACCOUNT, "exp": int(time.time()) + 60, "grants": grants, **changes}
    text = part(b'{"alg":"HS256","typ":"JWT"}') + "." + part(json.dumps(claims).encode())
    return text + "." + part(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest())


class Browser:
    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.session = self.post("register", token=token()).json()["session"]
        self.since = 0

    def post(self, deed: str, **content: Any) -> requests.Response:
        return self.rig.session.post(f"{self.rig.base}/device/{deed}", json=content, timeout=5)

    def act(self, deed: str, sid: str, **content: Any) -> requests.Response:
        return self.post(deed, session=self.session, call_sid=sid, **content)

    def next(self) -> Any:
        query = {"session": self.session, "since": self.since, "wait": 5}
        answer = self.rig.session.get(f"{self.rig.base}/device/events", params=query, timeout=10).json()
        event = answer["events"][0]
        self.since = event["n"] + 1
        return event


def create(rig: Rig, side: OtherSide) -> str:
    answer = rig.rest("POST", "Calls.json", To="client:a_1", From=CITY, Url=f"{side.base}/out")
    return str(answer.json()["sid"])


def test_a_whole_call(rig: Rig, side: OtherSide) -> None:
    side.on("/out", '<Say>you are connected</Say><Pause length="1000"/>')
    browser = Browser(rig)
    sid = create(rig, side)
    incoming = browser.next()
    assert (incoming["type"], incoming["call_sid"], incoming["from"]) == ("incoming", sid, CITY)
    assert browser.act("accept", sid).ok
    assert browser.next()["type"] == "accepted"
    heard = browser.next()
    assert (heard["type"], heard["text"]) == ("heard", "you are connected")
    assert browser.act("press", sid, digits="1").ok
    assert browser.act("disconnect", sid).ok
    assert browser.next()["type"] == "disconnect"
    assert rig.ended(sid)["status"] == "completed"
    assert browser.act("disconnect", sid).ok, "hung up by both sides at once: nothing is wrong"
    assert browser.act("accept", sid).status_code == 409


def test_reject(rig: Rig, side: OtherSide) -> None:
    browser = Browser(rig)
    sid = create(rig, side)
    browser.next()
    browser.act("reject", sid)
    assert rig.ended(sid)["status"] == "busy"


def test_cancelled_while_ringing(rig: Rig, side: OtherSide) -> None:
    browser = Browser(rig)
    sid = create(rig, side)
    browser.next()
    rig.rest("POST", f"Calls/{sid}.json", Status="canceled")
    assert browser.next()["type"] == "cancel"


def test_custom_parameters(rig: Rig, side: OtherSide) -> None:
    inside = '<Client><Identity>a_1</Identity><Parameter name="matter" value="m1"/></Client>'
    side.on("/voice", f'<Dial callerId="{CITY}">{inside}</Dial>')
    browser = Browser(rig)
    rig.ring()
    assert browser.next()["params"] == {"matter": "m1"}


def test_bad_tokens(rig: Rig) -> None:
    for bad in (token("other"), token(exp=1), token(sub="AC0"), token(grants={"identity": "a"}), "x"):
        answer = rig.session.post(f"{rig.base}/device/register", json={"token": bad}, timeout=5)
        assert answer.status_code == 401


def test_browser_that_dies_while_polling_takes_the_call_with_it(rig: Rig, side: OtherSide) -> None:
    side.on("/out", '<Pause length="1000"/>')
    browser = Browser(rig)
    sid = create(rig, side)
    browser.next()
    browser.act("accept", sid)
    query = f"session={browser.session}&since=99&wait=25"
    with contextlib.suppress(requests.exceptions.ReadTimeout):
        requests.get(f"{rig.base}/device/events?{query}", timeout=0.2)
    assert rig.ended(sid)["status"] == "completed"


def test_pages_of_this_machine_may_ask(rig: Rig) -> None:
    allowed = rig.session.options(f"{rig.base}/device/register", headers={"Origin": "http://localhost:1"}, timeout=5)
    assert allowed.headers["Access-Control-Allow-Origin"] == "http://localhost:1"
    foreign = rig.session.options(f"{rig.base}/device/register", headers={"Origin": "http://example.org"}, timeout=5)
    assert "Access-Control-Allow-Origin" not in foreign.headers
