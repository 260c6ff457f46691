"""A live talk closes the request that she has said she rings about, and no other of her number."""

import pytest

from adapters.schema import promise_told, waiting_caller
from desks import service
from desks.talk import on_behalf, rings_about
from desks.talk import outcome as outcome_of
from desks.view.desk import desk_view
from queue_workers import reconcile
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


# --- what the agent says of it ------------------------------------------------------------------------------------


def rings_in(town: Town) -> tuple[str, str]:
    """About a promise that is due now; it and the token of her talk."""
    town.agent("aino")
    request = town.request()
    line = town.caller(request_id=request)
    token = town.offered("aino")
    town.accept(token)
    town.act(lambda c: c.caller_joined(line))
    return request, token


def cut_off(town: Town, token: str, seconds: float) -> None:
    town.clock.pass_(seconds=seconds)
    town.act(lambda c: c.agent_leg_ended(token, "completed"))
    assert town.offer(token)["state"] == "wrapup"


def test_a_talk_that_was_cut_off_leaves_the_request_as_the_agent_says(town: Town) -> None:
    request, token = rings_in(town)
    before = town.promise(request)
    cut_off(town, token, 11)
    card = desk_view(town.services, "aino").offer
    assert card is not None
    assert card.rings_about == request
    assert service.note_outcome(town.services, "aino", token, "stands")
    assert (town.offer(token)["state"], town.offer(token)["outcome"]) == ("ended", "stands")
    assert town.promise(request) == before
    assert town.every(promise_told, request_id=request, verdict=None)
    town.clock.pass_(seconds=10)  # her telephone is free again
    service.heartbeat(town.services, "aino")
    assert town.offer(town.offered("aino"))["request_id"] == request


def test_nobody_rings_her_while_the_agent_has_yet_to_say(town: Town) -> None:
    request, token = rings_in(town)
    town.agent("bo")
    cut_off(town, token, 11)
    assert town.deal() == 0
    assert service.note_outcome(town.services, "aino", token, "done")
    row = town.promise(request)
    assert (row["state"], row["closed_at"]) == ("done", town.offer(token)["talk_ended_at"])
    assert town.deal() == 0


@pytest.mark.parametrize(("seconds", "state"), [(9, "requested"), (11, "done")])
def test_what_no_agent_noted_is_done_where_they_have_talked(town: Town, seconds: float, state: str) -> None:
    request, token = rings_in(town)
    cut_off(town, token, seconds)
    town.clock.pass_(minutes=3, seconds=1)
    reconcile.overdue_offers(town.services)
    assert (town.offer(token)["outcome"], town.promise(request)["state"]) == ("unnoted", state)


@pytest.mark.parametrize("outcome", ["done", "unnoted"])
def test_who_rings_again_before_that_hears_of_it_no_more_and_is_rung_if_she_asks(town: Town, outcome: str) -> None:
    request = asks(town)
    falls_due(town, request)
    town.agent("aino")
    line = town.caller(request_id=request)
    token = town.offered("aino")
    town.accept(token)
    town.act(lambda c: c.caller_joined(line))
    service.set_presence(town.services, "aino", "away")
    cut_off(town, token, 11)
    town.clock.pass_(seconds=20)
    again = call(town)
    assert "/step/topic" in again.next_url(), "nobody says that it stands: it may be closed in a moment"
    reaches(again, "housing")
    again.presses("1")
    again.presses("1")  # the same matter
    town.clock.pass_(minutes=3)
    town.act(lambda c: outcome_of.note(c, token, outcome, ""))
    assert (town.offer(token)["state"], town.promise(request)["state"]) == ("ended", "requested")


def test_the_agent_says_which_request_it_is_about_and_her_note_closes_that_one(town: Town) -> None:
    request, foreign = asks(town), asks(town, number="+358409998877")
    town.agent("aino")
    telephone = call(town)
    telephone.presses("4")
    reaches(telephone, "housing")
    line = in_line(town, telephone)
    token = town.offered("aino")
    assert not rings_about.say(town.services, "aino", token, request)  # her telephone only rings
    town.accept(token)
    town.act(lambda c: c.caller_joined(line))
    assert not rings_about.say(town.services, "aino", token, foreign)
    assert not rings_about.say(town.services, "bo", token, request)
    assert may_ring_about(town) == (request,)
    assert rings_about.say(town.services, "aino", token, request)
    assert (town.stay(line)["request_id"], may_ring_about(town)) == (request, ())
    assert service.note_outcome(town.services, "aino", token, "done")
    assert (town.promise(request)["state"], town.promise(foreign)["state"]) == ("done", "requested")


def test_what_she_promised_in_this_talk_is_not_what_it_was_about(town: Town) -> None:
    town.agent("aino")
    line = town.caller()
    token = town.offered("aino")
    town.accept(token)
    town.act(lambda c: c.caller_joined(line))
    found = on_behalf.times(town.services, "aino", token, "housing")
    assert found
    assert isinstance(on_behalf.promise(town.services, "aino", token, "housing", found[0].code), on_behalf.Spoken)
    assert may_ring_about(town) == ()


def may_ring_about(town: Town) -> tuple[str, ...]:
    card = desk_view(town.services, "aino").offer
    assert card is not None
    return card.may_ring_about


def test_of_a_callback_she_cannot_say_that_it_stands(town: Town) -> None:
    town.agent("aino")
    request = town.request()
    token = town.talking()
    assert not service.note_outcome(town.services, "aino", token, "stands")
    assert (town.offer(token)["state"], town.promise(request)["state"]) == ("connected", "connected")
