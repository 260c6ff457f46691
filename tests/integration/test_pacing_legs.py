"""Legs at once: each counted once, one kept for callers, nothing written while none is free, no look at old offers."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import event, insert

from adapters import pace_store
from adapters.schema import listening, offer, outbox, provider_pace, test_call, transfer
from queue_workers import effects, own_calls
from queue_workers.scheduler import Dispatcher
from tests.support.clock import TUESDAY
from tests.support.plans import plans
from tests.support.services import Town
from tests.support.turns import CALLS, agents, ring_when_it_may, rung, waiting

OURS = "+358175550199"
WITHIN = 0.2
test_call.__test__ = False  # type: ignore[attr-defined]


@pytest.fixture
def narrow(record: str) -> Iterator[Town]:
    """Any number of calls a second, four legs at once."""
    one = Town.over(record, CALLS_PER_SECOND="0", CALLS_AT_ONCE="4")
    yield one
    one.services.database.dispose()


@pytest.fixture
def paced(record: str) -> Iterator[Town]:
    """One call a second, and one of our own an hour."""
    one = Town.over(record, CALLS_PER_SECOND="1", TEST_CALL_FROM=OURS)
    yield one
    one.services.database.dispose()


def legs(town: Town) -> int:
    return int(town.within(lambda tx: pace_store.legs_at_once(tx.connection, town.clock.machine())))


def coming(town: Town) -> list[float]:
    with town.services.database.read() as connection:
        found = pace_store.turns(town.services.settings, connection, town.clock.machine(), WITHIN)
    return [round(seconds, 3) for lane, seconds in found if lane is CALLS]


def pace(town: Town, **values: float) -> None:
    town.within(lambda tx: tx.connection.execute(provider_pace.delete()))
    row = {"lane": "calls", "free_machine": 0.0, **values}
    town.within(lambda tx: tx.connection.execute(provider_pace.insert().values(**row)))


# --- what is counted ---------------------------------------------------------------------------------------------


def test_a_callback_counts_two_from_the_claim_and_never_twice_over(narrow: Town) -> None:
    agents(narrow, 1)
    narrow.request()
    narrow.offered("aino")
    assert legs(narrow) == 0
    lease = {"lease_machine": narrow.clock.machine() + 20}
    narrow.within(lambda tx: tx.connection.execute(outbox.update().values(**lease)))
    assert legs(narrow) == 2, "claimed, not asked for yet"
    token = narrow.held("aino")
    assert token is not None
    asked = {"asked_machine": narrow.clock.machine()}
    narrow.within(lambda tx: tx.connection.execute(offer.update().values(**asked)))
    assert legs(narrow) == 2, "asked for, and still in somebody's hands"


def test_a_supervisor_who_listens_and_a_partner_who_is_asked_are_a_leg_each(narrow: Town) -> None:
    agents(narrow, 2)
    narrow.request()
    token, now = narrow.talking("aino"), narrow.clock.machine()
    before = legs(narrow)
    base = {"token": token, "made_at": narrow.clock.now(), "made_machine": now}
    listens = {**base, "id": "l", "supervisor_id": "bertil", "mode": "listen"}
    hands_over = {**base, "id": "t", "kind": "warm", "goal_kind": "partner", "goal": "p", "state": "asked"}
    narrow.within(lambda tx: tx.connection.execute(insert(listening).values(**listens)))
    narrow.within(lambda tx: tx.connection.execute(insert(transfer).values(**hands_over)))
    order = {"kind": "ring_supervisor", "ref": "l", "due_machine": now, "made_machine": now}
    narrow.within(lambda tx: tx.connection.execute(insert(outbox).values(id="o", **order)))
    assert legs(narrow) == before
    hers = outbox.update().where(outbox.c.id == "o")
    narrow.within(lambda tx: tx.connection.execute(hers.values(lease_machine=now + 20)))
    assert legs(narrow) == before + 1, "being asked for"
    narrow.within(lambda tx: tx.connection.execute(listening.update().values(asked_machine=now)))
    narrow.within(lambda tx: tx.connection.execute(transfer.update().values(asked_machine=now)))
    assert legs(narrow) == before + 2
    narrow.within(lambda tx: tx.connection.execute(listening.update().values(ended_at=narrow.clock.now())))
    assert legs(narrow) == before + 1


def test_legs_are_counted_from_what_is_open_not_from_all_that_ever_was(narrow: Town) -> None:
    with narrow.services.database.read() as connection:
        settings, now = narrow.services.settings, narrow.clock.machine()
        asked = plans(
            narrow.services.database,
            lambda: (
                pace_store.legs_at_once(connection, now),
                pace_store.turns(settings, connection, now, WITHIN),
                pace_store.may_ring_more(settings, connection, now),
            ),
        )
    for plan in asked:
        assert "Seq Scan" not in plan, plan
        assert "autoindex_outbox" not in plan, plan
        if "offer" in plan:
            assert "uq_offer_open_" in plan, plan
            assert "uq_transfer_open_token" in plan, plan
            assert "ix_listening_open" in plan, plan


# --- whom the last leg is kept for -------------------------------------------------------------------------------


def test_a_leg_is_kept_for_callers_and_a_callback_before_them_holds_none_up(narrow: Town) -> None:
    agents(narrow, 3)
    narrow.request()
    ring_when_it_may(narrow, 1)
    assert legs(narrow) == 2
    narrow.clock.pass_(seconds=1)
    second = narrow.request()
    ring_when_it_may(narrow, 1)
    assert narrow.promise(second)["state"] == "requested", "its two legs would be the last ones"
    line = narrow.caller()
    ring_when_it_may(narrow, 1)
    assert narrow.stay(line)["state"] == "offered", "although the callback came before"
    assert (rung(narrow), narrow.promise(second)["state"]) == (2, "requested")


def test_where_the_account_has_room_for_one_callback_alone_it_is_rung(record: str) -> None:
    town = Town.over(record, CALLS_AT_ONCE="2")
    agents(town, 1)
    request = town.request()
    assert town.deal() == 1
    assert town.promise(request)["state"] == "offered"
    town.services.database.dispose()


# --- when the next turn comes ------------------------------------------------------------------------------------


def test_while_no_leg_is_free_the_clock_writes_nothing(narrow: Town) -> None:
    names = agents(narrow, 3)
    for name in names[:2]:
        waiting(narrow, name)
        effects.carry_out_next(narrow.services, CALLS)
    waiting(narrow, names[2])
    assert legs(narrow) == 4
    written: list[str] = []
    dispatcher, engine = Dispatcher(narrow.services), narrow.services.database.engine

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        written.extend([statement] if not statement.startswith(("SELECT", "BEGIN", "PRAGMA")) else [])

    event.listen(engine, "before_cursor_execute", note)
    for _ in range(3):
        dispatcher._turns()
    dispatcher.turns.shutdown()
    event.remove(engine, "before_cursor_execute", note)
    assert written == []
    assert rung(narrow) == 2


@pytest.mark.parametrize(
    ("ahead", "expected"),
    [
        ({}, [0.0]),
        ({"free_machine": 0.1}, [0.1]),
        ({"free_machine": 0.1, "held_machine": 0.15}, [0.15]),
        ({"held_machine": 20.0}, []),
        ({"free_machine": 20.0}, [0.0]),  # a turn is a second: the clock was set back since
        ({"held_machine": 3600.0}, [0.0]),
    ],
)
def test_the_turn_that_is_waited_for_is_the_one_that_is_let_pass(
    paced: Town, ahead: dict[str, float], expected: list[float]
) -> None:
    agents(paced, 1)
    waiting(paced, "aino")
    now = paced.clock.machine()
    pace(paced, **{name: now + seconds for name, seconds in ahead.items()})
    assert coming(paced) == expected
    if expected:
        paced.clock.pass_(seconds=expected[0] + 0.001)
    assert effects.carry_out_next(paced.services, CALLS) is bool(expected)


def test_without_a_pace_an_old_ones_turn_holds_nobody_up(narrow: Town) -> None:
    """The operator has lifted it while one was yet to come."""
    agents(narrow, 1)
    waiting(narrow, "aino")
    pace(narrow, free_machine=narrow.clock.machine() + 8)
    assert coming(narrow) == [0.0]


# --- our own call ------------------------------------------------------------------------------------------------


def test_our_own_call_takes_a_turn_and_goes_after_every_agents_ring(paced: Town) -> None:
    paced.clock.business = TUESDAY + timedelta(minutes=25)
    agents(paced, 2)
    waiting(paced, "aino")
    own_calls.tend(paced.services)
    assert (rung(paced), paced.every(test_call)) == (0, []), "a ring waits"
    effects.carry_out_next(paced.services, CALLS)
    own_calls.tend(paced.services)
    assert (rung(paced), paced.every(test_call)) == (1, []), "its turn has not come"
    paced.clock.pass_(seconds=1)
    own_calls.tend(paced.services)
    assert (rung(paced), len(paced.every(test_call))) == (2, 1)
    assert own_calls.begin_due(paced.services) is False
    waiting(paced, "bertil")
    assert effects.carry_out_next(paced.services, CALLS) is False, "the turn was taken"
