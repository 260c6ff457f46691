"""Who works on which order of the outbox: claimed by one process at a time, renewed while it lasts, settled once."""

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import BindParameter, ColumnElement, Update, bindparam, or_, select, update

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


# Made once: to put such a statement together costs as much as to carry it out, and each order asks several.
NOW: BindParameter[float] = bindparam("now")
FREE: tuple[ColumnElement[bool], ...] = (
    outbox.c.done_machine.is_(None),
    outbox.c.due_machine <= NOW,
    or_(outbox.c.lease_machine.is_(None), outbox.c.lease_machine < NOW),
)
BY_ID = (outbox.c.id == bindparam("order"), outbox.c.kind.not_in(bindparam("but", expanding=True)))
BY_REF = (outbox.c.kind == bindparam("order_kind"), outbox.c.ref == bindparam("order_ref"))
WAITING = select(outbox.c.id).where(BY_ID[0], outbox.c.kind.in_(bindparam("kinds", expanding=True)), *FREE)


def _claiming(*which: ColumnElement[bool]) -> Update:
    return update(outbox).where(*which, *FREE).values(lease_machine=bindparam("until"), tries=outbox.c.tries + 1)


MINE = update(outbox).where(BY_ID[0], outbox.c.tries == bindparam("claim")).values(lease_machine=None)
PUT_OFF = MINE.values(due_machine=bindparam("until"))
SETTLE = MINE.values(done_machine=NOW, result=bindparam("outcome"))
CLAIM = _claiming(*BY_ID).returning(outbox)
CLAIM_NEXT = _claiming(*BY_REF).returning(outbox)


def claim(services: "Services", outbox_id: str, but: Collection[str] = ()) -> Order | None:
    """None: done already, not due, somebody else works on it, or it is one of the kinds ``but``. Where this one waits
    for a turn with others (``adapters.pace``): whichever of them is first, once the turn has come. A claim that a power
    cut takes along was that of a worker which the same cut has ended."""

    def take(tx: Transaction) -> Order | None:
        order = _claimed(services, tx, CLAIM, {"order": outbox_id, "but": [*but, *PACED]})
        if order is not None:
            return order
        lane = pace_store.waits(tx.connection, outbox_id, services.clock.machine())
        return None if lane is None or lane.kinds <= set(but) else _next(services, tx, lane, outbox_id)

    return services.database.run_light(take)


def claim_next(services: "Services", lane: Lane) -> Order | None:
    """Whose turn it is in this lane; None: the turn is another's already, or has not come."""
    return services.database.run_light(lambda tx: _next(services, tx, lane))


def _next(services: "Services", tx: Transaction, lane: Lane, asked: str | None = None) -> Order | None:
    found = pace_store.next_in(services.settings, tx, lane, services.clock.machine(), asked)
    if found is None:
        return None
    order = _claimed(services, tx, CLAIM, {"order": found.order_id, "but": []})
    return None if order is None else replace(order, turn=found.turn)


def is_waiting(services: "Services", outbox_id: str, kinds: Collection[str]) -> bool:
    """Due, of one of these kinds, and in nobody's hands."""
    which = {"order": outbox_id, "kinds": list(kinds), "now": services.clock.machine()}
    with services.database.read() as connection:
        return connection.execute(WAITING, which).first() is not None


def _claimed(services: "Services", tx: Transaction, claiming: Update, which: Mapping[str, object]) -> Order | None:
    now = services.clock.machine()
    found = tx.connection.execute(claiming, {**which, "now": now, "until": now + LEASE_SECONDS})
    row = found.mappings().first()
    return None if row is None else Order(row["id"], row["kind"], row["ref"], row["tries"], now, row["made_machine"])


def settle(services: "Services", order: Order, outcome: Outcome) -> None:
    services.database.run(lambda tx: _settled(services, tx, order, outcome))


def _settled(services: "Services", tx: Transaction, order: Order, outcome: Outcome) -> None:
    """Whoever was so slow that another took it over leaves the word to that one."""
    now, mine = services.clock.machine(), {"order": order.id, "claim": order.tries}
    if isinstance(outcome, float):
        tx.connection.execute(PUT_OFF, {**mine, "until": now + outcome})
    else:
        tx.connection.execute(SETTLE, {**mine, "now": now, "outcome": outcome[:40]})


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
        order = _claimed(self._services, tx, CLAIM_NEXT, {"order_kind": kind, "order_ref": ref})
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
