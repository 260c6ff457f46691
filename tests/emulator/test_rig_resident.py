"""The resident of the whole-call tests speaks: into a recording, in answer to a question, onto a machine."""

import pytest

from tests.emulator.other_side import OtherSide
from tests.emulator.rig import CITY, Rig
from tests.rig.lab import Lab
from tests.rig.resident import Resident

RATE = 30.0


@pytest.fixture
def aino(rig: Rig) -> Resident:
    return Resident(Lab(rig.base), "+358401230001", CITY, lambda: RATE)


def test_speaks_and_presses(aino: Resident, rig: Rig, side: OtherSide) -> None:
    side.on("/voice", '<Say>After the beep.</Say><Record action="/kept" finishOnKey="#"/>')
    side.on("/kept", "<Say>thanks</Say>")
    aino.ring().speak("The lamp is out.").press("#").hears("thanks").call_ends()
    (kept,) = Lab(rig.base).recordings()
    assert kept.text == "The lamp is out."
    assert side.await_request("/kept").params["Digits"] == "#"


def test_speaks_and_hangs_up_at_once(aino: Resident, rig: Rig, side: OtherSide) -> None:
    side.on("/voice", '<Record action="/kept"/>')
    aino.ring().speak(seconds=6, then="hangup").call_ends()
    assert side.await_request("/kept").params["RecordingDuration"] == "6"


def test_says_what_is_asked(aino: Resident, side: OtherSide) -> None:
    side.on("/voice", '<Pause length="3"/><Gather input="speech" language="fi-FI" action="/said" timeout="20"/>')
    side.on("/said", "<Say>heard</Say>")
    aino.ring().say("pysäköinti", confidence=0.4).hears("heard")
    assert side.await_request("/said").params["Confidence"] == "0.4"


def test_a_machine_tells_what_was_left(aino: Resident, rig: Rig, side: OtherSide) -> None:
    side.on("/out", '<Pause length="12"/><Say>We rang you.</Say>')
    rig.behave(aino.number, "machine", greeting=3)
    rig.rest("POST", "Calls.json", To=aino.number, From=CITY, Url=f"{side.base}/out")
    aino.is_rung()
    aino.call_ends()
    assert [one.text for one in aino.left_messages()] == ["We rang you."]
