"""Our own call to our own number, as the webhooks meet it: the leg that presses the key, and the call that arrives.

Whoever rings with our own number while such a call is under way is taken for it, and only its row in the record of
calls is left out; she is served like any caller. A resident's call costs no more than one comparison here.
"""

import logging
from typing import TYPE_CHECKING

from adapters.database import DatabaseError, Transaction
from ivr import own_call_store as store
from ivr.step_url import Step, link

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("ivr")
NOTE_PATIENCE = 0.3


def leg_url(base: str, id_: str) -> str:
    return link(base, "test-call", k=id_)


def over_url(base: str, id_: str) -> str:
    return link(base, "test-call/over", k=id_)


class OwnCall:
    """Notes how far our own call has come, beside the answer that everybody gets."""

    def __init__(self, services: "Services") -> None:
        self._services = services
        self._number = services.settings.test_call_from

    def shows(self, raw_number: str) -> bool:
        """Whoever shows our own number: ours, or somebody who forges it."""
        return bool(self._number) and raw_number == self._number

    def passes(self, step: Step, call_sid: str, raw_number: str) -> None:
        """Best effort: what is only noted costs nobody a turn."""
        if not self.shows(raw_number):
            return
        machine = self._services.clock.machine()
        try:
            with self._services.database.write(NOTE_PATIENCE) as tx:
                if step.name == "incoming":
                    store.arrived(tx.connection, call_sid, machine)
                elif step.name == "language":
                    store.reached_menu(tx.connection, call_sid, machine)
        except DatabaseError:
            LOG.warning("not noted", extra={"call": call_sid, "step": step.name})

    def is_ours(self, tx: Transaction, call_sid: str, raw_number: str) -> bool:
        return self.shows(raw_number) and store.is_ours(tx.connection, call_sid)
