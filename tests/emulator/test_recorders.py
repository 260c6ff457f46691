"""A running call is recorded over REST: started, paused, resumed, stopped; what is in the file is what was heard."""

import pytest

from tests.emulator.other_side import OtherSide
from tests.emulator.rig import Rig

ON = {"RecordingStatusCallbackEvent": ["in-progress", "completed", "absent"]}


@pytest.fixture
def talk(rig: Rig, side: OtherSide) -> str:
    """A call that is up and silent."""
    side.on("/voice", '<Say>here</Say><Pause length="3000"/>')
    sid = rig.ring()
    rig.heard(sid, "pause")
    return sid


def start(rig: Rig, side: OtherSide, call: str, **fields: object) -> str:
    answer = rig.rest(
        "POST", f"Calls/{call}/Recordings.json", RecordingStatusCallback=f"{side.base}/told", **ON, **fields
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["sid"])


def change(rig: Rig, call: str, recording: str, status: str, **fields: object) -> int:
    return rig.rest("POST", f"Calls/{call}/Recordings/{recording}.json", Status=status, **fields).status_code


def test_started_stopped_and_told(rig: Rig, side: OtherSide, talk: str) -> None:
    sid = start(rig, side, talk, RecordingChannels="mono", RecordingTrack="both", Trim="do-not-trim")
    begun = side.await_request("/told").params
    assert (begun["RecordingStatus"], begun["RecordingSid"], begun["CallSid"]) == ("in-progress", sid, talk)
    assert (begun["RecordingSource"], begun["RecordingChannels"]) == ("StartCallRecordingAPI", "1")
    assert (begun["RecordingTrack"], "RecordingStartTime" in begun) == ("both", True)
    assert "RecordingDuration" not in begun
    rig.speak(talk, text="x" * 70, now=True)
    assert change(rig, talk, sid, "stopped") == 200
    done = side.await_request("/told", 2).params
    assert (done["RecordingStatus"], int(done["RecordingDuration"]) > 0) == ("completed", True)
    assert rig.call(talk)["status"] == "in-progress"
    assert rig.media(sid).status_code == 200
