"""Who works on which order of the outbox: claimed by one process at a time, renewed while it lasts, settled once."""

import logging
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, select, update

from adapters import pace_store
from adapters.database import DatabaseError, Transaction
from adapters.pace import PACED, Lane
from adapters.schema import outbox

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("effects")
LEASE_SECONDS = 12.0  # longer than the provider's deadline; what a lost host held is another's within fifteen seconds
RENEWED_SECONDS = 5.0  # machine time from one renewal to the next, where the work takes longer than a lease

Again = float  # machine seconds until the next try
Outcome = str | Again


class OwnWait(float):
    """Again, and nobody has refused anything: what we wait for is ours, a leg on its way or one that parts."""


@dataclass(frozen=True)
class Order:
    """``tries`` tells this claim from every other of the same order."""

    id: str
    kind: str
    ref: str
    tries: int
    claimed: float  # machine time
    made: float = 0.0  # machine time
    turn: pace_store.Turn | None = None  # the turn at the provider that was taken for it


def claim(services: "Services", outbox_id: str, but: Collection[str] = ()) -> Order | None:
    """None: done already, not due, somebody else works on it, or it is one of the kinds ``but``. Where this one waits
    for a turn with others (``adapters.pace``): whichever of them is first, once the turn has come."""

    def take(tx: Transaction) -> Order | None:
        at_once = and_(outbox.c.id == outbox_id, outbox.c.kind.not_in((*but, *PACED)))
        order = _claimed(services, tx, at_once)
        if order is not None:
            return order
        lane = pace_store.waits(tx.connection, outbox_id, services.clock.machine())
        return None if lane is None or lane.kinds <= set(but) else _next(services, tx, lane, outbox_id)

    return services.database.run(take)


def claim_next(services: "Services", lane: Lane) -> Order | None:
    """Whose turn it is in this lane; None: the turn is another's already, or has not come."""
    return services.database.run(lambda tx: _next(services, tx, lane))


def _next(services: "Services", tx: Transaction, lane: Lane, asked: str | None = None) -> Order | None:
    found = pace_store.next_in(services.settings, tx, lane, services.clock.machine(), asked)
    order = _claimed(services, tx, outbox.c.id == found.order_id) if found is not None else None
    return replace(order, turn=found.turn) if order is not None and found is not None else order


def is_waiting(services: "Services", outbox_id: str, kinds: Collection[str]) -> bool:
    """Due, of one of these kinds, and in nobody's hands."""
    mine = and_(outbox.c.id == outbox_id, outbox.c.kind.in_(kinds), *pace_store.free(services.clock.machine()))
    with services.database.read() as connection:
        return connection.execute(select(outbox.c.id).where(mine)).first() is not None


def _claimed(services: "Services", tx: Transaction, which: ColumnElement[bool]) -> Order | None:
    now = services.clock.machine()
    mine = update(outbox).where(which, *pace_store.free(now))
    changed = tx.connection.execute(mine.values(lease_machine=now + LEASE_SECONDS, tries=outbox.c.tries + 1))
    if changed.rowcount != 1:
        return None
    row = tx.connection.execute(select(outbox).where(which)).mappings().one()
    return Order(row["id"], row["kind"], row["ref"], row["tries"], now, row["made_machine"])


def settle(services: "Services", order: Order, outcome: Outcome) -> None:
    services.database.run(lambda tx: _settled(services, tx, order, outcome))


def _settled(services: "Services", tx: Transaction, order: Order, outcome: Outcome) -> None:
    """Whoever was so slow that another took it over leaves the word to that one."""
    now = services.clock.machine()
    values: dict[str, object] = {"lease_machine": None}
    if isinstance(outcome, float):
        values["due_machine"] = now + outcome
    else:
        values |= {"done_machine": now, "result": outcome[:40]}
    same = update(outbox).where(outbox.c.id == order.id, outbox.c.tries == order.tries)
    tx.connection.execute(same.values(**values))


class Work:
    """An order in somebody's hands, for effects that take long or write at their end: a lease that is renewed, and an
    end that is written in the effect's own transaction. Each commit less is a wait for the disk less."""

    def __init__(self, services: "Services", order: Order) -> None:
        self._services, self._order = services, order
        self._asked = order.claimed
        self._mine = True
        self.settled = False
        self.next: Order | None = None

    def still(self) -> bool:
        """False: somebody else has taken it over, who does all of it. A record that is away is no reason to stop."""
        now = self._services.clock.machine()
        if self._mine and now - self._asked >= RENEWED_SECONDS:
            self._asked = now
            self._mine = self._renewed(now)
        return self._mine

    def settle_in(self, tx: Transaction, result: str) -> None:
        _settled(self._services, tx, self._order, result)
        tx.after_commit(self._note_settled)

    def go_on_with(self, tx: Transaction, kind: str, ref: str) -> None:
        """What this one has just ordered is taken up by the same hands, as if claimed after the commit."""
        order = _claimed(self._services, tx, and_(outbox.c.kind == kind, outbox.c.ref == ref))
        tx.after_commit(lambda: self._take(order))

    def _note_settled(self) -> None:
        self.settled = True

    def _take(self, order: Order | None) -> None:
        self.next = order

    def _renewed(self, now: float) -> bool:
        order = self._order
        same = update(outbox).where(
            outbox.c.id == order.id, outbox.c.tries == order.tries, outbox.c.done_machine.is_(None)
        )
        try:
            with self._services.database.write() as tx:
                return tx.connection.execute(same.values(lease_machine=now + LEASE_SECONDS)).rowcount == 1
        except DatabaseError as error:
            LOG.warning("lease not renewed", extra={"order": order.id, "error": type(error).__name__})
            return True
