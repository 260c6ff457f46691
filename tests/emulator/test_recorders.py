"""A running call is recorded over REST: started, paused, resumed, stopped, refused, listed, told."""

import pytest

from tests.emulator.other_side import OtherSide
from tests.emulator.rig import AGENT, CITY, Rig

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


def change(rig: Rig, call: str, recording: str, status: str, **fields: object) -> tuple[int, str]:
    """HTTP status, and the recording's own or the error's code."""
    answer = rig.rest("POST", f"Calls/{call}/Recordings/{recording}.json", Status=status, **fields)
    found = answer.json()
    return answer.status_code, str(found["status"] if answer.ok else found["code"])


def refused(rig: Rig, call: str, **fields: object) -> tuple[int, int]:
    answer = rig.rest("POST", f"Calls/{call}/Recordings.json", **fields)
    return answer.status_code, answer.json()["code"]


def test_started_stopped_and_told(rig: Rig, side: OtherSide, talk: str) -> None:
    sid = start(rig, side, talk, RecordingChannels="mono", RecordingTrack="both", Trim="do-not-trim")
    begun = side.await_request("/told").params
    assert (begun["RecordingStatus"], begun["RecordingSid"], begun["CallSid"]) == ("in-progress", sid, talk)
    assert (begun["RecordingSource"], begun["RecordingChannels"]) == ("StartCallRecordingAPI", "1")
    assert (begun["RecordingTrack"], "RecordingStartTime" in begun) == ("both", True)
    assert "RecordingDuration" not in begun
    rig.talk(talk, "hello", 3)
    assert change(rig, talk, sid, "stopped") == (200, "stopped")
    assert rig.media(sid).status_code == 404
    done = side.await_request("/told", 2).params
    assert (done["RecordingStatus"], int(done["RecordingDuration"]) >= 3) == ("completed", True)
    assert rig.call(talk)["status"] == "in-progress", "the call goes on"
    assert rig.media(sid).status_code == 200


def test_ends_with_the_call(rig: Rig, side: OtherSide, talk: str) -> None:
    sid = start(rig, side, talk)
    rig.talk(talk, "hello", 2)
    rig.hang_up(talk)
    assert rig.rest("GET", f"Recordings/{sid}.json").json()["status"] == "processing"
    assert side.await_request("/told", 2).params["RecordingStatus"] == "completed"


def test_only_what_was_asked_for_is_told(rig: Rig, side: OtherSide, talk: str) -> None:
    rig.rest("POST", f"Calls/{talk}/Recordings.json", RecordingStatusCallback=f"{side.base}/told")
    rig.talk(talk, "hello", 2)
    rig.hang_up(talk)
    assert side.await_request("/told").params["RecordingStatus"] == "completed"


def test_events_may_come_in_one_word(rig: Rig, side: OtherSide, talk: str) -> None:
    events = "in-progress absent"
    fields = {"RecordingStatusCallback": f"{side.base}/told", "RecordingStatusCallbackEvent": events}
    rig.rest("POST", f"Calls/{talk}/Recordings.json", **fields, RecordingStatusCallbackMethod="GET")
    seen = side.await_request("/told")
    assert (seen.method, seen.params["RecordingStatus"]) == ("GET", "in-progress")


def test_each_step_and_no_other(rig: Rig, side: OtherSide, talk: str) -> None:
    sid = start(rig, side, talk)
    assert change(rig, talk, sid, "in-progress") == (400, "21220")
    assert change(rig, talk, sid, "paused", PauseBehavior="silence") == (200, "paused")
    assert change(rig, talk, sid, "paused") == (400, "21220")
    assert rig.rest("DELETE", f"Recordings/{sid}.json").status_code == 400
    assert change(rig, talk, sid, "in-progress") == (200, "in-progress")
    assert change(rig, talk, sid, "completed") == (400, "20001")
    assert change(rig, talk, sid, "paused", PauseBehavior="never") == (400, "20001")
    assert change(rig, talk, sid, "paused") == (200, "paused")
    assert change(rig, talk, sid, "stopped") == (200, "stopped")
    for wanted in ("paused", "in-progress", "stopped"):
        assert change(rig, talk, sid, wanted) == (400, "21220")


def test_the_current_one(rig: Rig, side: OtherSide, talk: str) -> None:
    assert change(rig, talk, "Twilio.CURRENT", "paused") == (404, "20404")
    first, second = start(rig, side, talk), start(rig, side, talk)
    answer = rig.rest("POST", f"Calls/{talk}/Recordings/Twilio.CURRENT.json", Status="paused").json()
    assert (answer["sid"], answer["status"]) == (second, "paused")
    assert change(rig, talk, "Twilio.CURRENT", "stopped") == (200, "stopped")
    assert rig.rest("POST", f"Calls/{talk}/Recordings/Twilio.CURRENT.json", Status="stopped").json()["sid"] == first


def test_what_is_refused(rig: Rig, side: OtherSide, talk: str) -> None:
    for name, wrong in [
        ("RecordingStatusCallback", "/told"),
        ("RecordingStatusCallbackEvent", "in-progress begun"),
        ("RecordingChannels", "three"),
        ("RecordingTrack", "left"),
        ("Trim", "a little"),
    ]:
        assert refused(rig, talk, **{name: wrong})[0] == 400, name
    assert refused(rig, "CA" + "0" * 32) == (404, 20404)
    assert change(rig, talk, "RE" + "0" * 32, "paused") == (404, "20404")
    assert rig.rest("GET", "Recordings.json").json()["recordings"] == []
    rig.hang_up(talk)
    assert refused(rig, talk) == (400, 21220)


def test_a_call_that_only_rings_is_refused(rig: Rig, side: OtherSide) -> None:
    rig.lab("POST", "phones", {"number": AGENT})
    rig.rest("POST", "Calls.json", To=AGENT, From=CITY, Url=f"{side.base}/out")
    leg = rig.leg_to(AGENT)
    rig.until(leg, lambda call: call["status"] == "ringing", "ringing")
    assert refused(rig, leg) == (400, 21220)


def test_what_record_makes_is_not_changed(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", '<Record timeout="0"/>')
    call = rig.ring()
    rig.heard(call, "record")
    recording = rig.lab("GET", "recordings")["recordings"][0]["sid"]
    assert change(rig, call, recording, "paused") == (400, "21220")
    rig.hang_up(call)


def test_listed_and_fetched(rig: Rig, side: OtherSide, talk: str) -> None:
    sid = start(rig, side, talk, RecordingChannels="dual")
    found = rig.rest("GET", f"Calls/{talk}/Recordings/{sid}.json").json()
    assert (found["status"], found["source"], found["channels"], found["track"], found["duration"]) == (
        "in-progress",
        "StartCallRecordingAPI",
        2,
        "both",
        None,
    )
    today = rig.business_time().date()
    for path, query, count in [
        (f"Calls/{talk}/Recordings.json", {}, 1),
        (f"Calls/CA{'0' * 32}/Recordings.json", {}, 0),
        ("Recordings.json", {"CallSid": talk}, 1),
        ("Recordings.json", {"ConferenceSid": "CF1"}, 0),
        ("Recordings.json", {"DateCreated": today.isoformat()}, 1),
        ("Recordings.json", {"DateCreated": "2001-01-01"}, 0),
        ("Recordings.json", {"PageSize": "1", "Page": "1"}, 0),
    ]:
        assert len(rig.rest("GET", path, **query).json()["recordings"]) == count, (path, query)


def test_one_that_comes_to_nothing(rig: Rig, side: OtherSide, talk: str) -> None:
    rig.lab("POST", "faults", {"on": "rest", "do": "absent", "match": f"POST /2010-04-01/Accounts/AC{'a' * 32}/Calls"})
    sid = start(rig, side, talk)
    rig.talk(talk, "hello", 2)
    rig.hang_up(talk)
    told = side.await_request("/told", 2).params
    assert (told["RecordingStatus"], told["ErrorCode"]) == ("absent", "16101")
    assert rig.rest("GET", f"Recordings/{sid}.json").json()["error_code"] == 16101
    assert rig.media(sid).status_code == 404


def test_accepted_but_the_answer_lost(rig: Rig, side: OtherSide, talk: str) -> None:
    rig.lab("POST", "faults", {"on": "rest", "do": "status_after", "match": f"{talk}/Recordings.json"})
    assert refused(rig, talk, RecordingStatusCallback=f"{side.base}/told", **ON)[0] == 500
    adopted = side.await_request("/told").params["RecordingSid"]
    listed = rig.rest("GET", f"Calls/{talk}/Recordings.json").json()["recordings"]
    assert [one["sid"] for one in listed] == [adopted]


def test_a_reset_stops_it(rig: Rig, side: OtherSide, talk: str) -> None:
    start(rig, side, talk)
    rig.lab("POST", "reset", {})
    assert rig.lab("GET", "recordings")["recordings"] == []
