"""Legal holds in SQL: placed, ended, and which of many matters lie under one. Statements only."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Column, ColumnElement, Connection, RowMapping, exists, or_, select, update

from adapters.database import insert_once
from adapters.schema import callback_request, legal_hold, offer, phone_number, recording, waiting_caller

Kind = Literal["recording", "request", "number"]
HOLD = legal_hold
SUBJECTS = {"recording": recording, "request": callback_request, "number": phone_number}
OPEN = HOLD.c.ended_at.is_(None)


@dataclass(frozen=True)
class Hold:
    id: str
    kind: Kind
    subject_id: str
    reason: str
    made_at: datetime
    made_by: str
    ended_at: datetime | None
    ended_by: str | None


def subject(connection: Connection, kind: Kind, subject_id: str) -> RowMapping | None:
    table = SUBJECTS[kind]
    return connection.execute(select(table).where(table.c.id == subject_id).with_for_update()).mappings().first()


def add(connection: Connection, row: Mapping[str, Any]) -> bool:
    """False: an open one stands there already."""
    return insert_once(connection, HOLD, row, ("id",)) if _free(connection, row) else False


def _free(connection: Connection, row: Mapping[str, Any]) -> bool:
    return open_one(connection, row["kind"], row["subject_id"]) is None


def end(connection: Connection, hold_id: str, now: datetime, by: str) -> bool:
    mine = update(HOLD).where(HOLD.c.id == hold_id, OPEN)
    return connection.execute(mine.values(ended_at=now, ended_by=by)).rowcount == 1


def get(connection: Connection, hold_id: str) -> Hold | None:
    row = connection.execute(select(HOLD).where(HOLD.c.id == hold_id)).mappings().first()
    return None if row is None else Hold(**row)


def open_one(connection: Connection, kind: Kind, subject_id: str) -> Hold | None:
    query = select(HOLD).where(HOLD.c.kind == kind, HOLD.c.subject_id == subject_id, OPEN)
    row = connection.execute(query).mappings().first()
    return None if row is None else Hold(**row)


def lock(
    connection: Connection, recordings: Collection[str] = (), requests: Collection[str] = (),
    numbers: Collection[str] = (),
) -> None:  # fmt: skip
    """Whoever places a hold on one of these waits until we are done, or we see it in what we read from here on. In the
    order of their ids, and harmless to whoever only refers to them: no caller waits for the night."""
    for kind, ids in (("recording", recordings), ("request", requests), ("number", numbers)):
        if ids:
            key = SUBJECTS[kind].c.id
            connection.execute(select(key).where(key.in_(sorted(ids))).order_by(key).with_for_update(key_share=True))


def asker_is_held() -> ColumnElement[bool]:
    """Of a request: who asked for it to another telephone lies under a hold."""
    on = (HOLD.c.kind == "number", HOLD.c.subject_id == callback_request.c.asked_by_number_id, OPEN)
    return exists(select(HOLD.c.id).where(*on).correlate(callback_request))


def began_is_held(token: Column[str]) -> ColumnElement[bool]:
    """Of the talk of this token: a request that lies under a hold began in its call. What was noted of the talk tells
    how the matter came to be."""
    talk, stay, request = offer.alias(), waiting_caller.alias(), callback_request.alias()
    began = or_(request.c.origin_call_sid == stay.c.call_sid, request.c.origin_call_sid == talk.c.resident_call_sid)
    held = select(HOLD.c.id).join(request, request.c.id == HOLD.c.subject_id).join(talk, talk.c.token == token)
    of_call = held.outerjoin(stay, stay.c.id == talk.c.caller_id).where(HOLD.c.kind == "request", OPEN, began)
    return exists(of_call.correlate(token.table))


def covering(
    connection: Connection, recordings: Collection[str] = (), requests: Collection[str] = (),
    numbers: Collection[str] = (),
) -> tuple[Hold, ...]:  # fmt: skip
    """Open ones on any of these."""
    named = (("recording", recordings), ("request", requests), ("number", numbers))
    parts = [(HOLD.c.kind == kind) & HOLD.c.subject_id.in_(sorted(ids)) for kind, ids in named if ids]
    if not parts:
        return ()
    rows = connection.execute(select(HOLD).where(OPEN, or_(*parts)).order_by(HOLD.c.made_at)).mappings()
    return tuple(Hold(**row) for row in rows)
