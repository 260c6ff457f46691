"""A live talk closes the request that she has said she rings about, and no other of her number."""

import pytest

from adapters.schema import waiting_caller
from desks import service
from tests.support.known import asks, call, events, falls_due, reaches, unreached
from tests.support.services import Town
from tests.support.telephone import Telephone


def in_line(town: Town, telephone: Telephone) -> str:
    assert "<Enqueue" in telephone.heard[-1]
    [stay] = town.every(waiting_caller, call_sid=telephone.sid)
    return str(stay["id"])


def talks(town: Town, line: str, minutes: float) -> str:
    """With Aino, who notes it as done; the offer's token."""
    token = town.offered("aino")
    assert town.offer(token)["caller_id"] == line
    town.accept(token)
    town.act(lambda c: c.caller_joined(line))
    town.clock.pass_(minutes=minutes)
    town.act(lambda c: c.agent_leg_ended(token, "completed"))
    assert service.note_outcome(town.services, "aino", token, "done")
    return token


@pytest.mark.parametrize("minutes", [0.1, 5])
def test_who_rings_about_another_matter_of_the_same_topic_is_still_rung_about_the_first(
    town: Town, minutes: float
) -> None:
    request = asks(town)
    falls_due(town, request)
    town.agent("aino")
    telephone = call(town)
    telephone.presses("4")  # about another matter
    reaches(telephone, "housing")
    line = in_line(town, telephone)
    assert town.stay(line)["request_id"] is None
    talks(town, line, minutes)
    assert (town.promise(request)["state"], events(town, request)) == ("requested", ["request"])
    service.heartbeat(town.services, "aino")
    assert town.offer(town.offered("aino"))["request_id"] == request


def test_nobody_is_rung_about_the_topic_that_she_waits_for_in_the_line(town: Town) -> None:
    request = asks(town)
    falls_due(town, request)
    telephone = call(town)
    town.agent("aino")
    telephone.presses("4")
    reaches(telephone, "housing")
    line = in_line(town, telephone)
    town.agent("bo")
    town.deal()
    held = [row for row in (town.held("aino"), town.held("bo")) if row is not None]
    assert [(row["caller_id"], row["request_id"]) for row in held] == [(line, None)]
    assert town.promise(request)["state"] == "requested"


def test_what_she_has_said_she_rings_about_is_done_with_the_talk(town: Town) -> None:
    request = unreached(town)
    town.clock.pass_(minutes=1)
    service.heartbeat(town.services, "aino")
    telephone = call(town)
    telephone.presses("1")  # about the ring that she missed
    line = in_line(town, telephone)
    assert town.stay(line)["request_id"] == request
    talks(town, line, 5)
    assert town.promise(request)["state"] == "done"
