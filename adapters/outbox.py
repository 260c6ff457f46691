"""Effects at the provider, ordered in the transaction that wants them. The row is the order; a job only hurries it."""

from typing import Protocol

from sqlalchemy import update

from adapters.clock import Clock
from adapters.database import Transaction, insert_once
from adapters.ids import new_id
from adapters.schema import outbox

GIVEN_UP = "given up"


class Hint(Protocol):
    def __call__(self, outbox_id: str) -> bool:
        """Tell the workers that this order waits. Best effort, never raises; False: they could not be told."""


class Outbox:
    def __init__(self, clock: Clock, hint: Hint) -> None:
        self._clock = clock
        self._hint = hint

    def order(self, tx: Transaction, kind: str, ref: str, delay: float = 0.0) -> None:
        """Once for each (kind, ref): asking again for what was ordered changes nothing. ``delay``: machine seconds."""
        if not self._made(tx, kind, ref, delay):
            self._given_up(tx, kind, ref)

    def again(self, tx: Transaction, kind: str, ref: str, delay: float = 0.0) -> None:
        """Ordered although it was done before: what it was for is not so. One that is open stays as it is."""
        if self._made(tx, kind, ref, delay):
            return
        same = update(outbox).where(outbox.c.kind == kind, outbox.c.ref == ref, outbox.c.done_machine.is_not(None))
        anew = {"done_machine": None, "result": None, "tries": 0, "due_machine": self._clock.machine() + delay}
        tx.connection.execute(same.values(**anew))

    def _made(self, tx: Transaction, kind: str, ref: str, delay: float) -> bool:
        """False: it was ordered before."""
        order_id, now = new_id(), self._clock.machine()
        row = {"id": order_id, "kind": kind, "ref": ref, "due_machine": now + delay, "made_machine": now}
        made = insert_once(tx.connection, outbox, {**row, "handed_machine": now}, ("kind", "ref"))
        if made and delay <= 0:
            tx.after_commit(lambda: self._hint(order_id))
        return made

    def _given_up(self, tx: Transaction, kind: str, ref: str) -> None:
        """An order that was given up may be given again: the agent presses *hang up* a second time."""
        same = update(outbox).where(outbox.c.kind == kind, outbox.c.ref == ref, outbox.c.result == GIVEN_UP)
        anew = {"done_machine": None, "result": None, "tries": 0, "due_machine": self._clock.machine()}
        tx.connection.execute(same.values(**anew))
