"""A promise kept, and three misses with an open door, as functions.

The fault matrix runs them too; whatever is killed, the resident sees the same.
"""

from collections.abc import Callable

from tests.rig.agent import Agent
from tests.rig.city import City
from tests.rig.journeys import ends_and_notes, takes_callback, talks_with, waits_in_line
from tests.rig.resident import Resident
from tests.rig.robot import Robot
from tests.rig.words import heard

RESIDENT = "+358401234567"
SOMEBODY_ELSE = "+358401000001"
TUESDAY_TEN = "2026-11-24T10:00:00+02:00"
SECOND_RING = "2026-11-24T10:40:00+02:00"
THIRD_RING = "2026-11-24T11:20:00+02:00"
RATE = 20.0
RECOVERY = 1200.0  # business seconds: a matter held by a dead process must be dealt again by then
Arm = Callable[[], None]


def nothing() -> None:
    """No fault."""


def the_promise_is_kept(city: City, before_the_deal: Arm = nothing) -> None:
    """The wait becomes a promise with its place, and is kept."""
    aino = city.agent("aino").available()
    resident = _promise(city, aino, before_the_deal)
    robot = Robot(aino)
    resident.answers(within=RECOVERY).hears(heard()["hello"]).is_joined()
    _agent_was_first(city)
    resident.hangs_up()
    done = city.eventually("SELECT * FROM callback_request WHERE state = 'done'")
    robot.stops()
    assert done["outcome"] == "done"
    assert resident.rings() == 1
    assert city.sql("SELECT id FROM callback_request WHERE state <> 'done'") == []
    city.eventually(
        "SELECT 1 FROM offer WHERE request_id = :id AND state = 'ended' AND outcome = 'done'", id=done["id"]
    )


def three_misses_and_an_open_door(city: City, before_the_deal: Arm = nothing) -> None:
    """Nobody answers three rings; who rings in then is recognised at her old place."""
    aino = city.agent("aino").available()
    resident = _promise(city, aino, before_the_deal)
    robot = Robot(aino)
    _miss(city, resident, attempts=1)
    resident.gets_message(heard()["text_missed"])
    for attempts, moment in ((2, SECOND_RING), (3, THIRD_RING)):
        city.clock(moment, RATE)
        _miss(city, resident, attempts)
    unreached = city.eventually("SELECT * FROM callback_request WHERE state = 'unreached'")
    assert resident.rings() == 3
    resident.gets_message(heard()["text_unreached"])
    _rings_in(city, resident, str(unreached["line_time_at"]))
    city.eventually("SELECT 1 FROM callback_request WHERE id = :id AND state = 'done'", id=unreached["id"])
    robot.stops()
    assert resident.rings() == 3


def _promise(city: City, aino: Agent, before_the_deal: Arm) -> Resident:
    """The agent is busy; the caller takes the callback and keeps her place; then the agent ends the other talk."""
    city.clock(TUESDAY_TEN, RATE)
    busy = talks_with(city, aino, SOMEBODY_ELSE)
    resident = takes_callback(waits_in_line(city.resident(RESIDENT)))
    told = city.one("SELECT * FROM callback_request")
    stay = city.one("SELECT * FROM waiting_caller WHERE state = 'promised'")
    assert (told["state"], told["kind"]) == ("requested", "asap")
    assert told["told"]
    assert told["line_time_at"] == stay["line_time_at"]
    assert told["origin_call_sid"] == resident.call_sid
    before_the_deal()
    ends_and_notes(busy, aino)
    return resident


def _agent_was_first(city: City) -> None:
    legs = city.one("SELECT * FROM offer WHERE request_id IS NOT NULL AND accepted_at IS NOT NULL")
    assert legs["agent_call_sid"]
    assert legs["resident_call_sid"]
    agent, resident = (city.lab.call(legs[leg]) for leg in ("agent_call_sid", "resident_call_sid"))
    answered = next(event.machine for event in agent.events if event.kind == "answered")
    rang = next(event.machine for event in resident.events if event.kind == "ring")
    assert answered <= rang
    assert resident.parent == agent.call_sid


def _miss(city: City, resident: Resident, attempts: int) -> None:
    resident.lets_it_ring(within=RECOVERY)
    city.eventually(
        "SELECT 1 FROM callback_request WHERE attempts = :n AND state IN ('requested', 'unreached')", n=attempts
    )


def _rings_in(city: City, resident: Resident, place: str) -> None:
    """One key leads to the desk, with the old place."""
    words = heard()
    resident.ring().hears(words["greeting"]).press("1").hears(words["tried"]).press("1")
    resident.is_joined(within=RECOVERY)
    stay = city.one("SELECT * FROM waiting_caller WHERE request_id IS NOT NULL")
    assert str(stay["line_time_at"]) == place
    resident.hangs_up()
