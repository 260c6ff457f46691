"""Partners outside the house, and what is refused before anything happens."""

from typing import Any

import pytest

from adapters.schema import transfer
from callbacks.model import Refused
from desks import service
from desks.talk import transfer as transfers
from desks.talk.legs import partner_answered, partner_gone
from desks.talk.transfer import Changed, MovedOn, Wanted
from queue_workers import talk_effects
from tests.support.provider import LOST
from tests.support.services import Town
from tests.support.talks import OTHER_LEG, PARTNER_LEG, TALKS, Talk, asked, live


@pytest.fixture(params=sorted(TALKS))
def talk(town: Town, request: pytest.FixtureRequest) -> Talk:
    return TALKS[request.param](town)


# --- partners -----------------------------------------------------------------------------------------------------


def rung_partner(talk: Talk, kind: str) -> str:
    assert talk.asks(kind, "partner", "waste") == Changed()
    for _ in range(3):
        talk.town.carry_out()
    call = talk.town.gateway.ordered("call")[-1]
    assert call.to == "+358175550170"
    assert call.to not in call.url
    return str(talk.transfer()["id"])


def answers(talk: Talk, transfer_id: str, leg: str | None = None) -> Any:
    leg = leg or talk.transfer()["leg_sid"]
    return talk.town.within(lambda tx: partner_answered(talk.town.services, tx, transfer_id, leg))


def goes(talk: Talk, transfer_id: str, why: str) -> None:
    leg = talk.transfer()["leg_sid"]
    talk.town.within(lambda tx: partner_gone(talk.town.services, tx, transfer_id, leg, why))


def test_a_partner_answers_and_the_agent_is_free(talk: Talk) -> None:
    town, transfer_id = talk.town, rung_partner(talk, "blind")
    room = town.offer(talk.token)["room"]
    assert answers(talk, transfer_id) == room
    assert answers(talk, transfer_id) == room, "the webhook's other copy"
    assert talk.transfer()["state"] == "done"
    assert town.held("aino") is None
    if talk.request:
        assert (town.promise(talk.request)["state"], town.promise(talk.request)["outcome"]) == ("done", "partner")
    else:
        assert talk.stays() == ["housing done"]
    goes(talk, transfer_id, "completed")
    town.clock.pass_(seconds=4)
    town.gateway.finds_alone(room, talk.resident)
    town.carry_out()
    assert town.gateway.ordered("redirect")[-1].to == talk.resident


def test_a_partner_is_rung_once_however_often_the_order_is_carried_out(talk: Talk) -> None:
    """Also when the first answer was lost: nobody knows whether that telephone rings."""
    transfer_id = rung_partner(talk, "warm")
    assert talk_effects.ring_partner(talk.town.services, transfer_id) == "not wanted"
    assert len(talk.town.gateway.ordered("call")) == 1


@pytest.mark.parametrize("kind", ["warm", "blind"])
def test_a_partner_who_does_not_answer(talk: Talk, kind: str) -> None:
    town, transfer_id = talk.town, rung_partner(talk, kind)
    goes(talk, transfer_id, "no-answer")
    assert (talk.transfer()["state"], talk.transfer()["outcome"]) == ("back", "no-answer")
    assert not town.offer(talk.token)["on_hold"]
    assert answers(talk, transfer_id) is None, "too late"


def test_a_partner_who_does_not_answer_when_the_agent_has_gone(talk: Talk) -> None:
    transfer_id = rung_partner(talk, "blind")
    talk.her_leg_ends()
    goes(talk, transfer_id, "busy")
    assert talk.transfer()["state"] == "line"
    assert talk.running()["desk"] == "housing"


def test_a_partners_answer_that_was_lost_is_adopted_by_its_token(talk: Talk) -> None:
    town = talk.town
    talk.asks("warm", "partner", "waste")
    town.carry_out()
    town.gateway.answers(LOST)
    town.carry_out()
    assert talk.transfer()["leg_sid"] is None
    assert answers(talk, str(talk.transfer()["id"]), PARTNER_LEG) is not None
    assert talk.transfer()["leg_sid"] == PARTNER_LEG
    assert answers(talk, str(talk.transfer()["id"]), OTHER_LEG) is None


# --- refused before anything happens ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "goal_kind", "goal", "code"),
    [
        ("warm", "desk", "nowhere", "unknown_goal"),
        ("warm", "desk", "waste", "unknown_goal"),
        ("blind", "desk", "streets", "unstaffed"),
        ("warm", "agent", "aino", "unknown_goal"),
        ("warm", "agent", "nobody", "unknown_goal"),
        ("blind", "agent", "sven", "language"),
        ("blind", "agent", "busy", "not_available"),
        ("warm", "partner", "housing", "unknown_goal"),
        ("warm", "partner", "parish", "closed"),
        ("tepid", "desk", "streets", "bad_kind"),
    ],
)
def test_refused_with_a_code(town: Town, kind: str, goal_kind: str, goal: str, code: str) -> None:
    talk = live(town)
    town.agent("sven", ("streets",), languages=("sv",))
    town.agent("busy", ("housing",))
    service.set_presence(town.services, "busy", "away")
    if goal == "parish":
        town.clock.pass_(minutes=3 * 60)
        service.heartbeat(town.services, "aino")
    assert talk.asks(kind, goal_kind, goal) == Refused(code)
    assert town.every(transfer) == []
    assert not town.offer(talk.token)["on_hold"]


def test_another_agents_talk_cannot_be_transferred(town: Town) -> None:
    talk = live(town)
    town.agent("pirkko", ("streets",))
    wanted = Wanted("blind", "desk", "streets")
    assert transfers.begin(town.services, "pirkko", talk.token, wanted) == MovedOn()


def test_one_transfer_at_a_time(talk: Talk) -> None:
    asked(talk)
    assert talk.asks("warm", "partner", "waste") == Refused("in_transfer")
    assert transfers.hold(talk.town.services, "aino", talk.token, False) == Refused("in_transfer")
