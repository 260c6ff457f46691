"""Enqueue, its wait loop, Leave, and being taken out over REST."""

from tests.emulator.other_side import OtherSide
from tests.emulator.rig import Rig

ENQUEUE = '<Enqueue action="/left" waitUrl="/wait">line</Enqueue><Say>next verb</Say>'


def test_wait_document_is_asked_for_again(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", ENQUEUE)
    side.on("/wait", "<Say>wait</Say>")
    sid = rig.ring()
    seen = side.await_request("/wait", 3)
    assert seen.params["QueuePosition"] == "1"
    assert {"QueueSid", "QueueTime", "AvgQueueTime", "CurrentQueueSize", "MaxQueueSize"} <= set(seen.params)
    assert rig.call(sid)["in_queue"] == "line"


def test_leave_by_key_goes_on_with_the_action(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", ENQUEUE)
    side.on("/wait", '<Gather numDigits="1" action="/choice" timeout="5"><Say>press</Say></Gather>')
    side.on("/choice", "<Leave/>")
    side.on("/left", "<Say>promise</Say>")
    sid = rig.ring()
    rig.heard(sid, "gather")
    rig.press(sid, "1")
    call = rig.ended(sid)
    left = side.await_request("/left").params
    assert left["QueueResult"] == "leave"
    assert "QueuePosition" not in side.await_request("/choice").params
    assert "promise" in rig.words(call)


def test_hanging_up_is_told_to_the_action(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", ENQUEUE)
    side.on("/wait", "<Say>wait</Say>")
    sid = rig.ring()
    rig.heard(sid, "queued")
    rig.hang_up(sid)
    left = side.await_request("/left").params
    assert (left["QueueResult"], left["CallStatus"]) == ("hangup", "completed")


def test_update_of_a_waiting_call(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", ENQUEUE)
    side.on("/wait", f"<Say>{'z' * 1000}</Say>")
    side.on("/moved", "<Say>here</Say>")
    sid = rig.ring()
    rig.heard(sid, "say")
    assert rig.rest("POST", f"Calls/{sid}.json", Url=f"{side.base}/moved").status_code == 200
    call = rig.ended(sid)
    assert rig.words(call)[-1] == "here"
    assert side.await_request("/left").params["QueueResult"] == "redirected"


def test_member_is_taken_once(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", ENQUEUE)
    side.on("/wait", f"<Say>{'z' * 1000}</Say>")
    side.on("/moved", '<Pause length="60"/>')
    first, second = rig.ring(), None
    rig.heard(first, "queued")
    second = rig.ring("+358403333333")
    rig.heard(second, "queued")
    queue = rig.rest("GET", "Queues.json").json()["queues"][0]
    assert (queue["friendly_name"], queue["current_size"]) == ("line", 2)
    members = f"Queues/{queue['sid']}/Members"
    listed = rig.rest("GET", f"{members}.json").json()["queue_members"]
    assert [one["call_sid"] for one in listed] == [first, second]
    assert rig.rest("POST", f"{members}/Front.json", Url=f"{side.base}/moved").json()["call_sid"] == first
    assert rig.rest("POST", f"{members}/{first}.json", Url=f"{side.base}/moved").status_code == 404
    rig.heard(first, "left-queue")


def test_error_in_the_wait_document_ejects(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", ENQUEUE)
    side.on("/wait", "<Dial>+358401234567</Dial>")
    side.on("/left", "<Say>sorry</Say>")
    call = rig.ended(rig.ring())
    assert side.await_request("/left").params["QueueResult"] == "error"
    assert 12200 in rig.errors()
    assert rig.words(call) == ["sorry"]


def test_full_queue(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", '<Enqueue action="/left" waitUrl="/wait" maxQueueSize="1">small</Enqueue>')
    side.on("/wait", '<Pause length="100"/>')
    rig.heard(rig.ring(), "queued")
    rig.ring("+358403333333")
    assert side.await_request("/left").params["QueueResult"] == "queue-full"


def test_no_action_goes_to_the_next_verb(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", '<Enqueue waitUrl="/wait">line</Enqueue><Say>next verb</Say>')
    side.on("/wait", "<Leave/>")
    assert rig.words(rig.ended(rig.ring())) == ["next verb"]
