"""A lock that is lost to a neighbour's costs nothing but the time: the work begins anew, and the leg that rings already
has its name on record."""

import pytest

from adapters.schema import listening, receipt
from desks.talk.legs import partner_answered
from desks.talk.listen import listen
from queue_workers import effects, listen_effects, reconcile, talk_effects, talk_repairs
from tests.support.locks import a_lock_is_lost
from tests.support.provider import REFUSED
from tests.support.services import Town
from tests.support.talks import Talk, live


@pytest.fixture
def talk(town: Town) -> Talk:
    return live(town)


def listened(talk: Talk) -> str:
    talk.town.agent("sirkka")
    talk.town.within(lambda tx: tx.connection.exec_driver_sql("UPDATE agent SET role = 'administrator'"))
    listen(talk.town.services, "sirkka", talk.token, "listen")
    return str(talk.town.one(listening)["id"])


def a_partner(talk: Talk) -> str:
    talk.asks("warm", "partner", "waste")
    return str(talk.transfer()["id"])


def the_partner_has_her(talk: Talk) -> str:
    key = a_partner(talk)
    for _ in range(3):
        talk.town.carry_out()
    leg = str(talk.transfer()["leg_sid"])
    talk.town.within(lambda tx: partner_answered(talk.town.services, tx, key, leg))
    talk.does("complete")
    talk.town.gateway.knows(leg, "completed")
    return leg


def test_an_agents_telephone_that_rings(town: Town) -> None:
    town.agent("aino")
    town.caller()
    token = town.offered("aino")
    with a_lock_is_lost(town.services.database, "agent_call_sid"):
        assert effects.ring_agent(town.services, token) == "rung"
    assert town.offer(token)["agent_call_sid"] is not None
    assert len(town.gateway.ordered("call")) == 1


def test_an_agents_telephone_that_is_refused(town: Town) -> None:
    town.agent("aino")
    line = town.caller()
    token = town.offered("aino")
    town.gateway.answers(REFUSED)
    with a_lock_is_lost(town.services.database, "UPDATE waiting_caller"):
        assert effects.ring_agent(town.services, token) == "refused"
    assert town.stay(line)["state"] == "waiting"


def test_a_partners_telephone_that_rings(talk: Talk) -> None:
    key = a_partner(talk)
    with a_lock_is_lost(talk.town.services.database, "leg_sid="):
        assert talk_effects.ring_partner(talk.town.services, key) == "rung"
    assert talk.transfer()["leg_sid"] is not None
    assert len(talk.town.gateway.ordered("call")) == 1, "rung once"


def test_a_consultation_whose_telephone_is_to_ring(talk: Talk) -> None:
    key = a_partner(talk)
    with a_lock_is_lost(talk.town.services.database, "INSERT INTO outbox"):
        assert talk_effects.consult(talk.town.services, key) == "done"
    assert talk.town.ordered("ring_partner") == [key]


def test_a_supervisors_telephone_that_rings(talk: Talk) -> None:
    key = listened(talk)
    with a_lock_is_lost(talk.town.services.database, "leg_sid="):
        assert listen_effects.ring_supervisor(talk.town.services, key) == "rung"
    assert talk.town.one(listening)["leg_sid"] is not None


def test_a_supervisor_who_is_shown_as_listening(talk: Talk) -> None:
    listened(talk)
    talk.town.clock.pass_(seconds=61)
    with a_lock_is_lost(talk.town.services.database, "UPDATE listening"):
        talk_repairs.lost_listeners(talk.town.services)
    assert talk.town.one(listening)["ended_at"] is not None


def test_a_resident_whom_a_partner_has_left(talk: Talk) -> None:
    the_partner_has_her(talk)
    with a_lock_is_lost(talk.town.services.database, "INSERT INTO outbox"):
        talk_repairs.left_alone(talk.town.services)
    assert talk.town.ordered("release_caller") == [talk.token]


def test_what_is_forgotten_after_a_day(talk: Talk) -> None:
    talk.town.clock.pass_(minutes=24 * 60 + 1)
    with a_lock_is_lost(talk.town.services.database, "DELETE FROM receipt"):
        reconcile.tidy(talk.town.services)
    assert talk.town.every(receipt) == []
