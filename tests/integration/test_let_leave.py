"""Who has handed her talk on leaves it: not before somebody else holds the room, and not never."""

import pytest

from adapters.voice_gateway import Done
from queue_workers import effects
from tests.support.provider import LOST, NO_SUCH_CALL, Order
from tests.support.services import Town
from tests.support.talks import AGENT_LEG, RESIDENT_LEG, TALKS, Talk, consulting, leg_of

DONE = Done(RESIDENT_LEG)


@pytest.fixture(params=sorted(TALKS))
def talk(town: Town, request: pytest.FixtureRequest) -> Talk:
    return TALKS[request.param](town)


def test_she_is_not_let_go_while_the_taker_is_on_her_way_into_the_room(talk: Talk) -> None:
    """With her leg the room would end for the resident; the taker comes a moment later."""
    town, other = talk.town, consulting(talk)
    talk.does("complete")
    town.gateway.knows(leg_of(town, other), "in-progress")
    town.gateway.answers(DONE, NO_SUCH_CALL)  # off hold; the taker is in no room yet
    town.carry_out()
    assert AGENT_LEG not in [o.to for o in town.gateway.ordered("end")]
    town.clock.pass_(seconds=1)
    town.carry_out()
    assert [o.kind for o in town.gateway.orders][-3:] == ["unhold", "closes", "end"]
    assert town.gateway.orders[-1].to == AGENT_LEG


def test_she_is_let_go_when_the_taker_has_gone(talk: Talk) -> None:
    town, other = talk.town, consulting(talk)
    talk.does("complete")
    town.gateway.knows(leg_of(town, other), "completed")
    town.gateway.answers(DONE, NO_SUCH_CALL)
    town.carry_out()
    assert town.gateway.orders[-1] == Order("end", AGENT_LEG)


def test_she_is_not_kept_in_the_room_for_ever(talk: Talk) -> None:
    """The provider does not answer: once the order is given up, her own leg is ended."""
    town = talk.town
    consulting(talk)
    talk.does("complete")
    town.gateway.answers(*[LOST] * effects.MOST_TRIES)
    for _ in range(effects.MOST_TRIES):
        assert AGENT_LEG not in town.ordered("end_leg")
        town.carry_out()
        town.clock.pass_(seconds=60)
    assert town.ordered("end_leg").count(AGENT_LEG) == 1
