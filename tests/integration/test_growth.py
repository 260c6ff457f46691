"""What a caller or a person waits for costs the record the same after ten times as long a past with ten times as
many open requests.

Counted in SQLite's own instructions: no clock, no machine's load. The plans of both databases are asked for in
``test_read_by_index``.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from adapters.schema import callback_request as REQUEST
from adapters.schema import offer, outbox, presence
from desks.line import dispatch, front_store
from desks.line.duty_store import duty
from desks.line.waiting import outlook
from desks.queue.listing import Wanted, page
from desks.view.desk import desk_view
from tests.load import seeds
from tests.support.counted import Counted
from tests.support.telephone import Telephone

SMALL, LARGE = 400, 4_000  # of the small one no window is full: it costs less to see that they have room
MOST = 2.0  # for ten times as much; what reads its past would take ten
SAME = 1.05  # where nothing is read but what is due
READ_BY_PARTS = -1  # no line is as short as that


class Lived(Counted):
    """What its callers and agents do, and what each deed costs."""

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
        self._all_are_free()
        yield "agents sit down"
        self.told("housing")
        yield "the place told"
        assert dispatch.deal(town.services) == seeds.AGENTS
        yield "deals"
        self._all_are_free()
        self._slots_stand_where_they_are_due(caller.sid)
        yield "their calls are over"
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(front_store, "SHORT", READ_BY_PARTS)
            self.told("housing")
            yield "the place told in a long line"
            assert dispatch.deal(town.services) == seeds.AGENTS
            yield "deals of a long line"

    def _all_are_free(self) -> None:
        here = {"state": "available", "heartbeat_machine": self.town.clock.machine()}
        self.town.within(lambda tx: tx.connection.execute(update(presence).values(**here)))
        self.town.within(lambda tx: tx.connection.execute(delete(offer).where(offer.c.state == "offered")))
        self.town.within(lambda tx: tx.connection.execute(delete(outbox).where(outbox.c.done_machine.is_(None))))

    def _slots_stand_where_they_are_due(self, call_sid: str) -> None:
        """As the slot that this call's resident took; a past written in bulk gives them older places. Her request is
        found by her call: its own name is drawn at random, and any letter may begin it."""
        taken = select(REQUEST.c.kind, REQUEST.c.line_time_at, REQUEST.c.due_at)
        hers = taken.where(REQUEST.c.origin_call_sid == call_sid, REQUEST.c.state == "requested")
        [(kind, place, due)] = self.town.within(lambda tx: tx.connection.execute(hers).all())
        assert (kind, place) == ("slot", due)
        slots = update(REQUEST).where(REQUEST.c.kind == "slot").values(line_time_at=REQUEST.c.due_at)
        self.town.within(lambda tx: tx.connection.execute(slots))

    def told(self, desk: str) -> None:
        services, now = self.town.services, self.town.clock.now()
        with services.database.read() as connection:
            here = duty(connection, self.town.clock.machine(), now)
            assert outlook(connection, self.town.rules, here, now, desk, None).place > 1


@pytest.fixture(scope="module")
def costs(tmp_path_factory: pytest.TempPathFactory) -> Mapping[int, Mapping[str, int]]:
    found = {}
    for rows in (SMALL, LARGE):
        city = Lived(tmp_path_factory.mktemp("growth") / str(rows), rows)
        found[rows] = city.costs()
        city.town.services.database.dispose()
    return found


WHAT = (
    "a step that offers times", "a step that names the number", "a promise", "the end of a call", "the queue page",
    "an agent's page",
)  # fmt: skip
OF_THE_LINE = ("the place told", "deals", "the place told in a long line", "deals of a long line")


@pytest.mark.parametrize("what", WHAT)
def test_a_long_past_costs_nothing_more(costs: Mapping[int, Mapping[str, int]], what: str) -> None:
    small, large = costs[SMALL][what], costs[LARGE][what]
    assert small > 0, f"{what}: nothing was asked"
    assert large <= small * MOST + 2, f"{what}: {small} looks after {SMALL} calls, {large} after {LARGE}"


@pytest.mark.parametrize("what", OF_THE_LINE)
def test_what_is_open_for_later_days_costs_the_line_nothing(costs: Mapping[int, Mapping[str, int]], what: str) -> None:
    """As much is due in both towns, and what is not due yet is passed over by nobody."""
    small, large = costs[SMALL][what], costs[LARGE][what]
    assert small > 0, f"{what}: nothing was asked"
    assert large <= small * SAME, f"{what}: {small} looks beside {SMALL} open requests, {large} beside {LARGE}"
