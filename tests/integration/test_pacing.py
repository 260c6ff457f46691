"""The provider is asked no faster than the account allows, the most urgent first; none is rung when it is too late."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import insert

from adapters import pace_store
from adapters.pace import LANES
from adapters.schema import offer as offers
from adapters.schema import outbox, provider_pace
from callbacks import store as promises
from callbacks import text_store
from queue_workers import effects, reconcile
from queue_workers.in_turn import LATEST_TEXT_SECONDS
from tests.support.provider import BUSY_PROVIDER
from tests.support.services import Town

CALLS, TEXTS = LANES
NAMES = ("aino", "bertil", "cecilia", "daniel", "eeva", "fanni")


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


@pytest.fixture
def narrow(record: str) -> Iterator[Town]:
    """Any number of calls a second, three legs at once."""
    one = Town.over(record, CALLS_AT_ONCE="3")
    yield one
    one.services.database.dispose()


def agents(town: Town, number: int, desks: tuple[str, ...] = ("housing",)) -> tuple[str, ...]:
    for name in NAMES[:number]:
        town.agent(name, desks)
    return NAMES[:number]


def rung(town: Town) -> int:
    return len(town.gateway.ordered("call"))


def ring_when_it_may(town: Town, seconds: int, step: float = 0.25) -> list[float]:
    """The dispatcher's doings for so long: deals, and takes turns. When each call was asked for, from now."""
    began, asked = town.clock.machine(), []
    for _ in range(round(seconds / step)):
        town.deal()
        before = rung(town)
        for lane in LANES:
            effects.carry_out_next(town.services, lane)
        asked += [town.clock.machine() - began] * (rung(town) - before)
        town.clock.pass_(seconds=step)
    return asked


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
    assert [effects.carry_out_next(paced.services, CALLS) for _ in range(2)] == [True, True]
    assert rung(paced) == 1


# --- who goes first ----------------------------------------------------------------------------------------------


def waiting(town: Town, agent: str, **offered: object) -> str:
    """An offer whose ring waits for its turn, of the kind that is told."""
    request = town.request(minutes=60)
    with town.services.database.write() as tx:
        token = agent.ljust(32, "0")
        promises.transition(tx.connection, request, "claim", town.clock.now(), "service", offer_token=token)
        row = {
            "token": token, "agent_id": agent, "request_id": request, "desk": "housing", "state": "offered",
            "clause": "place", "fence": 1, "own_telephone": False, "made_at": town.clock.now(),
            "made_machine": town.clock.machine(), **offered,
        }  # fmt: skip
        tx.connection.execute(insert(offers).values(**row))
        town.services.outbox.order(tx, "ring_agent", token)
    return token


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


def test_a_leg_that_is_being_asked_for_counts_already(narrow: Town) -> None:
    agents(narrow, 1)
    narrow.request()
    narrow.offered("aino")
    with narrow.services.database.write() as tx:
        assert pace_store.legs_at_once(tx.connection, narrow.clock.machine()) == 0
        lease = narrow.clock.machine() + 20
        tx.connection.execute(outbox.update().values(lease_machine=lease))
        assert pace_store.legs_at_once(tx.connection, narrow.clock.machine()) == 1


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


def texts(town: Town, number: int) -> None:
    for n in range(number):
        to = f"+3584012345{n:02}"
        with town.services.database.write() as tx:
            text_store.order(town.services, tx, town.rules, town.clock.now(), to, "sms.alarm_limit_rings", "fi")


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
