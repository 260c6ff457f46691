"""On PostgreSQL the pages that everybody keeps open read no table through and wait for no helpers, however many
promises are open: the planner takes as many of them to be due as of those that are over.

What SQLite does is counted in ``test_growth`` and ``test_growth_of_ticks``.
"""

import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import event, text

from adapters.schema import metadata
from desks.queue.listing import Wanted, page
from desks.supervision.overview import overview
from tests.load import seeds
from tests.support.clock import SetClock
from tests.support.postgres import fresh_database
from tests.support.provider import RecordingGateway
from tests.support.services import Town, services_for

ROWS = 3_000
WASTED = re.compile(
    r"Gather|JIT|Seq Scan on (?:callback_request|promise_told|offer|waiting_caller|call|outbox|callback_event)\b"
)
PAGES: dict[str, Callable[[Town], object]] = {
    "the board": lambda town: overview(town.services, None, "fi"),
    "the board of one department": lambda town: overview(town.services, ("housing",), "fi"),
    "the queue page": lambda town: page(town.services, Wanted(None), "fi"),
    "the queue of one desk": lambda town: page(town.services, Wanted(None, "housing"), "fi"),
}


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    clock, gateway = SetClock(seeds.NOW, time.time()), RecordingGateway()
    town = Town(services_for(fresh_database(), clock=clock, gateway=gateway), clock, gateway)
    metadata.create_all(town.services.database.engine)
    seeds.fill(town.services.database.url, ROWS)
    yield town
    town.services.database.dispose()


def _asked(town: Town, work: Callable[[Town], object]) -> list[tuple[str, Any]]:
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if statement.startswith(("SELECT", "WITH")):
            asked.append((statement, values))

    event.listen(town.services.database.engine, "before_cursor_execute", note)
    try:
        work(town)
    finally:
        event.remove(town.services.database.engine, "before_cursor_execute", note)
    return asked


@pytest.mark.parametrize("what", PAGES)
def test_a_page_reads_by_indexes_alone(town: Town, what: str) -> None:
    asked = _asked(town, PAGES[what])
    assert len(asked) > 3
    with town.services.database.read() as connection:
        lines = [line for one in asked for line in connection.exec_driver_sql(f"EXPLAIN {one[0]}", one[1]).scalars()]
    assert [line for line in lines if WASTED.search(line)] == []


def test_no_statement_is_spread_over_processes_nor_compiled(town: Town) -> None:
    """Of a record that is large enough the planner would do both for the few rows that it takes to be many."""
    told = [text("SHOW max_parallel_workers_per_gather"), text("SHOW jit")]
    for database in (town.services.database, town.services.database.for_dealing):
        with database.read() as connection:
            assert [connection.scalar(one) for one in told] == ["0", "off"]
