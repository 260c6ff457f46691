"""What the clock does at each tick, and what a supervisor's board asks, cost the record the same after ten times as
long a past with ten times as many open requests.

Counted in SQLite's own instructions, as in ``test_growth``: the longest piece of a night, whatever there is to let go.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from adapters.schema import call, callback_request, offer, phone_number, promise_told, waiting_caller
from desks.supervision.overview import overview
from operations.watching import watch
from queue_workers import reconcile
from queue_workers.keeping import BATCHES, NightKeeping
from queue_workers.scheduler import Dispatcher
from recordings import deletion_store
from tests.load import seeds
from tests.support.counted import Counted
from tests.support.services import Town

SMALL, LARGE = 200, 2_000
MOST = 1.2  # for ten times as much
SPARE = 10  # looks
TICK = 2_000  # looks: of SQLite some two milliseconds, in which no matter is dealt
LOOKED_AT = 20  # numbers, or receipts, at once: several ticks' work in the small city, too


def longest_of_a_night(city: Counted) -> int:
    """Looks. The first one is done at once, and so is one after nights that were missed."""
    keeping, longest = NightKeeping(), 0
    while True:
        longest = max(longest, city.cost(lambda: keeping.step(city.town.services)))
        if keeping._work is None:
            return longest


class Ticking(Dispatcher):
    """Its duties one after another, each counted; without those that have threads or processes of their own."""

    ELSEWHERE = ("vault", "own call", "days ahead")
    WEEKS = ("lost callers", "usual traffic")  # read the last weeks' hours, which the small city has not had yet

    def __init__(self, city: Counted) -> None:
        super().__init__(city.town.services)
        self._city = city
        self.found: dict[str, int] = {}

    def guarded(self, what: str, work: Callable[[], object]) -> None:
        if what not in self.ELSEWHERE + self.WEEKS:
            self.found[what] = self._city.cost(work)


def _all_of_today(town: Town) -> None:
    """What a day has cost, how its promises were kept and how long callers waited is judged and shown all day long."""
    today = seeds.NOW - timedelta(hours=3)
    kept = update(promise_told).where(promise_told.c.verdict.is_not(None)).values(judged_at=today)
    with town.services.database.write() as tx:
        tx.connection.execute(kept)
        tx.connection.execute(update(offer).values(accepted_at=today))
        tx.connection.execute(update(waiting_caller).values(answered_at=today))


def costs_of(city: Counted) -> Mapping[str, int]:
    _all_of_today(city.town)
    ticking = Ticking(city)
    for _ in range(2):  # what is done once, such as the day's first look, is done in the first round
        ticking.fast()
        ticking.closing()
        ticking.slow()
    overview(city.town.services, None, "fi")  # which counts what was judged a while ago
    board = city.cost(lambda: overview(city.town.services, None, "fi"))
    return {**ticking.found, "the board": board, **nights(city)}


def nights(city: Counted) -> Mapping[str, int]:
    town, found = city.town, dict[str, int]()
    found["a night that looks round"] = longest_of_a_night(city)
    assert None not in {row["number_id"] for row in town.every(call)}
    nobodys = update(callback_request).where(callback_request.c.state == "requested").values(number_id=None)
    town.within(lambda tx: tx.connection.execute(nobodys))  # an open one would keep its number
    town.clock.business += timedelta(days=500)
    found["a night that lets go"] = longest_of_a_night(city)
    assert {row["number_id"] for row in town.every(call)} == {None}
    assert town.every(phone_number) == []
    return found


@pytest.fixture(scope="module")
def costs(tmp_path_factory: pytest.TempPathFactory) -> Mapping[int, Mapping[str, int]]:
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deletion_store, "LOOKED_AT", LOOKED_AT)
        patch.setattr(reconcile, "MADE_AT_ONCE", LOOKED_AT)
        for rows in (SMALL, LARGE):
            city = Counted(tmp_path_factory.mktemp("growth") / str(rows), rows)
            found[rows] = costs_of(city)
            city.town.services.database.dispose()
    return found


def test_a_long_past_makes_no_tick_longer(costs: Mapping[int, Mapping[str, int]]) -> None:
    small, large = costs[SMALL], costs[LARGE]
    assert {"orders", "closing time", "limits", "owners who left", "the board", "a night that lets go"} <= large.keys()
    assert sum(large.values()) > 0, "nothing was asked"
    grown = {what: (small[what], large[what]) for what in large if large[what] > small[what] * MOST + SPARE}
    assert grown == {}, f"looks after {SMALL} calls, and after {LARGE}"


def test_the_hours_of_a_large_city_are_counted_a_few_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "CALLS_AT_ONCE", 10)
    town = Counted(tmp_path / "large", LARGE).town
    ticks = []
    while hours := watch.count_hours(town.services):
        ticks.append(hours)
    town.services.database.dispose()
    assert max(ticks) < 10, "three calls in each hour"
    assert sum(ticks) > seeds.PAST_DAYS // 2 * 24 - 2, "its calls are the last twelve days'"


def test_a_tick_of_the_night_is_short_however_many_numbers_there_are(tmp_path: Path) -> None:
    city = Counted(tmp_path / "large", LARGE)
    longest = longest_of_a_night(city)
    city.town.services.database.dispose()
    assert deletion_store.LOOKED_AT * BATCHES < LARGE, "one tick would look at them all"
    assert deletion_store.LOOKED_AT < longest < TICK
