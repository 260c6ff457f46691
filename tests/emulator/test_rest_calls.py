"""Calls over REST: create, list, update, and every refusal."""

import pytest

from tests.emulator.other_side import OtherSide
from tests.emulator.rig import ACCOUNT, AGENT, CITY, RESIDENT, Rig


def create(rig: Rig, side: OtherSide, to: str = AGENT, **more: object) -> str:
    answer = rig.rest("POST", "Calls.json", To=to, From=CITY, Url=f"{side.base}/out", **more)
    assert answer.status_code == 201, answer.text
    assert answer.json()["status"] == "queued"
    return str(answer.json()["sid"])


def test_life_of_a_created_call(rig: Rig, side: OtherSide) -> None:
    rig.behave(AGENT, "answer", after=1)
    side.on("/out", "<Say>hello</Say>")
    events = ["initiated", "ringing", "answered", "completed"]
    sid = create(rig, side, StatusCallback=f"{side.base}/told", StatusCallbackEvent=events)
    assert rig.words(rig.ended(sid)) == ["hello"]
    side.await_request("/told", 4)
    told = sorted((seen.params for seen in side.of("/told")), key=lambda p: int(p["SequenceNumber"]))
    assert [p["CallStatus"] for p in told] == ["initiated", "ringing", "in-progress", "completed"]
    seen = side.await_request("/out").params
    assert (seen["Direction"], seen["CallStatus"]) == ("outbound-api", "in-progress")
    fetched = rig.rest("GET", f"Calls/{sid}.json").json()
    assert (fetched["status"], fetched["to"], fetched["account_sid"]) == ("completed", AGENT, ACCOUNT)


@pytest.mark.parametrize(("on_ring", "status"), [("busy", "busy"), ("no-answer", "no-answer"), ("decline", "busy")])
def test_unanswered_only_the_default_callback(rig: Rig, side: OtherSide, on_ring: str, status: str) -> None:
    rig.behave(AGENT, on_ring, after=1)
    sid = create(rig, side, Timeout="5", StatusCallback=f"{side.base}/told")
    assert rig.ended(sid)["status"] == status
    assert side.await_request("/told").params["CallStatus"] == status
    assert side.of("/out") == []


def test_unregistered_client_is_not_reached(rig: Rig, side: OtherSide) -> None:
    assert rig.ended(create(rig, side, "client:nobody"))["status"] == "no-answer"


def test_robot_client_and_busy(rig: Rig, side: OtherSide) -> None:
    rig.lab("POST", "phones", {"number": "client:a_1"})
    rig.behave("client:a_1", "answer", after=0.5)
    side.on("/out", '<Pause length="1000"/>')
    first = create(rig, side, "client:a_1")
    rig.heard(first, "answered")
    assert rig.ended(create(rig, side, "client:a_1"))["status"] == "busy"


def test_list_by_filters(rig: Rig, side: OtherSide) -> None:
    rig.behave(AGENT, "busy")
    sid = create(rig, side)
    rig.ended(sid)
    listed = rig.rest("GET", "Calls.json", To=AGENT, **{"StartTime>": "2000-01-01T00:00:00Z"}).json()["calls"]
    assert [entry["sid"] for entry in listed] == [sid]
    assert rig.rest("GET", "Calls.json", To=RESIDENT).json()["calls"] == []
    assert rig.rest("GET", "Calls.json", Status="completed").json()["calls"] == []
    assert rig.rest("GET", "Calls.json", **{"StartTime>": "2999-01-01T00:00:00Z"}).json()["calls"] == []


def test_update_interrupts_what_is_played(rig: Rig, side: OtherSide) -> None:
    side.on("/moved", "<Say>moved</Say>")
    side.on("/voice", f"<Say>{'x' * 2000}</Say><Say>never</Say>")
    sid = rig.ring()
    rig.heard(sid, "say")
    assert rig.rest("POST", f"Calls/{sid}.json", Url=f"{side.base}/moved").status_code == 200
    assert rig.words(rig.ended(sid))[1:] == ["moved"]


def test_update_with_a_document(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", '<Say>a</Say><Pause length="900"/>')
    sid = rig.ring()
    rig.heard(sid, "pause")
    rig.rest("POST", f"Calls/{sid}.json", Twiml="<Response><Say>inline</Say></Response>")
    assert rig.words(rig.ended(sid)) == ["a", "inline"]


def test_hang_up_over_rest(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", '<Say>a</Say><Pause length="900"/>')
    sid = rig.ring()
    rig.heard(sid, "pause")
    assert rig.rest("POST", f"Calls/{sid}.json", Status="completed").json()["status"] == "completed"
    assert side.await_request("/status").params["CallDuration"].isdigit()
    again = rig.rest("POST", f"Calls/{sid}.json", Status="completed")
    assert (again.status_code, again.json()["code"]) == (400, 21220)


def test_ringing_call_is_cancelled_but_not_redirected(rig: Rig, side: OtherSide) -> None:
    sid = create(rig, side)
    rig.heard(sid, "ring")
    refused = rig.rest("POST", f"Calls/{sid}.json", Url=f"{side.base}/out")
    assert refused.json()["code"] == 21220
    assert rig.rest("POST", f"Calls/{sid}.json", Status="canceled").json()["status"] == "canceled"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"To": AGENT, "From": CITY}, 21205),
        ({"To": "nobody", "From": CITY, "Url": "http://x/"}, 21211),
        ({"From": CITY, "Url": "http://x/"}, 21201),
        ({"To": AGENT, "From": RESIDENT, "Url": "http://x/"}, 21210),
        ({"To": AGENT, "From": CITY, "Twiml": "x" * 4001}, 21626),
        ({"To": AGENT, "From": CITY, "Url": "http://x/", "StatusCallbackEvent": "rung"}, 21626),
    ],
)
def test_refusals(rig: Rig, fields: dict[str, str], code: int) -> None:
    answer = rig.rest("POST", "Calls.json", **fields)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert set(answer.json()) == {"code", "message", "more_info", "status"}


def test_keys_are_needed(rig: Rig) -> None:
    answer = rig.session.get(f"{rig.base}/2010-04-01/Accounts/{ACCOUNT}/Calls.json", auth=(ACCOUNT, "wrong"), timeout=5)
    assert (answer.status_code, answer.json()["code"]) == (401, 20003)
    keyed = rig.session.get(f"{rig.base}/2010-04-01/Accounts/{ACCOUNT}/Calls.json", auth=("SK1", "secret"), timeout=5)
    assert keyed.ok


def test_machine_detection(rig: Rig, side: OtherSide) -> None:
    rig.behave(AGENT, "machine", after=1)
    side.on("/out", "<Hangup/>")
    rig.ended(create(rig, side, MachineDetection="Enable"))
    assert side.await_request("/out").params["AnsweredBy"] == "machine_start"


def test_a_call_can_be_deleted_once_it_is_over(rig: Rig, side: OtherSide) -> None:
    rig.behave(AGENT, "answer", after=1)
    side.on("/out", '<Pause length="600"/>')
    sid = create(rig, side)
    assert rig.rest("DELETE", f"Calls/{sid}.json").json()["code"] == 20001
    rig.rest("POST", f"Calls/{sid}.json", Status="completed")
    rig.ended(sid)
    assert rig.rest("DELETE", f"Calls/{sid}.json").status_code == 204
    assert rig.rest("GET", f"Calls/{sid}.json").status_code == 404
    assert rig.rest("DELETE", f"Calls/{sid}.json").status_code == 404
