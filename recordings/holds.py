"""Legal holds: what a court, a complaint or an audit still needs is kept, whatever retention or an erasure says.

On a recording: its sound, its note and its talk's. On a request: its recordings, notes, texts, number and
the call it began in. On a number: all of it.
Use cases in the caller's transaction, each with its row in the log of deeds.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from adapters.database import Transaction
from adapters.ids import new_id
from adapters.masking import mask_codes
from desks.supervision import audit
from recordings import hold_store as store
from recordings.hold_store import Hold, Kind

if TYPE_CHECKING:
    from bootstrap import Services

LONGEST_REASON = 500


@dataclass(frozen=True)
class Refused:
    why: Literal["reason", "unknown", "held", "gone"]  # no words; no such thing; held already; nothing left to hold


def place(services: "Services", tx: Transaction, kind: Kind, subject_id: str, reason: str, by: str) -> Hold | Refused:
    """``by``: an agent's id, or ``command line``. Who may is for the caller to say."""
    words, now = mask_codes(reason.strip())[:LONGEST_REASON], services.clock.now()
    if not words:
        return Refused("reason")
    found = store.subject(tx.connection, kind, subject_id)
    if found is None:
        return Refused("unknown")
    if kind == "recording" and found["deleted_at"] is not None:
        return Refused("gone")
    row = {"kind": kind, "subject_id": subject_id, "reason": words, "made_at": now, "made_by": by}
    hold_id = new_id()
    if not store.add(tx.connection, {"id": hold_id, **row}):
        return Refused("held")
    audit.note(tx, services.clock, by, "hold_placed", kind, subject_id, found.get("department"), words)
    tx.after_commit(services.changed)
    return Hold(id=hold_id, kind=kind, subject_id=subject_id, reason=words, made_at=now, made_by=by,
                ended_at=None, ended_by=None)  # fmt: skip


def end(services: "Services", tx: Transaction, hold_id: str, by: str, reason: str = "") -> bool:
    """From now on the retention rule counts again. False: it is ended already, or never was."""
    hold = store.get(tx.connection, hold_id)
    if hold is None or not store.end(tx.connection, hold_id, services.clock.now(), by):
        return False
    found = store.subject(tx.connection, hold.kind, hold.subject_id)
    department = found.get("department") if found is not None else None
    why = mask_codes(reason.strip()) or None
    audit.note(tx, services.clock, by, "hold_ended", hold.kind, hold.subject_id, department, why)
    tx.after_commit(services.changed)
    return True
