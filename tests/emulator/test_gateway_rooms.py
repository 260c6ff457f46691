"""The service's own gateway asks over HTTP who is in a room, and changes what a participant's leaving means."""

import socket

import pytest
from flask import Response

from adapters.voice_gateway import Done, NotDone, Unknown, VoiceGateway
from tests.emulator.other_side import OtherSide
from tests.emulator.rig import ACCOUNT, TOKEN, Rig

OTHER, THIRD = "+358403333333", "+358404444444"
NOWHERE = "CA" + "0" * 32
ROOM = "m-1"


def room(name: str = ROOM, more: str = "") -> str:
    return f"<Dial><Conference {more}>{name}</Conference></Dial>"


@pytest.fixture
def gateway(rig: Rig) -> VoiceGateway:
    return VoiceGateway(ACCOUNT, TOKEN, rig.base)


def enters(rig: Rig, number: str, name: str = ROOM) -> str:
    sid = rig.ring(number)
    rig.until(sid, lambda call: call["conference"] == name, "the room")
    return sid


def talks_with(rig: Rig, sid: str, how_many: int) -> None:
    rig.until(sid, lambda call: len(call["talking_with"]) == how_many, f"a talk with {how_many}")


def test_nobody_is_in_a_room_that_there_never_was(gateway: VoiceGateway) -> None:
    assert gateway.company(ROOM, NOWHERE) == 0


def test_who_waits_alone_has_only_her_own_company(rig: Rig, side: OtherSide, gateway: VoiceGateway) -> None:
    """Her room has not started: it is in none of the running ones."""
    side.on("/voice", room())
    one = enters(rig, OTHER)
    assert gateway.company(ROOM, one) == 1


def test_company_is_counted_as_they_come_and_go(rig: Rig, side: OtherSide, gateway: VoiceGateway) -> None:
    side.on("/voice", room())
    one, other = enters(rig, OTHER), enters(rig, THIRD)
    assert (gateway.company(ROOM, one), gateway.company(ROOM, other)) == (2, 2)
    third = enters(rig, "+358405555555")
    assert gateway.company(ROOM, one) == 3
    for leaves, left in ((third, 2), (other, 1)):
        rig.hang_up(leaves)
        talks_with(rig, one, left - 1)
        assert gateway.company(ROOM, one) == left
        assert gateway.company(ROOM, leaves) == 0


def test_who_is_in_another_room_has_no_company_in_this_one(rig: Rig, side: OtherSide, gateway: VoiceGateway) -> None:
    side.on("/voice", room(), room("m-2"))
    one, other = enters(rig, OTHER), enters(rig, THIRD, "m-2")
    assert (gateway.company(ROOM, other), gateway.company("m-2", one)) == (0, 0)
    assert gateway.company("m-2", other) == 1


def test_a_room_of_that_name_that_is_over_is_nobodys(rig: Rig, side: OtherSide, gateway: VoiceGateway) -> None:
    """A callback's room may be named again; only the one she sits in counts."""
    side.on("/voice", room())
    one, other = enters(rig, OTHER), enters(rig, THIRD)
    for sid in (one, other):
        rig.hang_up(sid)
        rig.ended(sid)
    assert gateway.company(ROOM, one) == 0
    again = enters(rig, OTHER)
    assert gateway.company(ROOM, again) == 1


def test_a_provider_who_cannot_be_asked_has_told_nothing(rig: Rig, side: OtherSide, gateway: VoiceGateway) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert VoiceGateway(ACCOUNT, TOKEN, f"http://127.0.0.1:{port}").company(ROOM, NOWHERE) == NotDone(0, 0, again=True)
    assert isinstance(VoiceGateway(ACCOUNT, "wrong", rig.base).company(ROOM, NOWHERE), Unknown)


@pytest.mark.parametrize("page", ["<h1>Bad gateway</h1>", "{}", "[]", "null", '{"conferences": 7}'])
@pytest.mark.parametrize("status", [200, 404])
def test_a_page_in_place_of_an_answer_tells_nothing(rig: Rig, side: OtherSide, page: str, status: int) -> None:
    side.on(f"/2010-04-01/Accounts/{ACCOUNT}/Conferences.json", Response(page, status=status))
    side.on(f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json", Response(page, status=status))
    elsewhere = VoiceGateway(ACCOUNT, TOKEN, side.base)
    assert not isinstance(elsewhere.company(ROOM, NOWHERE), int)
    assert not isinstance(elsewhere.hold(ROOM, NOWHERE, None), Done)
    assert not isinstance(elsewhere.legs_of(NOWHERE), list)


def test_whose_leaving_ends_the_room_is_changed_while_they_talk(
    rig: Rig, side: OtherSide, gateway: VoiceGateway
) -> None:
    side.on("/voice", room(more='endConferenceOnExit="true"'), room())
    one, other = enters(rig, OTHER), enters(rig, THIRD)
    rig.heard(one, "joined")
    assert gateway.leaves_open(ROOM, one) == Done(one)
    assert gateway.closes(ROOM, other) == Done(other)
    third = "CA" + "1" * 32
    for answer in (gateway.closes(ROOM, third), gateway.leaves_open("m-9", one)):
        assert isinstance(answer, NotDone)
        assert (answer.status, answer.again) == (404, False)
    rig.hang_up(other)
    rig.ended(one)
