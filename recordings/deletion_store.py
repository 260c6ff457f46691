"""What goes, and the proof that it went: sound, and numbers that nothing refers to. Statements only."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Column, Connection, RowMapping, ScalarSelect, and_, delete, literal, select, update

from adapters.ids import new_id
from adapters.schema import (
    call,
    callback_request,
    code_try,
    deletion,
    phone_number,
    recording,
    sound_access,
    supervisor_item,
    text_message,
    waiting_caller,
)
from recordings import hold_store
from recordings.keeping_store import PAGE, After, beyond

NIGHT = "night"

# --- sound -------------------------------------------------------------------------------------------------------


def sounds(connection: Connection, before: datetime, after: After | None) -> Sequence[RowMapping]:
    """Whatever its kind, the oldest first, with the end of its matter."""
    table = recording.c
    query = (
        select(recording, callback_request.c.closed_at)
        .outerjoin(callback_request, callback_request.c.id == table.request_id)
        .where(table.deleted_at.is_(None), table.made_at <= before, *beyond(table.made_at, table.id, after))
    )
    return connection.execute(query.order_by(table.made_at, table.id).limit(PAGE)).mappings().all()


def held(connection: Connection, recording_id: str) -> bool:
    """Looked at in the transaction that would delete it, whatever was seen before. By a hold on itself, its number, its
    matter, or a matter that began in its call."""
    mine = select(recording.c.request_id, recording.c.number_id, recording.c.call_sid).where(
        recording.c.id == recording_id
    )
    found = connection.execute(mine).first()
    if found is None:
        return False
    began = select(callback_request.c.id).where(callback_request.c.origin_call_sid == found.call_sid)
    matters = {found.request_id, *connection.execute(began).scalars()} - {None}
    ids = ([recording_id], matters, [found.number_id] if found.number_id is not None else [])
    hold_store.lock(connection, *ids)
    return bool(hold_store.covering(connection, *ids))


def mark_deleted(connection: Connection, recording_id: str, now: datetime) -> RowMapping | None:
    """None: it was deleted before."""
    mine = update(recording).where(recording.c.id == recording_id, recording.c.deleted_at.is_(None))
    return connection.execute(mine.values(deleted_at=now).returning(recording)).mappings().first()


# --- numbers that nothing refers to ------------------------------------------------------------------------------

REFERRING = (
    call.c.number_id, callback_request.c.number_id, callback_request.c.asked_by_number_id, waiting_caller.c.number_id,
    text_message.c.number_id, supervisor_item.c.number_id, code_try.c.number_id, recording.c.number_id,
)  # fmt: skip
LOOKED_AT = 250  # numbers in one look, which only reads: a tick of such looks is as short as the night's other ticks


def _first(column: Column[str]) -> ScalarSelect[int]:
    """Asked by its index for one number after the other: of PostgreSQL an EXISTS may read a whole table at once."""
    return select(literal(1)).where(column == phone_number.c.id).limit(1).scalar_subquery()


NOBODYS = and_(*(_first(column).is_(None) for column in REFERRING))


def numbers(connection: Connection, before: datetime, last_id: str) -> tuple[Sequence[str], str | None]:
    """Those that nothing refers to among the next ones by their ids, and where to go on; None: those were the last.

    Both looks go along indexes in one order: a row itself is read only of who is nobody's."""
    key = phone_number.c.id
    looked_at = connection.scalars(select(key).where(key > last_id).order_by(key).limit(LOOKED_AT)).all()
    if not looked_at:
        return (), None
    among = select(key, phone_number.c.created_at).where(key > last_id, key <= looked_at[-1], NOBODYS)
    found = connection.execute(among.order_by(key).limit(PAGE)).all()
    nobodys = [str(row.id) for row in found if row.created_at < before]
    if len(found) == PAGE:
        return nobodys, str(found[-1].id)
    return nobodys, looked_at[-1] if len(looked_at) == LOOKED_AT else None


def forget_numbers(connection: Connection, ids: Sequence[str]) -> int:
    """Of these, those that nothing refers to."""
    found = connection.execute(delete(phone_number).where(phone_number.c.id.in_(ids), NOBODYS))
    return int(found.rowcount)


# --- proof -------------------------------------------------------------------------------------------------------


def prove(
    connection: Connection, kind: str, subject_id: str, department: str | None, why: str, at: datetime, by: str,
    count: int = 1, sha256: str | None = None, at_provider: str | None = None,
) -> None:  # fmt: skip
    row = {
        "id": new_id(), "kind": kind, "subject_id": subject_id, "department": department, "why": why, "at": at,
        "by": by, "count": count, "sha256": sha256, "at_provider": at_provider,
    }  # fmt: skip
    connection.execute(deletion.insert().values(**row))


def count_in(connection: Connection, kind: str, day: str, department: str | None, at: datetime, count: int) -> None:
    """One proof for each kind, department and night; batches add to it."""
    mine = (deletion.c.subject_id == day, deletion.c.kind == kind, deletion.c.why == "retention")
    where = deletion.c.department == department if department is not None else deletion.c.department.is_(None)
    more = update(deletion).where(*mine, where).values(count=deletion.c.count + count, at=at)
    if connection.execute(more).rowcount == 0:
        prove(connection, kind, day, department, "retention", at, "service", count)


def nights(connection: Connection, days: Sequence[str]) -> set[str]:
    """Of these local days, those whose night's work is finished."""
    query = select(deletion.c.subject_id).where(deletion.c.subject_id.in_(days), deletion.c.kind == NIGHT)
    return {str(one) for one in connection.scalars(query)}


def exported(connection: Connection, id_: str, recording_id: str, by: str, at: datetime, why: str) -> None:
    """Taken out for its owner: before the first byte is read."""
    row = {
        "id": id_,
        "recording_id": recording_id,
        "by": by,
        "at": at,
        "deed": "export",
        "reason": "request",
        "why": why,
    }
    connection.execute(sound_access.insert().values(**row))
