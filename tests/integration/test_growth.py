"""What a caller or a person waits for costs the record the same after ten times as long a past with ten times as
many open requests.

Counted in SQLite's own instructions: no clock, no machine's load. The plans of both databases are asked for in
``test_read_by_index``.
"""

import time
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from desks.queue.listing import Wanted, page
from desks.view.desk import desk_view
from tests.load import seeds
from tests.support.clock import SetClock
from tests.support.provider import RecordingGateway
from tests.support.services import Town, empty_record, services_for
from tests.support.telephone import Telephone

SMALL, LARGE = 400, 4_000  # of the small one no window is full: it costs less to see that they have room
MOST = 2.0  # for ten times as much; what reads its past would take ten
EACH = 20  # instructions between two looks of the counter


class Counted:
    """A town with a past, and how many instructions its record carries out."""

    def __init__(self, place: Path, rows: int) -> None:
        place.mkdir()
        url = empty_record("sqlite", place)
        seeds.fill(url, rows)
        clock, gateway = SetClock(seeds.NOW, time.time()), RecordingGateway()
        self.town = Town(services_for(url, clock=clock, gateway=gateway), clock, gateway)
        self.looks = 0
        event.listen(self.town.services.database.engine, "checkout", self._watched)

    def _watched(self, connection: Any, *_: object) -> None:
        connection.set_progress_handler(self._look, EACH)

    def _look(self) -> int:
        self.looks += 1
        return 0

    def costs(self) -> Mapping[str, int]:
        found: dict[str, int] = defaultdict(int)
        for what in self._deeds():
            found[what] += self.looks
            self.looks = 0
        return found

    def _deeds(self) -> Any:
        """Each name after its deed."""
        town = self.town
        caller = Telephone.at(town, "+358409990001", town.new_sid())
        caller.rings()
        for key in "11":
            caller.presses(key)
        yield "the way in"
        caller.presses("1")
        yield "a step that offers times"
        caller.presses("1")
        yield "a step that names the number"
        caller.presses("1")
        yield "a promise"
        caller.send("/voice/status", CallStatus="completed", CallDuration="20", SequenceNumber="3")
        yield "the end of a call"
        page(town.services, Wanted(None), "fi")
        yield "the queue page"
        desk_view(town.services, "a1")
        yield "an agent's page"


@pytest.fixture(scope="module")
def costs(tmp_path_factory: pytest.TempPathFactory) -> Mapping[int, Mapping[str, int]]:
    found = {}
    for rows in (SMALL, LARGE):
        city = Counted(tmp_path_factory.mktemp("growth") / str(rows), rows)
        found[rows] = city.costs()
        city.town.services.database.dispose()
    return found


WHAT = (
    "a step that offers times", "a step that names the number", "a promise", "the end of a call", "the queue page",
    "an agent's page",
)  # fmt: skip


@pytest.mark.parametrize("what", WHAT)
def test_a_long_past_costs_nothing_more(costs: Mapping[int, Mapping[str, int]], what: str) -> None:
    small, large = costs[SMALL][what], costs[LARGE][what]
    assert small > 0, f"{what}: nothing was asked"
    assert large <= small * MOST + 2, f"{what}: {small} looks after {SMALL} calls, {large} after {LARGE}"
