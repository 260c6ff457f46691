"""On PostgreSQL, which plans a deal's statements once for all values, no look at the line walks through what is over.

Asked is the server's own count of the rows that it read without an index, within the transaction of the look. What
SQLite does is counted in ``test_growth``.
"""

import time
from collections.abc import Iterator

import pytest
from sqlalchemy import text, update

from adapters.database import Transaction
from adapters.schema import call, callback_request, metadata, presence
from desks.line import front_store
from desks.line.duty_store import duty
from desks.line.front_store import SHORT, front
from tests.load import seeds
from tests.support.clock import SetClock
from tests.support.postgres import fresh_database
from tests.support.provider import RecordingGateway
from tests.support.services import Town, services_for

ROWS = 3_000  # enough that a list of the calls that go on looks cheap to a planner
READ_BY_PARTS = -1  # no line is as short as that
GROWING = ("call", "callback_request", "offer", "outbox", "waiting_caller")


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    """Agents are free; whoever asked a moment ago is still on the telephone."""
    url = fresh_database()
    clock, gateway = SetClock(seeds.NOW, time.time()), RecordingGateway()
    town = Town(services_for(url, clock=clock, gateway=gateway), clock, gateway)
    metadata.create_all(town.services.database.engine)
    seeds.fill(url, ROWS)
    here = {"state": "available", "heartbeat_machine": clock.machine()}
    town.within(lambda tx: tx.connection.execute(update(presence).values(**here)))
    town.within(_asked_just_now)
    yield town
    town.services.database.dispose()


def _asked_just_now(tx: Transaction) -> None:
    mine = update(callback_request).where(callback_request.c.id == "q1")
    tx.connection.execute(mine.values(created_at=seeds.NOW, origin_call_sid="CB1"))
    tx.connection.execute(update(call).where(call.c.call_sid == "CB1").values(ended_at=None))


@pytest.mark.parametrize("short", [SHORT, READ_BY_PARTS], ids=["read whole", "by parts"])
def test_a_deal_reads_by_indexes_alone(town: Town, short: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front_store, "SHORT", short)
    with town.services.database.for_dealing.write() as tx:
        here = duty(tx.connection, town.clock.machine(), seeds.NOW)
        dealt = front(tx.connection, town.rules, here, seeds.NOW).next_deal()
        read = {table: _read_through(tx, table) for table in GROWING}
    assert dealt is not None
    assert dealt.matter_id != "q1", "she still hears what she was promised"
    assert read == dict.fromkeys(GROWING, 0)


def _read_through(tx: Transaction, table: str) -> int:
    asked = text("SELECT pg_stat_get_xact_tuples_returned(CAST(:name AS regclass))")
    return int(tx.connection.scalar(asked, {"name": table}) or 0)
