"""What the provider refuses for now is held and fails nobody; what waited too long is not rung; texts take turns."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from adapters.schema import outbox, provider_pace
from callbacks import store as promises
from queue_workers import effects, reconcile
from queue_workers.in_turn import LATEST_TEXT_SECONDS
from tests.support.provider import BUSY_PROVIDER
from tests.support.services import Town
from tests.support.turns import CALLS, TEXTS, agents, ring_when_it_may, rung, texts


@pytest.fixture
def paced(record: str) -> Iterator[Town]:
    """One call a second."""
    one = Town.over(record, CALLS_PER_SECOND="1")
    yield one
    one.services.database.dispose()


@pytest.fixture
def texting(record: str) -> Iterator[Town]:
    """One call and one text a second."""
    one = Town.over(record, CALLS_PER_SECOND="1", TEXTS_PER_SECOND="1", SMS_SENDER="+358175550100")
    yield one
    one.services.database.dispose()


# --- too many, says the provider ---------------------------------------------------------------------------------


def test_a_refusal_for_now_holds_every_ring_and_fails_none(paced: Town) -> None:
    names = agents(paced, 3)
    requests = [paced.request() for _ in range(3)]
    paced.gateway.answers(*[BUSY_PROVIDER] * 3)
    asked = ring_when_it_may(paced, 12)
    pauses = [late - early for early, late in zip(asked, asked[1:], strict=False)]
    assert len(asked) == 6, "three refusals, three rings"
    assert 0.5 <= pauses[0] <= 1.25
    assert 1.0 <= pauses[1] <= 2.25
    assert 2.0 <= pauses[2] <= 4.25
    assert {paced.promise(one)["state"] for one in requests} == {"offered"}
    assert all(paced.held(name) is not None for name in names)
    assert paced.one(provider_pace, lane="calls")["refused"] == 0


def test_while_the_provider_refuses_nobody_is_kept_by_an_offer_that_cannot_ring(paced: Town) -> None:
    names = agents(paced, 2)
    requests = [paced.request() for _ in range(2)]
    paced.gateway.answers(*[BUSY_PROVIDER] * 40)
    for _ in range(60):
        ring_when_it_may(paced, 1)
        reconcile.overdue_offers(paced.services)
    kept = [paced.held(name) for name in names]
    assert sum(one is not None for one in kept) <= 1
    assert {paced.promise(one)["state"] for one in requests} <= {"requested", "offered"}
    assert paced.every(promises.REQUEST, attempts=0) != []


# --- what waited too long ----------------------------------------------------------------------------------------


def test_a_ring_that_waited_past_closing_time_is_not_made(paced: Town) -> None:
    agents(paced, 1)
    request = paced.request()
    token = paced.offered("aino")
    paced.clock.business += timedelta(hours=12)
    assert effects.carry_out_next(paced.services, CALLS) is True
    assert rung(paced) == 0
    assert (paced.offer(token)["state"], paced.offer(token)["outcome"]) == ("ended", "withdrawn")
    assert paced.promise(request)["state"] == "requested"


def test_a_leg_that_the_provider_queued_too_long_is_cancelled_there(paced: Town) -> None:
    """It has not rung when the offer lapses: whatever rings later would find its matter with somebody else."""
    agents(paced, 1)
    paced.request()
    token = paced.offered("aino")
    paced.carry_out()
    leg = paced.offer(token)["agent_call_sid"]
    assert leg is not None
    paced.clock.pass_(seconds=46)
    reconcile.overdue_offers(paced.services)
    paced.carry_out()
    assert [order.to for order in paced.gateway.ordered("end")] == [leg]
    assert "Hangup" in paced.accept(token, leg), "and if it rings all the same, it dials nobody"


# --- texts -------------------------------------------------------------------------------------------------------


def test_texts_have_a_pace_of_their_own(texting: Town) -> None:
    agents(texting, 1)
    texts(texting, 3)
    sent = []
    for _ in range(4):
        effects.carry_out_next(texting.services, TEXTS)
        effects.carry_out_next(texting.services, CALLS)
        sent.append(len(texting.gateway.ordered("text")))
        texting.clock.pass_(seconds=0.5)
    assert sent == [1, 1, 2, 2]


def test_a_text_is_held_by_refusals_and_given_up_only_when_it_says_nothing_any_more(texting: Town) -> None:
    texts(texting, 1)
    texting.gateway.answers(*[BUSY_PROVIDER] * 1000)
    began = texting.clock.machine()
    while texting.orders() and texting.clock.machine() - began < LATEST_TEXT_SECONDS * 2:
        effects.carry_out_next(texting.services, TEXTS)
        texting.clock.pass_(seconds=31)
    assert texting.clock.machine() - began >= LATEST_TEXT_SECONDS
    assert [row["result"] for row in texting.every(outbox, kind="send_text")] == ["given up"]
