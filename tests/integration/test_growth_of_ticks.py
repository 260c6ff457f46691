"""What the clock does at each tick, and what a supervisor's board asks, cost the record the same after ten times as
long a past with ten times as many open requests.

Counted in SQLite's own instructions, as in ``test_growth``: the longest piece of a night, whatever there is to let go.
"""

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, update

from adapters.schema import call, callback_request, phone_number
from queue_workers.keeping import NightKeeping
from recordings import deletion_store
from tests.load import seeds
from tests.support.clock import SetClock
from tests.support.provider import RecordingGateway
from tests.support.services import Town, empty_record, services_for

SMALL, LARGE = 200, 2_000
MOST = 1.2  # for ten times as much
EACH = 20  # instructions between two looks of the counter
SPARE = 10  # looks
LOOKED_AT = 20  # numbers at once: several ticks' work in the small city, too


class Counted:
    """A town with a past, and how many instructions its record carries out."""

    def __init__(self, place: Path, rows: int) -> None:
        place.mkdir()
        url = empty_record("sqlite", place)
        seeds.fill(url, rows)
        clock, gateway = SetClock(seeds.NOW, time.time()), RecordingGateway()
        self.town = Town(services_for(url, clock=clock, gateway=gateway), clock, gateway)
        self._looks = 0
        event.listen(self.town.services.database.engine, "checkout", self._watched)

    def _watched(self, connection: Any, *_: object) -> None:
        connection.set_progress_handler(self._look, EACH)

    def _look(self) -> int:
        self._looks += 1
        return 0

    def cost(self, work: Callable[[], object]) -> int:
        before = self._looks
        work()
        return self._looks - before

    def longest_of_a_night(self) -> int:
        """The first one is done at once, and so is one after nights that were missed."""
        keeping, longest = NightKeeping(), 0
        while True:
            longest = max(longest, self.cost(lambda: keeping.step(self.town.services)))
            if keeping._work is None:
                return longest


def costs_of(city: Counted) -> Mapping[str, int]:
    town, found = city.town, dict[str, int]()
    found["a night that looks round"] = city.longest_of_a_night()
    assert None not in {row["number_id"] for row in town.every(call)}
    nobodys = update(callback_request).where(callback_request.c.state == "requested").values(number_id=None)
    town.within(lambda tx: tx.connection.execute(nobodys))  # an open one would keep its number
    town.clock.business += timedelta(days=500)
    found["a night that lets go"] = city.longest_of_a_night()
    assert {row["number_id"] for row in town.every(call)} == {None}
    assert town.every(phone_number) == []
    return found


@pytest.fixture(scope="module")
def costs(tmp_path_factory: pytest.TempPathFactory) -> Mapping[int, Mapping[str, int]]:
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deletion_store, "LOOKED_AT", LOOKED_AT)
        for rows in (SMALL, LARGE):
            city = Counted(tmp_path_factory.mktemp("growth") / str(rows), rows)
            found[rows] = costs_of(city)
            city.town.services.database.dispose()
    return found


@pytest.mark.parametrize("what", ["a night that looks round", "a night that lets go"])
def test_a_long_past_makes_no_tick_longer(costs: Mapping[int, Mapping[str, int]], what: str) -> None:
    small, large = costs[SMALL][what], costs[LARGE][what]
    assert small > 0, f"{what}: nothing was asked"
    assert large <= small * MOST + SPARE, f"{what}: {small} looks after {SMALL} calls, {large} after {LARGE}"
