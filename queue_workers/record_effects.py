"""Orders about recorded talks: begin, pause, resume, stop. The provider's side follows the record.

Beginning is marked as asked before the provider is, and never asked again for the same talk: a lost answer is adopted
by the provider's news or found in its list (``record_repairs``). The rest says what the record wants by then, one at a
time for each recording, so that of two orders the later word always stands.
"""

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import RowMapping

from adapters.database import Transaction
from adapters.fault_points import reach
from adapters.voice_gateway import Done, NotDone, Result, Unknown
from ivr.step_url import link
from queue_workers.talk_effects import AGAIN_SECONDS, SOON, Outcome
from recordings import talk_store as store
from recordings.talks import RecordedTalks

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("effects")
CHANGE_SECONDS = 20.0  # machine time: longer than the provider's deadline
OVER = frozenset({"stopped", "processing", "completed", "absent", "deleted"})  # the provider's words


@dataclass(frozen=True)
class Change:
    row: RowMapping
    paused: bool


def start_recording(services: "Services", recording_id: str) -> Outcome:
    """An earlier talk of this call is stopped first: two recordings of one leg are nobody's wish."""
    with services.database.read() as connection:
        row = store.get(connection, recording_id)
        older = store.older_of_call(connection, row) if row is not None else ()
    if row is None:
        return "not wanted"
    for one in older:
        if isinstance(stop_recording(services, one["id"]), float):
            return SOON
    now = services.clock.machine()
    if not services.database.run(lambda tx: store.claim_start(tx.connection, recording_id, now)):
        return "not wanted"
    reach("recording_claimed")
    result = services.gateway.record(row["call_sid"], link(services.base, "recording/talk", k=row["token"]))
    reach("recording_begun")
    return services.database.run(lambda tx: _begun(services, tx, recording_id, result))


def _begun(services: "Services", tx: Transaction, recording_id: str, result: Result) -> Outcome:
    row = store.get(tx.connection, recording_id, held=True)
    if row is None:
        return "not wanted"
    talks = RecordedTalks(services, tx)
    match result:
        case Done(sid):
            talks.runs(row, sid)
            return "recorded"
        case NotDone(again=True):
            if row["recording_sid"] is None:
                store.note(tx.connection, recording_id, asked_machine=None)
            return AGAIN_SECONDS
        case NotDone(status=status, code=code):
            LOG.warning("talk not recorded", extra={"recording": recording_id, "why": f"refused {status} {code}"})
            talks.absent(row, f"refused {status} {code}")
            return f"refused {status} {code}"
        case Unknown(why):
            return f"unknown: {why}"


def set_recording(services: "Services", ref: str) -> Outcome:
    """Paused or not, as the record says now, whichever order came first."""
    recording_id = ref.partition(".")[0]
    change = services.database.run(lambda tx: _claim(services, tx, recording_id))
    if not isinstance(change, Change):
        return change
    row, gateway = change.row, services.gateway
    order = gateway.pause_recording if change.paused else gateway.resume_recording
    result = order(row["call_sid"], row["recording_sid"])
    reach("recording_changed")
    if isinstance(result, NotDone) and not result.again:
        result = _as_it_is(services, row, result, paused=change.paused)
    return services.database.run(lambda tx: _changed(services, tx, change, result))


def _claim(services: "Services", tx: Transaction, recording_id: str) -> Change | Outcome:
    row = store.get(tx.connection, recording_id, held=True)
    if row is None or row["recording_sid"] is None or row["state"] not in ("running", "paused"):
        return "not wanted"
    wished = RecordedTalks(services, tx).wished(row)
    if wished == "ended" or (row["asked_machine"] is None and row["state"] == wished):
        return "not wanted"
    if not store.claim_change(tx.connection, recording_id, services.clock.machine(), CHANGE_SECONDS):
        return SOON
    return Change(row, paused=wished == "paused")


def _as_it_is(services: "Services", row: RowMapping, refused: NotDone, *, paused: bool) -> Result:
    """What was asked for may be so already: the answer to an earlier order was lost."""
    found = services.gateway.recordings_of(row["call_sid"])
    if not isinstance(found, list):
        return Unknown("refused, and the list cannot be had")
    now = next((one.status for one in found if one.sid == row["recording_sid"]), "")
    return Done(row["recording_sid"]) if now == ("paused" if paused else "in-progress") else refused


def _changed(services: "Services", tx: Transaction, change: Change, result: Result) -> Outcome:
    row = store.get(tx.connection, change.row["id"], held=True)
    if row is None:
        return "not wanted"
    match result:
        case Done():
            RecordedTalks(services, tx).confirmed(row, paused=change.paused)
            return "paused" if change.paused else "resumed"
        case NotDone(again=False, status=status, code=code):
            LOG.warning("recording not changed", extra={"recording": row["id"], "why": f"refused {status} {code}"})
            store.note(tx.connection, row["id"], asked_machine=store.UNANSWERED)
            return f"refused {status} {code}"
        case NotDone() | Unknown():
            store.note(tx.connection, row["id"], asked_machine=store.UNANSWERED)
            return AGAIN_SECONDS


def stop_recording(services: "Services", recording_id: str) -> Outcome:
    """A call that is over has stopped it already. The file comes by the provider's news."""
    with services.database.read() as connection:
        row = store.get(connection, recording_id)
    if row is None or row["recording_sid"] is None or row["state"] != "ended":
        return "not wanted"
    match services.gateway.stop_recording(row["call_sid"], row["recording_sid"]):
        case Done():
            return "stopped"
        case NotDone(again=True) | Unknown():
            return AGAIN_SECONDS
        case NotDone(status=status, code=code):
            return f"refused {status} {code}"
