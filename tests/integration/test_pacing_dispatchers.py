"""Two clock processes at once keep one pace, to the millisecond, on the machine's own time."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from adapters.database import Database
from desks.store import OFFERED
from queue_workers.scheduler import Dispatcher
from tests.support.clock import SetClock
from tests.support.provider import RecordingGateway
from tests.support.services import Town, services_for
from tests.support.turns import NAMES, agents, rung, waiting

PER_SECOND, PATIENCE_SECONDS = 10, 30.0


@dataclass
class RunningClock(SetClock):
    """Business time stands still, the machine's goes on."""

    def machine(self) -> float:
        return time.time()


@pytest.fixture
def two(record: str) -> Iterator[tuple[Town, Dispatcher, Dispatcher]]:
    clock, gateway = RunningClock(), RecordingGateway()
    both = [services_for(record, clock=clock, gateway=gateway, CALLS_PER_SECOND=str(PER_SECOND)) for _ in range(2)]
    first, second = (Dispatcher(services) for services in both)
    yield Town(both[0], clock, gateway), first, second
    for dispatcher in (first, second):
        dispatcher.turns.shutdown()
        database: Database = dispatcher.services.database
        database.dispose()


def test_every_ring_has_its_turn_and_none_comes_early(two: tuple[Town, Dispatcher, Dispatcher]) -> None:
    town, first, second = two
    for name in agents(town, len(NAMES)):
        waiting(town, name)
    until = time.monotonic() + PATIENCE_SECONDS
    while rung(town) < len(NAMES) and time.monotonic() < until:
        first._turns()
        second._turns()
        time.sleep(0.02)  # the tick of this test
    first.turns.shutdown()
    second.turns.shutdown()
    asked = sorted(row["asked_machine"] for row in town.every(OFFERED))
    assert len(asked) == len(NAMES)
    assert min(later - earlier for earlier, later in zip(asked, asked[1:], strict=False)) > 0
    turns = (len(NAMES) - 1) / PER_SECOND
    assert asked[-1] - asked[0] > turns * 0.8, "a pair may be asked for close together, all of them not"
