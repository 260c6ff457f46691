"""The provider is asked no faster than the account allows, the most urgent first; none is rung when it is too late."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from adapters.schema import outbox, provider_pace
from queue_workers import effects
from tests.support.services import Town
from tests.support.turns import CALLS, agents, ring_when_it_may, rung, waiting


@pytest.fixture
def paced(record: str) -> Iterator[Town]:
    """One call a second."""
    one = Town.over(record, CALLS_PER_SECOND="1")
    yield one
    one.services.database.dispose()


@pytest.fixture
def narrow(record: str) -> Iterator[Town]:
    """Any number of calls a second, three legs at once."""
    one = Town.over(record, CALLS_AT_ONCE="3")
    yield one
    one.services.database.dispose()


# --- how many a second -------------------------------------------------------------------------------------------


def test_many_due_callbacks_are_rung_one_a_second(paced: Town) -> None:
    agents(paced, 6)
    for _ in range(6):
        paced.request()
    assert ring_when_it_may(paced, 6) == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]


def test_agents_stay_free_while_their_matters_wait_for_a_turn(paced: Town) -> None:
    """Three requests, three agents: one rings, one is next, the third keeps its place and its agent is nobody's yet."""
    names = agents(paced, 3)
    for _ in range(3):
        paced.request()
    assert paced.deal() == 1
    assert paced.carry_out() == [("ring_agent", "rung")]
    assert paced.deal() == 1
    assert paced.deal() == 0
    assert [paced.held(name) is None for name in names].count(True) == 1


def test_a_hint_for_a_later_one_rings_whoever_is_first(paced: Town) -> None:
    agents(paced, 2)
    later = waiting(paced, "aino", clause="place")
    waiting(paced, "bertil", clause="urgent")
    hinted = paced.one(outbox, ref=later)
    assert effects.carry_out(paced.services, hinted["id"]) is True
    assert [order.to for order in paced.gateway.ordered("call")] == ["client:bertil"]
    assert effects.carry_out(paced.services, hinted["id"]) is False, "its turn has not come"
    paced.clock.pass_(seconds=1)
    assert effects.carry_out(paced.services, hinted["id"]) is True
    assert rung(paced) == 2


def test_two_processes_at_one_instant_take_one_turn(paced: Town) -> None:
    for name in agents(paced, 4):
        waiting(paced, name)
    with ThreadPoolExecutor(4) as hands:
        taken = list(hands.map(lambda _: effects.carry_out_next(paced.services, CALLS), range(4)))
    assert (taken.count(True), rung(paced)) == (1, 1)


def test_a_clock_that_was_set_back_makes_nobody_wait_for_it(paced: Town) -> None:
    agents(paced, 1)
    paced.request()
    paced.within(
        lambda tx: tx.connection.execute(
            provider_pace.insert().values(lane="calls", free_machine=paced.clock.machine() + 3600)
        )
    )
    assert ring_when_it_may(paced, 1) == [0.0]


def test_what_nobody_wants_any_more_costs_no_turn(paced: Town) -> None:
    agents(paced, 1)
    line = paced.caller()
    paced.offered("aino")
    paced.act(lambda c: c.caller_hung_up(line))
    waiting(paced, "aino")
    assert [effects.carry_out_next(paced.services, CALLS) for _ in range(2)] == [True, False]
    assert rung(paced) == 1


# --- who goes first ----------------------------------------------------------------------------------------------


def test_legs_of_talks_then_urgent_then_promised_times_then_as_soon_as_possible(paced: Town) -> None:
    agents(paced, 5)
    kinds = {
        "aino": {"clause": "place"},
        "bertil": {"clause": "needed"},
        "cecilia": {"clause": "urgent"},
        "daniel": {"handed_over_by": "9" * 32},
        "eeva": {"clause": "slot"},
    }
    for name, offered in kinds.items():
        waiting(paced, name, **offered)
        paced.clock.pass_(seconds=0.01)
    for _ in range(5):
        effects.carry_out_next(paced.services, CALLS)
        paced.clock.pass_(seconds=1)
    went = [order.to.removeprefix("client:") for order in paced.gateway.ordered("call")]
    assert went == ["daniel", "cecilia", "bertil", "eeva", "aino"]


def test_an_urgent_matter_is_dealt_although_another_still_waits_for_its_turn(paced: Town) -> None:
    agents(paced, 3, desks=("housing", "waterworks"))
    paced.request()
    paced.request()
    paced.offered("aino")
    paced.carry_out()
    paced.deal()
    assert len(paced.orders()) == 1
    urgent = paced.request(topic="water")
    assert paced.deal() == 1
    paced.clock.pass_(seconds=1)
    effects.carry_out_next(paced.services, CALLS)
    held = paced.promise(urgent)["offer_token"]
    assert paced.offer(held)["asked_machine"] is not None, "the one that was first in the line is rung after it"


# --- how many at once --------------------------------------------------------------------------------------------


def test_no_more_legs_at_once_than_the_account_may_have(narrow: Town) -> None:
    """Three legs: one callback, two with its resident's; the next callback waits for its end, and keeps its place."""
    agents(narrow, 3)
    first = narrow.request()
    narrow.clock.pass_(seconds=1)
    second = narrow.request()
    ring_when_it_may(narrow, 2)
    assert (rung(narrow), narrow.promise(second)["state"]) == (1, "requested")
    token = narrow.promise(first)["offer_token"]
    narrow.act(lambda c: c.agent_leg_ended(token, "no-answer"))
    ring_when_it_may(narrow, 1)
    assert rung(narrow) == 2
