"""Recorded talks that nobody told us enough about: each is found again and moved on. Idempotent, and never a second
recording of one talk: what may run already is looked for, not asked for again.
"""

import time
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import RowMapping

from adapters.database import Transaction
from adapters.voice_gateway import is_over
from queue_workers.record_list import is_past, look
from recordings import talk_store as store
from recordings.model import wish
from recordings.talks import RecordedTalks

if TYPE_CHECKING:
    from bootstrap import Services

NEWS_SECONDS = 10.0  # machine time: longer than the provider's deadline
BUDGET_SECONDS = 5.0  # of one tick's questions to the provider


def recorded_talks(services: "Services") -> None:
    with services.database.read() as connection:
        rows = store.unfinished(connection, services.clock.now())
    until = time.monotonic() + BUDGET_SECONDS
    for row in rows:
        if time.monotonic() > until:
            return
        _mend(services, row)


def _mend(services: "Services", row: RowMapping) -> None:
    if row["state"] != "ended" and row["offer_state"] not in store.TALKING:
        services.database.run(partial(_over, services, row))
    elif row["state"] == "asked" and row["recording_sid"] is None and row["asked_machine"] is None:
        _order(services, "start_recording", row)
    elif row["state"] == "ended" or row["recording_sid"] is None:
        _ask_after(services, row)
    elif row["state"] != wish(row["wanted"], bool(row["on_hold"])) or row["asked_machine"] is not None:
        _order(services, "set_recording", row)


def _over(services: "Services", row: RowMapping, tx: Transaction) -> None:
    """The talk is over, and its recording was not."""
    RecordedTalks(services, tx).over(row["offer_token"])


def _order(services: "Services", kind: str, row: RowMapping) -> None:
    def order(tx: Transaction) -> None:
        if store.is_ordered(tx.connection, kind, row["id"]):
            return
        if kind == "start_recording":
            services.outbox.order(tx, "start_recording", row["id"])
        else:
            RecordedTalks(services, tx).order_change(row["id"])

    services.database.run(order)


def _ask_after(services: "Services", row: RowMapping) -> None:
    """The answer to "record", or the news of the file, was lost: the provider's list knows."""
    asked = row["asked_machine"]
    if asked is not None and asked + NEWS_SECONDS > services.clock.machine():
        return
    if look(services, row) is not False or row["state"] != "ended":
        return
    if is_past(services, row) and is_over(services.gateway.look_up(row["call_sid"])):
        services.database.run(partial(_never, services, row["id"]))


def _never(services: "Services", recording_id: str, tx: Transaction) -> None:
    row = store.get(tx.connection, recording_id, held=True)
    if row is not None:
        RecordedTalks(services, tx).absent(row, "never came")
