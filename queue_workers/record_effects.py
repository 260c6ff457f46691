"""Orders about recorded talks: begin, pause, resume, stop. The provider's side follows the record.

Beginning is marked as asked before the provider is, and never asked again for the same talk: a lost answer is adopted
by the provider's news or found in its list (``record_repairs``). The rest says what the record wants by then, one at a
time for each recording, so that of two orders the later word always stands.
"""

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import RowMapping
from sqlalchemy.exc import IntegrityError

from adapters.database import Transaction
from adapters.fault_points import reach
from adapters.voice_gateway import Done, NotDone, Result, Unknown
from ivr.step_url import link
from queue_workers.record_list import OVER, is_settled
from queue_workers.talk_effects import AGAIN_SECONDS, SOON, Outcome
from recordings import talk_store as store
from recordings.talks import RecordedTalks

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("effects")
CHANGE_SECONDS = 20.0  # machine time: longer than the provider's deadline
KEYS_CHANGED = (401, 403)  # refused for a token that is being changed, not for the order


@dataclass(frozen=True)
class Change:
    row: RowMapping
    paused: bool
    claimed: float  # tells this change from every other of the same recording


def start_recording(services: "Services", recording_id: str) -> Outcome:
    """An earlier talk of this call is stopped first: two recordings of one leg are nobody's wish."""
    with services.database.read() as connection:
        row = store.get(connection, recording_id)
        older = store.older_of_call(connection, row) if row is not None else ()
    if row is None:
        return "not wanted"
    if not all(_is_stopped(services, one) for one in older):
        return SOON
    now = services.clock.machine()
    if not services.database.run(lambda tx: store.claim_start(tx.connection, recording_id, now)):
        return "not wanted"
    reach("recording_claimed")
    result = services.gateway.record(row["call_sid"], link(services.base, "recording/talk", k=row["token"]))
    reach("recording_begun")
    try:
        return services.database.run(lambda tx: _begun(services, tx, recording_id, result))
    except IntegrityError:  # the name has been noted for another recording at this instant
        return services.database.run(lambda tx: _begun(services, tx, recording_id, result))


def _is_stopped(services: "Services", earlier: RowMapping) -> bool:
    if earlier["recording_sid"] is None:
        return is_settled(services, earlier)
    return not isinstance(stop_recording(services, earlier["id"]), float)


def _begun(services: "Services", tx: Transaction, recording_id: str, result: Result) -> Outcome:
    row = store.get(tx.connection, recording_id, held=True)
    if row is None:
        return "not wanted"
    talks = RecordedTalks(services, tx)
    match result:
        case Done(sid) if store.is_another(tx.connection, recording_id, sid):
            LOG.warning("talk not recorded", extra={"recording": recording_id, "why": "another's name"})
            return _asks_again(tx, row)
        case Done(sid):
            talks.runs(row, sid)
            return "recorded"
        case NotDone(again=again, status=status) if row["state"] == "asked" and (again or status in KEYS_CHANGED):
            return _asks_again(tx, row)
        case NotDone(status=status, code=code):
            LOG.warning("talk not recorded", extra={"recording": recording_id, "why": f"refused {status} {code}"})
            talks.absent(row, f"refused {status} {code}")
            return f"refused {status} {code}"
        case Unknown(why):
            return f"unknown: {why}"


def _asks_again(tx: Transaction, row: RowMapping) -> Outcome:
    if row["recording_sid"] is None:
        store.note(tx.connection, row["id"], asked_machine=None)
    return AGAIN_SECONDS


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
    now = services.clock.machine()
    if not store.claim_change(tx.connection, recording_id, now, CHANGE_SECONDS):
        return SOON
    return Change(row, wished == "paused", now)


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
    if row["asked_machine"] != change.claimed:
        return _overtaken(tx, row)
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


def _overtaken(tx: Transaction, row: RowMapping) -> Outcome:
    """So slow that another took over: which of the two came last at the provider nobody knows, so it is said again."""
    if row["state"] not in ("running", "paused"):
        return "not wanted"
    if row["asked_machine"] is None:
        store.note(tx.connection, row["id"], asked_machine=store.UNANSWERED)
    return AGAIN_SECONDS


def stop_recording(services: "Services", recording_id: str) -> Outcome:
    """A call that is over has stopped it already. The file comes by the provider's news. A refusal is no end: what she
    says after the talk must not be recorded to the end of her call."""
    with services.database.read() as connection:
        row = store.get(connection, recording_id)
    if row is None or row["recording_sid"] is None or row["state"] != "ended":
        return "not wanted"
    match services.gateway.stop_recording(row["call_sid"], row["recording_sid"]):
        case Done():
            return "stopped"
        case NotDone(status=404):
            return "not there"
        case NotDone(again=False, status=status, code=code):
            if _is_over(services, row):
                return "stopped before"
            LOG.warning("recording not stopped", extra={"recording": row["id"], "why": f"refused {status} {code}"})
            return AGAIN_SECONDS
        case NotDone() | Unknown():
            return AGAIN_SECONDS


def _is_over(services: "Services", row: RowMapping) -> bool:
    found = services.gateway.recordings_of(row["call_sid"])
    return isinstance(found, list) and any(o.sid == row["recording_sid"] and o.status in OVER for o in found)
