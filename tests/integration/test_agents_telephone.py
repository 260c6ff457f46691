"""One page of an agent rings; while its telephone fails, her number in reserve does, or nobody waits for it in vain."""

import pytest
from sqlalchemy import update

from adapters.schema import agent, presence
from desks import service
from desks.talk import telephone
from desks.view.desk import desk_view
from tests.support.services import Town

RESERVE = "+358401112223"
OLD, NEW = "a1b2c3", "d4e5f6"


def reserve(town: Town, number: str | None = RESERVE) -> None:
    mine = update(agent).where(agent.c.id == "aino")
    town.within(lambda tx: tx.connection.execute(mine.values(reserve_telephone=number)))


def beat(town: Town, tab: str = OLD, state: str = "registered") -> str:
    return telephone.beat(town.services, "aino", tab, state)


def heartbeat(town: Town) -> float:
    return float(town.one(presence, agent_id="aino")["heartbeat_machine"])


@pytest.mark.parametrize("state", ["failed", "microphone"])
def test_while_her_page_cannot_ring_her_reserve_does_and_accepts_with_a_key(town: Town, state: str) -> None:
    town.agent("aino")
    reserve(town)
    beat(town, state=state)
    town.request()
    token = town.offered("aino")
    town.carry_out()
    assert [order.to for order in town.gateway.ordered("call")] == [RESERVE]
    assert town.offer(token)["own_telephone"] is True
    card = desk_view(town.services, "aino").offer
    assert card is not None
    assert card.own_telephone


@pytest.mark.parametrize("state", ["registered", "starting"])
def test_a_page_that_can_ring_does_although_there_is_a_reserve(town: Town, state: str) -> None:
    town.agent("aino")
    reserve(town)
    beat(town, state=state)
    town.request()
    token = town.offered("aino")
    town.carry_out()
    assert [order.to for order in town.gateway.ordered("call")] == ["client:aino"]
    assert town.offer(token)["own_telephone"] is False


def test_without_a_reserve_she_is_away_at_the_second_sign_of_failure_and_not_in_a_talk(town: Town) -> None:
    town.agent("aino")
    town.request()
    token = town.talking("aino")
    for _ in range(3):
        beat(town, state="failed")
    assert town.one(presence, agent_id="aino")["state"] == "available", "a talk is not touched"
    service.note_outcome(town.services, "aino", token, "done")
    beat(town, state="failed")
    row = town.one(presence, agent_id="aino")
    assert (row["state"], row["reason"]) == ("away", "telephone")


def test_one_failure_that_passes_takes_nobody_away(town: Town) -> None:
    town.agent("aino")
    for state in ("failed", "registered", "failed", "registered"):
        beat(town, state=state)
    assert town.one(presence, agent_id="aino")["state"] == "available"


def test_the_second_page_stands_aside_and_keeps_nobody_alive(town: Town) -> None:
    town.agent("aino")
    assert beat(town, OLD) == "here"
    town.clock.pass_(seconds=10)
    before = heartbeat(town)
    assert beat(town, NEW) == "elsewhere"
    assert heartbeat(town) == before, "the page that rings has said nothing"
    town.clock.pass_(seconds=6)
    assert beat(town, NEW) == "here"
    assert beat(town, OLD) == "elsewhere"


def test_a_click_takes_the_telephone_over_at_once(town: Town) -> None:
    town.agent("aino")
    beat(town, OLD)
    assert telephone.take(town.services, "aino", NEW)
    assert (beat(town, OLD), beat(town, NEW)) == ("elsewhere", "here")


def test_who_begins_in_a_new_window_after_hers_was_closed_has_the_telephone_there(town: Town) -> None:
    """She closed the browser without signing out: her click is no sign of life of the old window."""
    town.agent("aino")
    beat(town, OLD)
    service.set_presence(town.services, "aino", "away")
    assert desk_view(town.services, "aino").tab == OLD
    town.clock.pass_(seconds=16)
    assert desk_view(town.services, "aino").tab is None, "a new page does not stand aside for a dead one"
    service.set_presence(town.services, "aino", "available")
    assert beat(town, NEW) == "here"
    assert desk_view(town.services, "aino").tab == NEW


def test_a_page_without_a_telephone_is_no_sign_of_life_while_another_is_to_ring(town: Town) -> None:
    town.agent("aino")
    service.heartbeat(town.services, "aino")
    assert heartbeat(town) == town.clock.machine()
    beat(town, OLD)
    town.clock.pass_(seconds=10)
    service.heartbeat(town.services, "aino")
    assert heartbeat(town) == town.clock.machine() - 10


def test_before_she_has_begun_her_page_has_the_telephone_already(town: Town) -> None:
    town.agent("aino")
    town.within(lambda tx: tx.connection.execute(presence.delete()))
    assert (beat(town, OLD), beat(town, NEW)) == ("here", "elsewhere")
    assert town.one(presence, agent_id="aino")["state"] == "offline"
