"""What the slow tick does about talks with more than two when nobody tells it anything."""

from collections.abc import Callable

import pytest

from adapters.schema import listening
from desks import service
from desks.talk import transfer as transfers
from desks.talk.legs import partner_answered
from desks.talk.listen import listen
from queue_workers import reconcile, talk_effects, talk_repairs
from tests.support.services import Town
from tests.support.talks import RESIDENT_LEG, Talk, asked, callback, live


@pytest.fixture
def talk(town: Town) -> Talk:
    talk = live(town)
    town.gateway.knows(talk.resident, "in-progress")
    return talk


def a_partner_is_asked(talk: Talk) -> str:
    talk.asks("warm", "partner", "waste")
    for _ in range(3):
        talk.town.carry_out()
    return str(talk.transfer()["leg_sid"])


def test_a_transfer_without_news_brings_the_resident_back(talk: Talk) -> None:
    leg = a_partner_is_asked(talk)
    talk_repairs.overdue_transfers(talk.town.services)
    assert talk.transfer()["state"] == "asked", "not before its time"
    talk.town.clock.pass_(seconds=61)
    talk_repairs.overdue_transfers(talk.town.services)
    assert (talk.transfer()["state"], talk.transfer()["outcome"]) == ("back", "timeout")
    talk.town.carry_out()
    assert leg in [order.to for order in talk.town.gateway.ordered("end")]


def test_a_transfer_whose_resident_has_gone(talk: Talk) -> None:
    a_partner_is_asked(talk)
    talk.town.gateway.knows(talk.resident, "completed")
    talk.town.clock.pass_(seconds=61)
    talk_repairs.overdue_transfers(talk.town.services)
    assert talk.transfer()["state"] == "gone"
    assert talk.stays() == ["housing done"]


@pytest.mark.parametrize("begun", [live, callback])
def test_a_stay_that_is_being_handed_ends_with_its_transfer(town: Town, begun: Callable[[Town], Talk]) -> None:
    """The resident has gone and nobody told us; no look at the line is needed for it."""
    talk = begun(town)
    other = asked(talk)
    handing = str(town.offer(other)["caller_id"])
    town.gateway.knows(talk.resident, "completed")
    checked: dict[str, float] = {}
    for _ in range(2):
        reconcile.vanished_callers(town.services, checked)
        talk_repairs.overdue_transfers(town.services)
        town.clock.pass_(seconds=61)
    assert handing not in checked
    assert (talk.transfer()["state"], town.stay(handing)["state"]) == ("gone", "moved")
    assert town.offer(other)["state"] == "ended"


def consults(talk: Talk) -> str:
    leg = a_partner_is_asked(talk)
    with talk.town.services.database.write() as tx:
        room = partner_answered(talk.town.services, tx, str(talk.transfer()["id"]), leg)
    assert room is not None
    return leg


def test_a_partner_whose_leg_ended_unseen(talk: Talk) -> None:
    leg = consults(talk)
    talk.town.clock.pass_(seconds=61)
    talk.town.gateway.knows(leg, "in-progress")
    talk_repairs.overdue_transfers(talk.town.services)
    assert talk.transfer()["state"] == "consulting", "they still talk"
    talk.town.gateway.knows(leg, "completed")
    talk_repairs.overdue_transfers(talk.town.services)
    assert talk.transfer()["state"] == "back"


def test_a_resident_left_alone_by_a_partner(talk: Talk) -> None:
    town, leg = talk.town, consults(talk)
    talk.does("complete")
    town.gateway.knows(leg, "in-progress")
    talk_repairs.left_alone(town.services)
    assert town.ordered("release_caller") == []
    town.gateway.knows(leg, "completed")
    talk_repairs.left_alone(town.services)
    assert town.ordered("release_caller") == [talk.token]


def test_an_agent_left_alone_in_the_room_of_a_callback(town: Town) -> None:
    talk = callback(town)
    transfers.hold(town.services, "aino", talk.token, True)
    town.clock.pass_(seconds=61)
    town.gateway.knows(RESIDENT_LEG, "in-progress")
    talk_repairs.left_alone(town.services)
    assert town.offer(talk.token)["state"] == "connected"
    town.gateway.knows(RESIDENT_LEG, "completed")
    talk_repairs.left_alone(town.services)
    assert town.offer(talk.token)["state"] == "wrapup"
    assert town.offer(talk.token)["agent_call_sid"] in town.ordered("end_leg")


def test_a_held_resident_whose_agents_leg_died(town: Town) -> None:
    talk = callback(town)
    transfers.hold(town.services, "aino", talk.token, True)
    talk.her_leg_ends()
    room = str(town.offer(talk.token)["room"])
    town.clock.pass_(seconds=4)
    town.gateway.finds_alone(room, RESIDENT_LEG)
    town.carry_out()
    led = town.gateway.ordered("redirect")[-1]
    assert (led.to, "/voice/talk/over" in led.url) == (RESIDENT_LEG, True)


def test_nobody_is_shown_as_listening_who_is_not(talk: Talk) -> None:
    town = talk.town
    supervisor(town)
    listen(town.services, "sirkka", talk.token, "listen")
    town.clock.pass_(seconds=61)
    talk_repairs.lost_listeners(town.services)
    assert town.one(listening)["ended_at"] is not None


def supervisor(town: Town) -> None:
    town.agent("sirkka", ("housing",))
    service.set_presence(town.services, "sirkka", "away")
    with town.services.database.write() as tx:
        tx.connection.exec_driver_sql("UPDATE agent SET role = 'supervisor' WHERE id = 'sirkka'")


def test_a_resident_whose_agent_is_just_leaving_is_looked_at_again(town: Town) -> None:
    talk = callback(town)
    transfers.hold(town.services, "aino", talk.token, True)
    room = str(town.offer(talk.token)["room"])
    town.gateway.finds_company(room, RESIDENT_LEG, 2)
    assert talk_effects.release_caller(town.services, talk.token) == talk_effects.PARTING_SECONDS
    town.gateway.cannot_be_asked()
    assert talk_effects.release_caller(town.services, talk.token) == talk_effects.AGAIN_SECONDS
    assert town.gateway.ordered("redirect") == []


def test_who_is_in_the_room_already_is_not_led_there_again(town: Town) -> None:
    """The answer to the first order was lost: a second one would end her talk."""
    talk = callback(town)
    transfers.hold(town.services, "aino", talk.token, True)
    room = str(town.offer(talk.token)["room"])
    town.gateway.cannot_be_asked()
    assert talk_effects.promote(town.services, talk.token) == talk_effects.AGAIN_SECONDS
    town.gateway.can_be_asked()
    town.gateway.finds_company(room, RESIDENT_LEG, 1)
    assert talk_effects.promote(town.services, talk.token) == "done"
    assert town.gateway.ordered("redirect") == []
