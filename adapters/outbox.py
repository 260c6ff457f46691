"""Effects at the provider, ordered in the transaction that wants them. The row is the order; a job only hurries it."""

from typing import Protocol

from sqlalchemy import insert, select

from adapters.clock import Clock
from adapters.database import Transaction
from adapters.ids import new_id
from adapters.schema import outbox


class Hint(Protocol):
    def __call__(self, outbox_id: str) -> bool:
        """Tell the workers that this order waits. Best effort, never raises; False: they could not be told."""


class Outbox:
    def __init__(self, clock: Clock, hint: Hint) -> None:
        self._clock = clock
        self._hint = hint

    def order(self, tx: Transaction, kind: str, ref: str, delay: float = 0.0) -> None:
        """Once for each (kind, ref): asking again for what was ordered changes nothing. ``delay``: machine seconds."""
        known = tx.connection.scalar(select(outbox.c.id).where(outbox.c.kind == kind, outbox.c.ref == ref))
        if known is not None:
            return
        order_id = new_id()
        now = self._clock.machine()
        tx.connection.execute(
            insert(outbox).values(
                id=order_id, kind=kind, ref=ref, due_machine=now + delay, made_machine=now, handed_machine=now
            )
        )
        if delay <= 0:
            tx.after_commit(lambda: self._hint(order_id))
