"""Sixty calls at once at sixty times the speed."""

import time

from tests.emulator.other_side import OtherSide
from tests.emulator.rig import AGENT, CITY, Rig

CALLS = 60


def test_sixty_calls_wait_are_taken_and_talk(rig: Rig, side: OtherSide) -> None:
    rig.lab("POST", "clock", {"rate": 60})
    side.on("/voice", '<Say>welcome</Say><Enqueue action="/left" waitUrl="/wait">line</Enqueue>')
    side.on("/wait", f'<Gather numDigits="1" action="/key"><Say>{"w" * 120}</Say></Gather>')
    side.on("/room", lambda p: f'<Dial><Conference endConferenceOnExit="true">m-{p["CallSid"]}</Conference></Dial>')
    sids = [rig.ring(f"+3584010001{number:02}") for number in range(CALLS)]
    for sid in sids:
        rig.heard(sid, "queued")
    for number, sid in enumerate(sids):
        robot = f"client:a_{number}"
        rig.behave(robot, "answer", after=1, talk=30)
        rig.rest("POST", f"Calls/{sid}.json", Url=f"{side.base}/room")
        rig.rest("POST", f"Conferences/m-{sid}/Participants.json", From=CITY, To=robot)
    began = time.monotonic()
    for sid in sids:
        rig.heard(sid, "joined")
    for number in range(CALLS):
        leg = rig.leg_to(f"client:a_{number}")
        assert rig.ended(leg)["status"] == "completed"
    assert time.monotonic() - began < 20
    assert rig.errors() == []
    assert AGENT not in str(rig.lab("GET", "phones"))
