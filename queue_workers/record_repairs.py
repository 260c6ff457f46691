"""Recorded talks that nobody told us enough about: each is found again and moved on. Idempotent, and never a second
recording of one talk: what may run already is looked for, not asked for again.
"""

import time
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import RowMapping

from adapters.database import Transaction
from adapters.voice_gateway import ProviderRecording
from queue_workers.record_effects import OVER
from queue_workers.talk_repairs import is_over
from recordings import talk_store as store
from recordings.model import wish
from recordings.talks import RecordedTalks

if TYPE_CHECKING:
    from bootstrap import Services

NEWS_SECONDS = 10.0  # machine time: longer than the provider's deadline
LISTED_SECONDS = 60.0  # machine time that the provider's list may be behind
BUDGET_SECONDS = 5.0  # of one tick's questions to the provider
TALKING = ("accepted", "dialing", "connected")


def recorded_talks(services: "Services") -> None:
    with services.database.read() as connection:
        rows = store.unfinished(connection, services.clock.now())
    until = time.monotonic() + BUDGET_SECONDS
    for row in rows:
        if time.monotonic() > until:
            return
        _mend(services, row)


def _mend(services: "Services", row: RowMapping) -> None:
    if row["state"] != "ended" and row["offer_state"] not in TALKING:
        services.database.run(partial(_over, services, row))
    elif row["recording_sid"] is None and row["asked_machine"] is None:
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
    found = services.gateway.recordings_of(row["call_sid"])
    if not isinstance(found, list):
        return
    ours = _ours(services, row, found)
    if ours is not None:
        services.database.run(partial(_adopt, services, row["id"], ours))
    elif row["state"] == "ended" and _is_past(services, row) and is_over(services, row["call_sid"]):
        services.database.run(partial(_never, services, row["id"]))


def _ours(services: "Services", row: RowMapping, found: list[ProviderRecording]) -> ProviderRecording | None:
    """By its name; without one, what our order began and no other talk has."""
    if row["recording_sid"] is not None:
        return next((one for one in found if one.sid == row["recording_sid"]), None)
    with services.database.read() as connection:
        known = store.sids_of_call(connection, row["call_sid"])
    return next((one for one in found if one.started_here and one.sid not in known), None)


def _is_past(services: "Services", row: RowMapping) -> bool:
    asked = row["asked_machine"]
    return asked is None or bool(asked + LISTED_SECONDS < services.clock.machine())


def _adopt(services: "Services", recording_id: str, ours: ProviderRecording, tx: Transaction) -> None:
    row = store.get(tx.connection, recording_id, held=True)
    if row is None or store.is_another(tx.connection, recording_id, ours.sid):
        return
    talks = RecordedTalks(services, tx)
    if ours.status == "completed":
        talks.whole(row, ours.sid, ours.seconds or 0)
    elif ours.status == "absent":
        talks.absent(row, "absent")
    elif ours.status not in OVER:
        talks.runs(row, ours.sid)


def _never(services: "Services", recording_id: str, tx: Transaction) -> None:
    row = store.get(tx.connection, recording_id, held=True)
    if row is not None:
        RecordedTalks(services, tx).absent(row, "never came")
