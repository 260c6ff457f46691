"""Answering machines: what is left on them, and how a call learns that one has answered."""

from typing import Any

import pytest

from tests.emulator.other_side import OtherSide
from tests.emulator.rig import AGENT, CITY, RESIDENT, Rig


def rung(rig: Rig, side: OtherSide, document: str, **more: Any) -> str:
    """A call that the account makes to the resident."""
    side.on("/out", document)
    answer = rig.rest("POST", "Calls.json", To=RESIDENT, From=CITY, Url=f"{side.base}/out", **more)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["sid"])


def left(rig: Rig) -> list[str]:
    return [one["text"] for one in rig.lab("GET", f"phones/{RESIDENT}")["left"]]


def test_what_is_said_after_the_beep_is_left(rig: Rig, side: OtherSide) -> None:
    rig.behave(RESIDENT, "machine", greeting=6)
    rig.ended(sid := rung(rig, side, f'<Pause length="10"/><Say>{"a" * 70}</Say>'))
    shown = rig.lab("GET", f"phones/{RESIDENT}")["left"]
    assert [(one["call_sid"], one["text"]) for one in shown] == [(sid, "a" * 70)]
    assert 8.5 <= shown[0]["seconds"] <= 13


def test_what_is_said_into_the_greeting_is_lost(rig: Rig, side: OtherSide) -> None:
    rig.behave(RESIDENT, "machine", greeting=10)
    rig.ended(rung(rig, side, "<Say>short</Say>"))
    assert left(rig) == []


def test_the_beep_cuts_what_is_being_said(rig: Rig, side: OtherSide) -> None:
    rig.behave(RESIDENT, "machine", greeting=5)
    rig.ended(rung(rig, side, f"<Say>{'a' * 140}</Say>"))
    (text,) = left(rig)
    assert 40 < len(text) < 100


def test_hanging_up_cuts_too(rig: Rig, side: OtherSide) -> None:
    rig.behave(RESIDENT, "machine", greeting=1)
    sid = rung(rig, side, f'<Pause length="3"/><Say>{"a" * 1400}</Say>')
    rig.heard(sid, "say")
    rig.rest("POST", f"Calls/{sid}.json", Status="completed")
    assert len(left(rig)[0]) < 400


def test_a_person_is_no_machine(rig: Rig, side: OtherSide) -> None:
    rig.behave(RESIDENT, "answer")
    rig.ended(rung(rig, side, '<Pause length="10"/><Say>hello</Say>'))
    assert left(rig) == []


def test_who_is_joined_hears_greeting_and_beep_and_leaves_a_message(rig: Rig, side: OtherSide) -> None:
    rig.behave(RESIDENT, "machine", after=1, greeting=5)
    side.on("/voice", f'<Dial callerId="{CITY}">{RESIDENT}</Dial>')
    sid = rig.ring(AGENT)
    rig.heard(sid, "beep")
    rig.speak(sid, text="the agent speaks", now=True, then="hangup")
    call = rig.ended(sid)
    assert [event["language"] for event in call["events"] if event["kind"] == "say"] == ["fi-FI"]
    assert left(rig) == ["the agent speaks"]


@pytest.mark.parametrize(
    ("behaviour", "wanted", "verdict"),
    [
        ({"on_ring": "answer"}, {"MachineDetection": "Enable"}, "human"),
        ({"on_ring": "machine"}, {"MachineDetection": "Enable"}, "machine_start"),
        ({"on_ring": "machine"}, {"MachineDetection": "DetectMessageEnd"}, "machine_end_beep"),
        ({"on_ring": "machine", "beep": False}, {"MachineDetection": "DetectMessageEnd"}, "machine_end_silence"),
        (
            {"on_ring": "machine", "greeting": 20},
            {"MachineDetection": "DetectMessageEnd", "MachineDetectionTimeout": "4"},
            "unknown",
        ),
    ],
)
def test_the_document_waits_for_the_verdict(
    rig: Rig, side: OtherSide, behaviour: dict[str, Any], wanted: dict[str, str], verdict: str
) -> None:
    rig.lab("POST", f"phones/{RESIDENT}/behaviour", behaviour)
    sid = rung(rig, side, "<Hangup/>", **wanted)
    assert side.await_request("/out").params["AnsweredBy"] == verdict
    rig.ended(sid)
    assert rig.rest("GET", f"Calls/{sid}.json").json()["answered_by"] == verdict


def test_after_the_end_of_the_greeting_the_whole_message_is_left(rig: Rig, side: OtherSide) -> None:
    rig.behave(RESIDENT, "machine", greeting=8)
    rig.ended(rung(rig, side, "<Say>We rang you back.</Say>", MachineDetection="DetectMessageEnd"))
    assert left(rig) == ["We rang you back."]


def test_keys_that_are_sent_switch_detection_off(rig: Rig, side: OtherSide) -> None:
    rig.behave(RESIDENT, "machine")
    rung(rig, side, "<Hangup/>", MachineDetection="Enable", SendDigits="1")
    assert "AnsweredBy" not in side.await_request("/out").params


def test_beside_the_call_the_document_does_not_wait(rig: Rig, side: OtherSide) -> None:
    rig.behave(RESIDENT, "machine", greeting=6)
    sid = rung(
        rig,
        side,
        '<Pause length="30"/>',
        MachineDetection="DetectMessageEnd",
        AsyncAmd="true",
        AsyncAmdStatusCallback=f"{side.base}/amd",
    )
    assert "AnsweredBy" not in side.await_request("/out").params
    told = side.await_request("/amd").params
    assert (told["CallSid"], told["AnsweredBy"]) == (sid, "machine_end_beep")
    assert told["MachineDetectionDuration"] == "6000"
    assert rig.rest("GET", f"Calls/{sid}.json").json()["answered_by"] == "machine_end_beep"


def test_another_spelling_of_true_is_not_beside_the_call(rig: Rig, side: OtherSide) -> None:
    rig.behave(RESIDENT, "machine")
    rung(rig, side, "<Hangup/>", MachineDetection="Enable", AsyncAmd="True", AsyncAmdStatusCallback=f"{side.base}/amd")
    assert side.await_request("/out").params["AnsweredBy"] == "machine_start"


def test_beside_the_call_without_a_callback_is_a_warning(rig: Rig, side: OtherSide) -> None:
    rig.behave(RESIDENT, "answer")
    rig.ended(rung(rig, side, '<Pause length="5"/>', MachineDetection="Enable", AsyncAmd="true"))
    assert rig.errors() == [21262]


def test_a_dialled_leg_is_detected_beside_the_call(rig: Rig, side: OtherSide) -> None:
    rig.behave(RESIDENT, "machine", after=1)
    number = f'<Number machineDetection="Enable" amdStatusCallback="/amd">{RESIDENT}</Number>'
    side.on("/voice", f'<Dial callerId="{CITY}">{number}</Dial>')
    sid = rig.ring(AGENT)
    told = side.await_request("/amd").params
    assert (told["AnsweredBy"], told["CallSid"]) == ("machine_start", rig.leg_to(RESIDENT))
    rig.hang_up(sid)


def test_a_participant_is_detected_beside_the_call(rig: Rig, side: OtherSide) -> None:
    rig.behave(RESIDENT, "machine", after=1)
    answer = rig.rest(
        "POST",
        "Conferences/room/Participants.json",
        To=RESIDENT,
        From=CITY,
        MachineDetection="Enable",
        AmdStatusCallback=f"{side.base}/amd",
    )
    told = side.await_request("/amd").params
    assert (told["AnsweredBy"], told["CallSid"]) == ("machine_start", answer.json()["call_sid"])


@pytest.mark.parametrize("wrong", [{"MachineDetection": "Maybe"}, {"MachineDetectionTimeout": "2"}])
def test_nonsense_is_refused(rig: Rig, side: OtherSide, wrong: dict[str, str]) -> None:
    fields = {"To": RESIDENT, "From": CITY, "Url": f"{side.base}/out", "MachineDetection": "Enable", **wrong}
    assert rig.rest("POST", "Calls.json", **fields).status_code == 400
