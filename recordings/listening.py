"""Listening and downloading: first the reason goes into the record, then the sound is opened, never the other way.

Bytes are given by ``vault``; what a browser is told about them is the console's.
"""

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, RowMapping

from recordings import access_store as store
from recordings.access import (
    IN_WORDS,
    LONGEST_WHY,
    Deed,
    Fault,
    Held,
    Listener,
    answers_for,
    is_reason,
    may,
    sees,
    still_open,
)
from recordings.vault import Damaged, NoSound, Reader, VaultError, WrongKey

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("recordings")


@dataclass(frozen=True)
class Given:
    """Why she wants it: a code, and words where the code asks for them."""

    reason: str
    why: str = ""


def asked(services: "Services", who: Listener, recording_id: str, deed: Deed, given: Given) -> Fault | None:
    """Noted in the record, committed when this returns; None: the sound may be read now. A sound that cannot be opened
    is told at once, and nobody is written down as having heard it."""
    reason, why = given.reason, given.why.strip()[:LONGEST_WHY]
    with services.database.read() as connection:
        row = _allowed(services, connection, who, recording_id, deed)
    if row is None:
        return "unknown"
    if not is_reason(reason, who):
        return "reason"
    if reason in IN_WORDS and not why:
        return "why"
    trouble = _opened(services, row)
    if isinstance(trouble, str):
        return trouble
    with services.database.write() as tx:
        if _allowed(services, tx.connection, who, recording_id, deed) is None:
            return "unknown"
        store.note(tx.connection, recording_id, who.agent_id, services.clock.now(), deed, reason, why or None)
    LOG.info("sound asked for", extra={"recording": recording_id, "agent": who.agent_id, "deed": deed})
    return None


def sound(services: "Services", who: Listener, recording_id: str, deed: Deed) -> Reader | Fault:
    """Only where her reason stands in the record, and for as long as that holds."""
    with services.database.read() as connection:
        row = _allowed(services, connection, who, recording_id, deed)
        opened_at = store.last(connection, recording_id, who.agent_id, deed)
    if row is None:
        return "unknown"
    if opened_at is None or not still_open(opened_at, row["seconds"], services.clock.now()):
        return "closed"
    return _opened(services, row)


def allowed(services: "Services", who: Listener, recording_id: str, deed: Deed = "listen") -> RowMapping | None:
    """The recording's row, where she may hear it; None: as unknown to her as one that never was."""
    with services.database.read() as connection:
        return _allowed(services, connection, who, recording_id, deed)


def seen(services: "Services", who: Listener, recording_id: str) -> RowMapping | None:
    """Also one whose sound is not there, not yet or no longer; what a caller dropped was never left."""
    with services.database.read() as connection:
        row = store.recorded(connection, recording_id)
        left = row is not None and row["state"] not in ("draft", "dropped")
        return row if row is not None and left and sees(who, _held(services, connection, row)) else None


def hers(services: "Services", who: Listener, row: RowMapping) -> bool:
    """Her own department's, not only one that her desk answers for just now."""
    with services.database.read() as connection:
        return answers_for(who, _held(services, connection, row))


def is_open(services: "Services", who: Listener, row: RowMapping) -> bool:
    """She has given her reason lately: the page shows the player instead of the form."""
    with services.database.read() as connection:
        opened_at = store.last(connection, row["id"], who.agent_id, "listen")
    return opened_at is not None and still_open(opened_at, row["seconds"], services.clock.now())


def _allowed(
    services: "Services", connection: Connection, who: Listener, recording_id: str, deed: Deed
) -> RowMapping | None:
    row = store.recorded(connection, recording_id)
    if row is None or not may(who, deed, _held(services, connection, row)):
        return None
    return row


def _held(services: "Services", connection: Connection, row: RowMapping) -> Held:
    topic = next((each for each in services.rules.current().topics if each.id == row["topic"]), None)
    return Held(
        row["kind"],
        row["state"],
        _departments(row),
        row["matter_desk"],
        topic is None or topic.sensitive,
        store.before_whom(connection, row["request_id"]),
    )


def _departments(row: RowMapping) -> frozenset[str]:
    """A talk stays its department's, wherever its matter goes."""
    own = (row["department"],) if row["kind"] == "talk" else (row["department"], row["matter_department"])
    return frozenset(each for each in own if each is not None)


def _opened(services: "Services", row: RowMapping) -> Reader | Fault:
    if row["deleted_at"] is not None:
        return "deleted"
    if row["stored_machine"] is None:
        return "coming" if row["failed"] is None else "failed"
    try:
        return services.vault.open(row["id"])
    except VaultError as error:
        return told(row["id"], error)


def told(recording_id: str, error: VaultError) -> Fault:
    """One line for the operator, one code for the page."""
    LOG.error("sound cannot be played", extra={"recording": recording_id, "why": str(error)})
    match error:
        case NoSound():
            return "gone"
        case WrongKey():
            return "wrong_key"
        case Damaged():
            return "damaged"
        case _:
            return "store"
