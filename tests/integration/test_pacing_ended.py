"""Offers that have ended before their ring was asked for: they keep no place in the lane, no leg, and page nobody."""

import re
from collections.abc import Iterator
from typing import cast

import pytest
from sqlalchemy import RowMapping

from adapters import pace_store
from adapters.schema import outbox, provider_pace
from operations import figures_store
from queue_workers import effects, reconcile, talk_effects
from tests.support.plans import plans
from tests.support.provider import BUSY_PROVIDER
from tests.support.services import Town
from tests.support.turns import CALLS, agents, rung, waiting

WITHIN = 0.2


@pytest.fixture
def paced(record: str) -> Iterator[Town]:
    """One call a second."""
    one = Town.over(record, CALLS_PER_SECOND="1")
    yield one
    one.services.database.dispose()


@pytest.fixture
def narrow(record: str) -> Iterator[Town]:
    """Any number of calls a second, four legs at once."""
    one = Town.over(record, CALLS_AT_ONCE="4")
    yield one
    one.services.database.dispose()


def withdrawn(town: Town, *names: str) -> list[str]:
    """Urgent ones whose turn has not come for so long that they are dealt anew."""
    tokens = [waiting(town, name, clause="urgent") for name in names]
    town.clock.pass_(seconds=reconcile.TURN_SECONDS + 1)
    reconcile.overdue_offers(town.services)
    assert {town.offer(token)["outcome"] for token in tokens} == {"withdrawn"}
    return tokens


def coming(town: Town) -> int:
    with town.services.database.read() as connection:
        found = pace_store.turns(town.services.settings, connection, town.clock.machine(), WITHIN)
    return len(found)


def may_ring_more(town: Town) -> bool:
    with town.services.database.read() as connection:
        return pace_store.may_ring_more(town.services.settings, connection, town.clock.machine())


def test_many_withdrawn_urgent_offers_do_not_delay_the_next_living_ring(paced: Town) -> None:
    *ended, living = agents(paced, 6)
    withdrawn(paced, *ended)
    assert may_ring_more(paced), "none of them waits for a turn"
    assert coming(paced) == 0
    token = waiting(paced, living, clause="place")
    assert effects.carry_out_next(paced.services, CALLS) is True
    assert paced.offer(token)["asked_machine"] is not None
    assert rung(paced) == 1


@pytest.mark.parametrize("why", ["declined", "lost", "unknown"])
def test_whatever_ended_it_its_order_waits_no_longer(paced: Town, why: str) -> None:
    agents(paced, 1)
    token = waiting(paced, "aino")
    paced.act(lambda c: c.give_back(token, why))
    assert (paced.orders(), coming(paced), may_ring_more(paced)) == ([], 0, True)


def test_with_all_legs_in_use_a_withdrawn_callback_takes_none(narrow: Town) -> None:
    """Nor does it stand before the next one once a leg is free again."""
    names = agents(narrow, 4)
    withdrawn(narrow, names[2])
    talks = [waiting(narrow, name) for name in names[:2]]
    for _ in talks:
        effects.carry_out_next(narrow.services, CALLS)
    now = narrow.clock.machine()
    assert narrow.within(lambda tx: pace_store.legs_at_once(tx.connection, now)) == 4
    assert rung(narrow) == 2
    living = waiting(narrow, names[3])
    assert coming(narrow) == 0, "no leg is free"
    narrow.act(lambda c: c.agent_leg_ended(talks[0], "no-answer"))
    assert coming(narrow) == 1, "the living one alone"
    assert effects.carry_out_next(narrow.services, CALLS) is True
    assert narrow.offer(living)["asked_machine"] is not None


def test_the_figure_that_pages_leaves_them_out(paced: Town) -> None:
    withdrawn(paced, *agents(paced, 3))
    paced.clock.pass_(seconds=120)
    with paced.services.database.read() as connection:
        assert figures_store.orders(connection, effects.LONG, paced.clock.machine()) == {}


def test_what_was_asked_of_the_provider_is_left_to_whoever_asked(paced: Town) -> None:
    """Her offer ends while the provider is asked: that her telephone rings is not forgotten, and its leg ends."""
    agents(paced, 1)
    token, open_then = waiting(paced, "aino"), []

    def withdraw() -> None:
        paced.act(lambda c: c.withdraw(token))
        open_then.extend(paced.orders())

    paced.gateway.during("call", withdraw)
    effects.carry_out_next(paced.services, CALLS)
    assert [(row["kind"], row["ref"]) for row in open_then] == [("ring_agent", token)]
    assert paced.one(outbox, ref=token)["result"] == "rung"
    assert [row["kind"] for row in paced.orders()] == ["end_leg"]


def test_one_that_the_provider_refused_for_now_after_its_end_is_not_tried_again(paced: Town) -> None:
    """The provider's "too many" holds the lane all the same."""
    agents(paced, 1)
    token = waiting(paced, "aino")
    paced.gateway.during("call", lambda: paced.act(lambda c: c.withdraw(token)))
    paced.gateway.answers(BUSY_PROVIDER)
    effects.carry_out_next(paced.services, CALLS)
    assert paced.orders() == []
    assert paced.one(provider_pace, lane="calls")["refused"] == 1


def test_one_order_is_found_by_its_index(paced: Town) -> None:
    agents(paced, 1)
    token = waiting(paced, "aino")
    database, now = paced.services.database, paced.clock.machine()
    [plan] = plans(database, lambda: database.run(lambda tx: pace_store.leave(tx, token, now)))
    assert not re.search("Seq Scan|SCAN ", plan), plan
    assert re.search("uq_outbox_kind|autoindex_outbox|ix_outbox_open", plan), plan
    assert re.search("pk_offer|autoindex_offer", plan), plan
    assert len(paced.orders()) == 1, "her offer has not ended"


def test_a_colleague_who_is_asked_in_too_late_is_not_ordered(paced: Town) -> None:
    """The talk was taken back while the resident was put on hold: the order comes after the end of its offer."""
    agents(paced, 1)
    token = waiting(paced, "aino")
    paced.act(lambda c: c.withdraw(token))
    paced.within(lambda tx: tx.connection.execute(outbox.delete()))
    talk_effects._ring(paced.services, cast("RowMapping", {"id": "t", "new_token": token}))
    assert paced.orders() == []
