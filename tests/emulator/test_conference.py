"""Conferences: start with two, hold, removal, ending, who stays, and the callbacks of the first participant."""

from tests.emulator.other_side import OtherSide
from tests.emulator.rig import AGENT, CITY, Rig

OTHER = "+358403333333"


def room(more: str = "", action: str = "") -> str:
    return f"<Dial{action}><Conference {more}>m-1</Conference></Dial><Say>next</Say>"


def two(rig: Rig, side: OtherSide, first: str = "", second: str = "") -> tuple[str, str]:
    """Two callers in one room, talking."""
    side.on("/voice", room(first, ' action="/done"'), room(second, ' action="/done"'))
    one = rig.ring()
    rig.until(one, lambda call: call["conference"] == "m-1", "the room")
    other = rig.ring(OTHER)
    rig.heard(one, "joined")
    return one, other


def test_starts_with_two(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", room('waitUrl="/hold"'))
    side.on("/hold", "<Say>please wait</Say><Redirect/>", "<Say>please wait</Say><Redirect>/hold</Redirect>")
    one = rig.ring()
    rig.heard(one, "say", "please wait")
    assert rig.call(one)["talking_with"] == []
    listed = rig.rest("GET", "Conferences.json", FriendlyName="m-1").json()["conferences"]
    assert [entry["status"] for entry in listed] == ["init"]
    inside = rig.rest("GET", f"Conferences/{listed[0]['sid']}/Participants.json").json()["participants"]
    assert [entry["call_sid"] for entry in inside] == [one], "also before it has started"
    other = rig.ring(OTHER)
    rig.heard(one, "joined")
    assert rig.call(one)["talking_with"] == [other]
    assert rig.call(other)["talking_with"] == [one]


def test_silent_waiting(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", room('waitUrl=""'))
    one = rig.ring()
    rig.until(one, lambda call: call["conference"] == "m-1", "the room")
    assert "music" not in [event["kind"] for event in rig.call(one)["events"]]


def test_needs_somebody_who_may_start_it(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", room('startConferenceOnEnter="false"'), room('startConferenceOnEnter="false"'), room())
    one, other = rig.ring(), rig.ring(OTHER)
    for sid in (one, other):
        rig.until(sid, lambda call: call["conference"] == "m-1", "the room")
    assert rig.call(one)["talking_with"] == []
    third = rig.ring("+358404444444")
    call = rig.until(one, lambda call: len(call["talking_with"]) == 2, "the talk")
    assert set(call["talking_with"]) == {other, third}


def test_one_leaves_the_other_remains(rig: Rig, side: OtherSide) -> None:
    one, other = two(rig, side)
    rig.hang_up(other)
    call = rig.heard(one, "parted")
    assert (call["conference"], call["status"]) == ("m-1", "in-progress")


def test_end_on_exit(rig: Rig, side: OtherSide) -> None:
    side.on("/done", "<Say>over</Say>")
    one, other = two(rig, side, 'endConferenceOnExit="true"')
    rig.hang_up(one)
    assert rig.words(rig.ended(other)) == ["over"]
    assert side.await_request("/done").params["DialCallStatus"] == "answered"
    ended = rig.rest("GET", "Conferences.json", Status="completed").json()["conferences"][0]
    assert ended["reason_conference_ended"] == "participant-with-end-conference-on-exit-left"
    assert ended["call_sid_ending_conference"] == one


def test_redirected_out_others_remain(rig: Rig, side: OtherSide) -> None:
    one, other = two(rig, side)
    side.on("/elsewhere", '<Say>elsewhere</Say><Pause length="100"/>')
    rig.rest("POST", f"Calls/{other}.json", Url=f"{side.base}/elsewhere")
    rig.heard(other, "say", "elsewhere")
    call = rig.heard(one, "parted")
    assert call["conference"] == "m-1"
    assert rig.call(other)["conference"] is None
    assert side.of("/done") == []


def test_hold_and_back(rig: Rig, side: OtherSide) -> None:
    one, other = two(rig, side)
    side.on("/music", "<Say>on hold</Say>")
    sid = rig.rest("GET", "Conferences.json", FriendlyName="m-1", Status="in-progress").json()["conferences"][0]["sid"]
    path = f"Conferences/{sid}/Participants/{one}.json"
    assert rig.rest("POST", path, Hold="true", HoldUrl=f"{side.base}/music").json()["hold"] is True
    rig.heard(one, "say", "on hold")
    assert rig.call(other)["talking_with"] == []
    rig.rest("POST", path, Hold="false")
    rig.until(one, lambda call: call["talking_with"] == [other], "the talk")
    assert rig.rest("POST", path, Muted="true").json()["muted"] is True


def test_removed_participant_goes_on_with_its_action(rig: Rig, side: OtherSide) -> None:
    side.on("/done", "<Say>removed</Say>")
    one, other = two(rig, side)
    assert rig.rest("DELETE", f"Conferences/m-1/Participants/{other}.json").status_code == 204
    assert rig.words(rig.ended(other)) == ["removed"]
    assert rig.call(one)["conference"] == "m-1"


def test_participant_is_dialled_in(rig: Rig, side: OtherSide) -> None:
    rig.behave(AGENT, "answer", talk=60)
    side.on("/voice", room())
    one = rig.ring()
    rig.until(one, lambda call: call["conference"] == "m-1", "the room")
    created = rig.rest(
        "POST", "Conferences/m-1/Participants.json", From=CITY, To=AGENT, Label="agent", EndConferenceOnExit="true"
    )
    assert created.status_code == 201
    leg = created.json()["call_sid"]
    rig.until(one, lambda call: call["talking_with"] == [leg], "the talk")
    listed = rig.rest("GET", "Conferences/m-1/Participants.json").json()["participants"]
    assert {entry["call_sid"] for entry in listed} == {one, leg}
    assert rig.rest("GET", "Conferences/m-1/Participants/agent.json").json()["call_sid"] == leg


def test_callbacks_of_the_first_participant(rig: Rig, side: OtherSide) -> None:
    first = 'statusCallback="/room" statusCallbackEvent="start end join leave"'
    one, other = two(rig, side, first, 'statusCallback="/never" statusCallbackEvent="join"')
    rig.hang_up(one)
    rig.hang_up(other)
    side.await_request("/room", 6)
    told = sorted((seen.params for seen in side.of("/room")), key=lambda p: int(p["SequenceNumber"]))
    assert [p["StatusCallbackEvent"] for p in told] == [
        "participant-join",
        "participant-join",
        "conference-start",
        "participant-leave",
        "participant-leave",
        "conference-end",
    ]
    assert told[-1]["ReasonConferenceEnded"] == "last-participant-left"
    assert side.of("/never") == []


def test_ended_over_rest(rig: Rig, side: OtherSide) -> None:
    side.on("/done", "<Say>over</Say>")
    one, other = two(rig, side)
    rig.rest("POST", "Conferences/m-1.json", Status="completed")
    assert rig.words(rig.ended(one)) == rig.words(rig.ended(other)) == ["over"]


def test_gather_is_not_allowed_while_waiting(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", room('waitUrl="/hold"'))
    side.on("/hold", "<Gather><Say>key?</Say></Gather>")
    rig.heard(rig.ring(), "error")
    assert rig.errors() == [12200]


def inside(rig: Rig, member: str) -> str:
    return f"Conferences/{conference(rig)}/Participants/{member}.json"


def conference(rig: Rig) -> str:
    found = rig.rest("GET", "Conferences.json", FriendlyName="m-1", Status="in-progress").json()["conferences"]
    return str(found[0]["sid"])


def test_who_is_muted_hears_and_is_not_heard(rig: Rig, side: OtherSide) -> None:
    one, other = two(rig, side)
    rig.rest("POST", inside(rig, other), Muted="true")
    rig.until(one, lambda call: call["talking_with"] == [], "silence")
    assert rig.call(other)["hears"] == [one]
    assert rig.call(one)["hears"] == []
    rig.rest("POST", inside(rig, other), Muted="false")
    rig.until(one, lambda call: call["talking_with"] == [other], "the talk")
    assert rig.call(other)["hears"] == []


def test_a_coach_is_heard_by_the_one_she_coaches_alone(rig: Rig, side: OtherSide) -> None:
    one, other = two(rig, side)
    side.on("/voice", room(f'coach="{other}" startConferenceOnEnter="false"'))
    coach = rig.ring("+358404444444")
    rig.until(coach, lambda call: call["talking_with"] == [other], "the coached one")
    assert rig.call(coach)["hears"] == [one]
    assert coach not in rig.call(one)["talking_with"]
    member = rig.rest("GET", inside(rig, coach)).json()
    assert (member["coaching"], member["call_sid_to_coach"]) == (True, other)
    rig.rest("POST", inside(rig, coach), Coaching="false")
    rig.until(one, lambda call: coach in call["talking_with"], "all three")


def test_nobody_can_coach_a_call_that_is_not_there(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", room(f'coach="CA{"0" * 32}"', ' action="/done"'))
    side.on("/done", "<Say>refused</Say>")
    assert rig.words(rig.ended(rig.ring())) == ["refused"]
    assert side.await_request("/done").params["DialCallStatus"] == "failed"
    assert rig.errors() == [13240]


def test_an_announcement_is_heard_by_one_alone(rig: Rig, side: OtherSide) -> None:
    one, other = two(rig, side)
    side.on("/announce", "<Say>the library closes</Say>")
    rig.rest("POST", inside(rig, one), AnnounceUrl=f"{side.base}/announce")
    rig.heard(one, "say", "the library closes")
    rig.until(one, lambda call: call["talking_with"] == [other], "the talk")
    assert "the library closes" not in rig.words(rig.call(other))


def test_an_announcement_to_everybody(rig: Rig, side: OtherSide) -> None:
    one, other = two(rig, side)
    side.on("/announce", "<Say>the house closes</Say>")
    rig.rest("POST", f"Conferences/{conference(rig)}.json", AnnounceUrl=f"{side.base}/announce")
    for sid in (one, other):
        rig.heard(sid, "say", "the house closes")
    rig.until(one, lambda call: call["talking_with"] == [other], "the talk")


def test_who_may_leave_leaves_the_others_talking(rig: Rig, side: OtherSide) -> None:
    """The flag counts as it stands when she leaves."""
    one, other = two(rig, side, 'endConferenceOnExit="true"')
    rig.rest("POST", inside(rig, one), EndConferenceOnExit="false")
    rig.hang_up(one)
    call = rig.heard(other, "parted")
    assert (call["conference"], call["status"]) == ("m-1", "in-progress")
