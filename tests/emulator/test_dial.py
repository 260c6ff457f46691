"""Dial: answered, busy, unanswered, declined, a machine; whisper; status callbacks; caller identification."""

import pytest

from tests.emulator.other_side import OtherSide
from tests.emulator.rig import AGENT, CITY, RESIDENT, Rig


def dial(more: str = "", timeout: int = 20, noun: str = "") -> str:
    return (
        f'<Dial action="/done" callerId="{CITY}" timeout="{timeout}">'
        f"<Number {more}>{AGENT}</Number>{noun}</Dial><Say>next</Say>"
    )


def test_answered_and_hung_up_by_the_called(rig: Rig, side: OtherSide) -> None:
    rig.behave(AGENT, "answer", after=1, talk=5)
    side.on("/voice", dial())
    side.on("/done", "<Say>bye</Say>")
    sid = rig.ring()
    call = rig.heard(sid, "joined")
    leg = rig.leg_to(AGENT)
    assert call["talking_with"] == [leg]
    rig.ended(sid)
    done = side.await_request("/done").params
    assert (done["DialCallStatus"], done["DialCallSid"], done["DialBridged"]) == ("completed", leg, "true")
    assert 4 <= int(done["DialCallDuration"]) <= 7
    assert done["CallStatus"] == "in-progress", "the caller's own"
    assert rig.call(leg)["parent"] == sid


@pytest.mark.parametrize(
    ("on_ring", "status"), [("busy", "busy"), ("no-answer", "no-answer"), ("decline", "busy"), ("machine", "completed")]
)
def test_outcomes(rig: Rig, side: OtherSide, on_ring: str, status: str) -> None:
    rig.behave(AGENT, on_ring, after=1, talk=3)
    side.on("/voice", dial(timeout=10))
    call = rig.ended(rig.ring())
    done = side.await_request("/done").params
    assert (done["DialCallStatus"], done["CallStatus"]) == (status, "in-progress")
    assert (len(rig.words(call)) == 1) == (on_ring == "machine")  # its greeting


def test_time_out_lasts_five_seconds_longer(rig: Rig, side: OtherSide) -> None:
    rig.behave(AGENT, "no-answer")
    side.on("/voice", dial(timeout=10))
    rig.ended(rig.ring())
    leg = rig.call(rig.leg_to(AGENT))
    ring, end = (next(e for e in leg["events"] if e["kind"] == kind) for kind in ("ring", "end"))
    assert 14 <= (end["machine"] - ring["machine"]) * 30 < 20


def test_whisper_before_the_bridge(rig: Rig, side: OtherSide) -> None:
    rig.behave(AGENT, "answer", press="1", talk=5)
    side.on("/voice", dial('url="/whisper"'))
    side.on("/whisper", '<Gather numDigits="1" action="/accept"><Say>press one</Say></Gather><Hangup/>')
    side.on("/accept", "<Say>thank you</Say>")
    sid = rig.ring()
    rig.heard(sid, "joined")
    assert side.await_request("/accept").params["Digits"] == "1"
    assert side.await_request("/whisper").params["ParentCallSid"] == sid
    assert rig.words(rig.call(rig.leg_to(AGENT))) == ["press one", "thank you"]


def test_whisper_without_a_key_never_bridges(rig: Rig, side: OtherSide) -> None:
    rig.behave(AGENT, "answer")
    side.on("/voice", dial('url="/whisper"'))
    side.on("/whisper", '<Gather numDigits="1" timeout="2"><Say>press one</Say></Gather><Hangup/>')
    rig.ended(rig.ring())
    done = side.await_request("/done").params
    assert (done["DialCallStatus"], done["DialBridged"]) == ("completed", "false")


def test_whisper_must_not_dial(rig: Rig, side: OtherSide) -> None:
    rig.behave(AGENT, "answer", talk=2)
    side.on("/voice", dial('url="/whisper"'))
    side.on("/whisper", "<Dial>+358405555555</Dial>")
    rig.ended(rig.ring())
    assert 13201 in rig.errors()


def test_status_callbacks(rig: Rig, side: OtherSide) -> None:
    rig.behave(AGENT, "answer", talk=3)
    events = "initiated ringing answered completed"
    side.on("/voice", dial(f'statusCallback="/leg" statusCallbackEvent="{events}"'))
    sid = rig.ring()
    side.await_request("/leg", 4)
    told = sorted((one.params for one in side.of("/leg")), key=lambda p: int(p["SequenceNumber"]))
    assert [p["CallStatus"] for p in told] == ["initiated", "ringing", "in-progress", "completed"]
    assert {p["ParentCallSid"] for p in told} == {sid}
    assert all(p["CallbackSource"] == "call-progress-events" and p["Timestamp"].endswith("+0000") for p in told)
    assert "CallDuration" in told[-1]


def test_first_to_answer_wins(rig: Rig, side: OtherSide) -> None:
    other = "+358406666666"
    rig.behave(AGENT, "answer", after=5, talk=5)
    rig.behave(other, "answer", after=1, talk=5)
    side.on("/voice", dial(noun=f"<Number>{other}</Number>"))
    rig.ended(rig.ring())
    assert side.await_request("/done").params["DialCallSid"] == rig.leg_to(other)
    assert rig.call(rig.leg_to(AGENT))["status"] == "canceled"


def test_caller_hanging_up_cancels_the_leg_and_asks_for_nothing(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", dial())
    sid = rig.ring()
    leg = rig.leg_to(AGENT)
    rig.heard(leg, "ring")
    rig.hang_up(sid)
    assert rig.ended(leg)["status"] == "canceled"
    assert side.await_request("/status").params["CallStatus"] == "completed"
    assert side.of("/done") == []


def test_foreign_caller_identification_is_refused(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", f'<Dial action="/done" callerId="+358409999999"><Number>{AGENT}</Number></Dial>')
    rig.ended(rig.ring())
    assert side.await_request("/done").params["DialCallStatus"] == "failed"
    assert 13214 in rig.errors()


def test_telephone_in_a_call_is_busy(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", f'<Dial action="/done" callerId="{CITY}"><Number>{RESIDENT}</Number></Dial>')
    side.on("/plain", '<Pause length="1000"/>')
    rig.ring(RESIDENT, "+358172000")
    rig.ring("+358407777777")
    assert side.await_request("/done").params["DialCallStatus"] == "busy"


def test_unknown_number_gets_a_telephone_that_can_be_picked_up(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", dial())
    sid = rig.ring()
    leg = rig.leg_to(AGENT)
    rig.heard(leg, "ring")
    rig.lab("POST", f"calls/{leg}/answer", {})
    rig.heard(sid, "joined")
    rig.hang_up(leg)
    rig.heard(sid, "parted")
    rig.lab("POST", f"calls/{leg}/answer", {}, expect=409)


def test_either_leg_of_a_bridge_can_be_sent_elsewhere(rig: Rig, side: OtherSide) -> None:
    rig.behave(AGENT, "answer")
    side.on("/voice", dial())
    side.on("/done", "<Dial><Conference>m-1</Conference></Dial>")
    side.on("/promoted", "<Dial><Conference>m-1</Conference></Dial>")
    sid = rig.ring()
    rig.heard(sid, "joined")
    leg = rig.leg_to(AGENT)
    assert rig.rest("POST", f"Calls/{leg}.json", Url=f"{side.base}/promoted").status_code == 200
    call = rig.until(sid, lambda c: c["conference"] == "m-1" and c["talking_with"] == [leg], "the room")
    assert side.await_request("/done").params["DialCallStatus"] == "completed"
    assert call["status"] == rig.call(leg)["status"] == "in-progress"
