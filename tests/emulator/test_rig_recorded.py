"""What the whole-call tests can say of a recorded call: who said what, when; and that a code is not in it."""

import pytest

from tests.emulator.other_side import OtherSide
from tests.emulator.rig import RESIDENT, Rig
from tests.emulator.test_conference import OTHER, two
from tests.rig.lab import Impossible, Lab
from tests.rig.recorded import keys, recorded_of, recording_becomes, says, statuses_of

CODE = "131052-308T"


@pytest.fixture
def lab(rig: Rig) -> Lab:
    return Lab(rig.base)


def test_the_code_is_not_in_it(lab: Lab, rig: Rig, side: OtherSide) -> None:
    call, _ = two(rig, side)
    sid = rig.rest("POST", f"Calls/{call}/Recordings.json").json()["sid"]
    recording_becomes(lab, call, "in-progress")
    says(lab, RESIDENT, "It is about my flat.")
    rig.rest("POST", f"Calls/{call}/Recordings/{sid}.json", Status="paused")
    recording_becomes(lab, call, "paused")
    assert recorded_of(lab, call) == (), "it still runs"
    says(lab, RESIDENT, CODE)
    keys(lab, RESIDENT, "4711")
    rig.passes(1)
    rig.rest("POST", f"Calls/{call}/Recordings/{sid}.json", Status="in-progress")
    says(lab, OTHER, "Thank you.")
    rig.hang_up(call)
    recording_becomes(lab, call, "completed")
    (heard,) = recorded_of(lab, call)
    assert heard.text == "It is about my flat. Thank you."
    assert (heard.says(CODE), heard.keys) == (False, "")
    assert (heard.said_by(RESIDENT), heard.said_by(OTHER)) == ("It is about my flat.", "Thank you.")
    before, after = heard.when("my flat"), heard.when("Thank you")
    assert heard.is_silent(before.end + 0.01, after.begin - 0.01)
    assert not heard.is_silent(after.begin, after.end)


def test_without_a_pause_it_is(lab: Lab, rig: Rig, side: OtherSide) -> None:
    call, _ = two(rig, side)
    rig.rest("POST", f"Calls/{call}/Recordings.json")
    says(lab, RESIDENT, CODE)
    keys(lab, RESIDENT, "4711")
    rig.passes(1)
    rig.hang_up(call)
    (heard,) = recorded_of(lab, call)
    assert (heard.says(CODE), heard.keys) == (True, "4711")


def test_a_message_is_another_kind_of_recording(lab: Lab, rig: Rig, side: OtherSide) -> None:
    side.on("/voice", '<Record action="/kept" finishOnKey="#"/>')
    side.on("/kept", "<Hangup/>")
    call = rig.ring()
    rig.heard(call, "answered")
    rig.speak(call, text="The lamp is out.", then="#")
    rig.ended(call)
    assert statuses_of(lab, call) == ()
    (message,) = recorded_of(lab, call, "RecordVerb")
    assert message.said_by(RESIDENT) == "The lamp is out."


def test_nobody_speaks_who_is_in_no_call(lab: Lab, rig: Rig) -> None:
    lab.telephone(RESIDENT)
    with pytest.raises(Impossible):
        says(lab, RESIDENT, "hello")
