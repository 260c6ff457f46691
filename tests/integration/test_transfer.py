"""Transfers as the record sees them: whoever is asked, the resident always has a place."""

import pytest

from adapters.schema import audit_event
from desks import service, store
from desks.talk import transfer as transfers
from desks.talk.legs import room_over
from desks.talk.transfer import Changed, MovedOn
from ivr.agent_webhooks import AgentLeg
from queue_workers import reconcile
from tests.support.provider import REFUSED
from tests.support.services import Town
from tests.support.talks import (
    AGENT_LEG,
    OTHER_LEG,
    RESIDENT_LEG,
    TALKS,
    Talk,
    asked,
    callback,
    consulting,
    leg_of,
)


@pytest.fixture(params=sorted(TALKS))
def talk(town: Town, request: pytest.FixtureRequest) -> Talk:
    return TALKS[request.param](town)


# --- warm ---------------------------------------------------------------------------------------------------------


def test_consult_then_leave(talk: Talk) -> None:
    town, other = talk.town, consulting(talk)
    assert town.offer(talk.token)["on_hold"]
    assert [o.kind for o in town.gateway.orders if o.kind in ("leaves_open", "hold", "call")][-3:] == [
        "leaves_open", "hold", "call",
    ]  # fmt: skip
    assert talk.does("complete") == Changed()
    assert talk.transfer()["state"] == "done"
    mine, hers = town.offer(talk.token), town.offer(other)
    assert (mine["state"], mine["outcome"], mine["note"]) == ("ended", "transferred", "wants a permit")
    assert (hers["state"], hers["room"], hers["handed_over_by"]) == ("connected", mine["room"], talk.token)
    assert town.stay(hers["caller_id"])["state"] == "talking"
    town.carry_out()
    assert [o.kind for o in town.gateway.orders][-3:] == ["unhold", "closes", "end"]
    assert town.gateway.orders[-2].to == leg_of(town, other)
    assert town.gateway.orders[-1].to == AGENT_LEG
    assert [row["deed"] for row in town.every(audit_event, subject_id=talk.token)] == ["transfer"]


def test_the_matter_follows_the_resident(town: Town) -> None:
    talk = callback(town)
    other = consulting(talk)
    talk.does("complete")
    assert talk.request is not None
    assert town.promise(talk.request)["state"] == "requested"
    assert town.deal() == 0, "she is on the line: nobody rings her"
    town.clock.pass_(minutes=20)
    town.agent("eino")
    assert town.deal() == 0
    assert service.note_outcome(town.services, "pirkko", other, "done")
    assert town.promise(talk.request)["state"] == "done"


def test_a_callback_whose_transferred_talk_breaks_off_is_rung_again(town: Town) -> None:
    talk = callback(town)
    town.agent("pirkko", ("streets",))
    talk.asks("blind", "desk", "streets")
    town.act(lambda c: c.resident_gone(RESIDENT_LEG))
    assert talk.request is not None
    assert town.promise(talk.request)["state"] == "requested"
    assert town.deal() == 0, "not at the same moment"
    town.clock.pass_(minutes=16)
    service.heartbeat(town.services, "pirkko")
    assert town.deal() == 1


def test_consult_then_take_back(talk: Talk) -> None:
    town, other = talk.town, consulting(talk)
    assert talk.does("take_back") == Changed()
    assert talk.transfer()["state"] == "back"
    assert not town.offer(talk.token)["on_hold"]
    assert town.offer(talk.token)["state"] == "connected"
    assert town.offer(other)["outcome"] == "consulted"
    town.carry_out()
    assert leg_of(town, other) in [o.to for o in town.gateway.ordered("end")]
    assert AGENT_LEG not in [o.to for o in town.gateway.ordered("end")]
    assert town.gateway.ordered("unhold")
    assert talk.does("take_back") == MovedOn()


def test_all_three_then_leave(talk: Talk) -> None:
    town, other = talk.town, consulting(talk)
    assert talk.does("join") == Changed()
    assert not town.offer(talk.token)["on_hold"]
    assert talk.transfer()["state"] == "joined"
    assert talk.does("complete") == Changed()
    assert town.offer(other)["state"] == "connected"


def test_taken_back_from_a_talk_of_three_the_room_ends_with_her_again(talk: Talk) -> None:
    town = talk.town
    consulting(talk)
    talk.does("join")
    town.carry_out()
    assert talk.does("take_back") == Changed()
    town.carry_out()
    assert town.gateway.ordered("closes")[-1].to == AGENT_LEG


def test_a_stay_that_is_being_handed_is_not_yet_hers(talk: Talk) -> None:
    asked(talk)
    with talk.town.services.database.read() as connection:
        hers = store.stay_of_call(connection, talk.resident)
    assert (None if hers is None else hers["id"]) == talk.line


def test_the_one_who_was_asked_leaves_a_talk_of_three(talk: Talk) -> None:
    town, other = talk.town, consulting(talk)
    talk.does("join")
    town.act(lambda c: c.agent_leg_ended(other, "completed"))
    assert talk.transfer()["state"] == "back"
    assert town.offer(talk.token)["state"] == "connected"


@pytest.mark.parametrize("why", ["declined", "unanswered", "lost"])
def test_nobody_answers_and_the_resident_is_with_her_agent_again(talk: Talk, why: str) -> None:
    town, other = talk.town, asked(talk)
    town.act(lambda c: c.give_back(other, why))
    assert (talk.transfer()["state"], talk.transfer()["outcome"]) == ("back", why)
    assert not town.offer(talk.token)["on_hold"]
    assert town.held("pirkko") is None
    town.carry_out()
    assert town.gateway.ordered("unhold")


def test_the_browser_of_the_one_who_is_asked_dies(talk: Talk) -> None:
    asked(talk)
    talk.town.clock.pass_(seconds=20)
    service.heartbeat(talk.town.services, "aino")
    reconcile.lost_agents(talk.town.services)
    assert talk.transfer()["state"] == "back"


def test_an_order_that_the_provider_refuses_brings_the_resident_back(talk: Talk) -> None:
    town = talk.town
    asked(talk)
    town.gateway.answers(*([REFUSED] * 5))
    town.carry_out()
    assert talk.transfer()["state"] == "back"
    assert town.held("pirkko") is None


def test_the_agent_goes_while_it_rings_and_the_other_answers(talk: Talk) -> None:
    town, other = talk.town, asked(talk)
    talk.her_leg_ends()
    assert town.offer(talk.token)["outcome"] == "transferred"
    assert talk.transfer()["state"] == "asked"
    town.accept(other, OTHER_LEG)
    assert talk.transfer()["state"] == "done"
    assert town.stay(town.offer(other)["caller_id"])["state"] == "talking"
    town.carry_out()
    assert town.gateway.ordered("unhold")


def test_the_agent_goes_while_it_rings_and_nobody_answers(talk: Talk) -> None:
    town, other = talk.town, asked(talk)
    arrived = town.offer(other)["caller_id"]
    line_time = town.stay(arrived)["line_time_at"]
    talk.her_leg_ends()
    town.act(lambda c: c.give_back(other, "declined"))
    assert talk.transfer()["state"] == "line"
    assert (talk.running()["desk"], talk.running()["line_time_at"]) == ("housing", line_time)
    town.carry_out()
    led = town.gateway.ordered("redirect")[-1]
    assert (led.to, "/voice/talk/line" in led.url) == (talk.resident, True)


def test_the_agent_goes_while_they_consult(talk: Talk) -> None:
    town, other = talk.town, consulting(talk)
    talk.her_leg_ends()
    assert talk.transfer()["state"] == "done"
    assert town.stay(town.offer(other)["caller_id"])["state"] == "talking"


def test_the_resident_hangs_up_on_hold(talk: Talk) -> None:
    town, other = talk.town, consulting(talk)
    town.act(lambda c: c.resident_gone(talk.resident))
    assert talk.transfer()["state"] == "gone"
    assert town.offer(other)["state"] == "ended"
    assert town.held("pirkko") is None


# --- who leaves at the wrong moment -------------------------------------------------------------------------------


def test_the_room_goes_on_when_she_leaves_while_it_rings(talk: Talk) -> None:
    town = talk.town
    asked(talk)
    assert talk.does("complete") == Changed()
    town.carry_out()
    hers = [o.kind for o in town.gateway.orders if o.to == AGENT_LEG]
    assert hers.index("leaves_open") < hers.index("end")


def test_a_resident_whose_room_ended_while_it_rang_is_in_the_line(talk: Talk) -> None:
    """The agent's telephone died before the room was told that she may leave it."""
    other = asked(talk)
    line_id = talk.town.within(lambda tx: room_over(talk.town.services, tx, talk.token, talk.resident, failed=False))
    assert line_id == talk.running()["id"]
    assert talk.transfer()["state"] == "line"
    assert talk.town.offer(other)["state"] == "ended"
    assert talk.town.held("aino") is None


def test_a_callback_whose_resident_goes_when_nobody_is_left_is_rung_again(town: Town) -> None:
    talk = callback(town)
    asked(talk)
    talk.her_leg_ends()
    town.act(lambda c: c.resident_gone(RESIDENT_LEG))
    assert talk.transfer()["state"] == "gone"
    assert town.promise(str(talk.request))["state"] == "requested"


def test_a_room_that_fails_for_the_agent_leads_the_resident_into_the_line(town: Town) -> None:
    talk = callback(town)
    transfers.hold(town.services, "aino", talk.token, True)
    AgentLeg(town.services).left(talk.token, "failed")
    assert talk.running()["state"] == "waiting"
    assert town.offer(talk.token)["outcome"] == "lost"
