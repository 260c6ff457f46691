"""Recordings in SQL. Each change of state is guarded by the state it leaves; each recording is one row, by its SID."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, or_, select, update

from adapters.database import insert_once
from adapters.schema import call, recording
from recordings.model import MESSAGE, Event

RECORDING = recording
AT_ONCE = 50


def add(connection: Connection, values: Mapping[str, Any]) -> bool:
    """False: this recording has been announced before."""
    return insert_once(connection, RECORDING, values, ("recording_sid",))


def get(connection: Connection, recording_id: str, *, held: bool = False) -> RowMapping | None:
    return _one(connection, RECORDING.c.id == recording_id, held)


def by_sid(connection: Connection, recording_sid: str) -> RowMapping | None:
    return _one(connection, RECORDING.c.recording_sid == recording_sid, held=False)


def by_token(connection: Connection, token: str) -> RowMapping | None:
    """Of a message: a talk is played to nobody by an address."""
    return _one(connection, and_(RECORDING.c.token == token, RECORDING.c.kind != "talk"), held=False)


def of_call(connection: Connection, recording_id: str, call_sid: str) -> RowMapping | None:
    """A message, for the call that is leaving it and no other."""
    return _one(connection, and_(RECORDING.c.id == recording_id, RECORDING.c.call_sid == call_sid), held=False)


def _one(connection: Connection, which: ColumnElement[bool], held: bool) -> RowMapping | None:
    query = select(RECORDING).where(which)
    return connection.execute(query.with_for_update() if held else query).mappings().first()


def step(connection: Connection, recording_id: str, event: Event, **values: Any) -> bool:
    """One guarded step; False: the message is past it, and nothing was changed."""
    for (origin, named), goal in MESSAGE.transitions.items():
        if named != event:
            continue
        message = RECORDING.c.kind != "talk"
        mine = update(RECORDING).where(RECORDING.c.id == recording_id, RECORDING.c.state == origin, message)
        if connection.execute(mine.values(state=goal, **values)).rowcount == 1:
            return True
    return False


def hear_all_of(connection: Connection, request_id: str, at: datetime, agent_id: str) -> None:
    """The matter is done, and so are the messages about it."""
    kept = (RECORDING.c.request_id == request_id, RECORDING.c.state == "kept", RECORDING.c.kind != "talk")
    mine = update(RECORDING).where(*kept)
    connection.execute(mine.values(state=MESSAGE.transitions["kept", "hear"], heard_at=at, heard_by=agent_id))


def of_requests(connection: Connection, request_ids: Sequence[str]) -> Sequence[RowMapping]:
    """Messages that belong to these requests, in the order in which they were left."""
    messages = (RECORDING.c.state.in_(("kept", "heard")), RECORDING.c.kind != "talk")
    query = select(RECORDING).where(RECORDING.c.request_id.in_(request_ids), *messages)
    return connection.execute(query.order_by(RECORDING.c.made_at)).mappings().all()


def note(connection: Connection, recording_id: str, **values: Any) -> None:
    connection.execute(update(RECORDING).where(RECORDING.c.id == recording_id).values(**values))


def has_ended(connection: Connection, call_sid: str) -> bool:
    return connection.scalar(select(call.c.ended_at).where(call.c.call_sid == call_sid)) is not None


def runs(connection: Connection, call_sid: str) -> bool:
    """The call is known and nobody has told that it is over."""
    found = connection.execute(select(call.c.ended_at).where(call.c.call_sid == call_sid)).first()
    return found is not None and found.ended_at is None


def number_of_call(connection: Connection, call_sid: str) -> str | None:
    return connection.scalar(select(call.c.number_id).where(call.c.call_sid == call_sid))


def drafts_of(connection: Connection, call_sid: str) -> Sequence[RowMapping]:
    query = select(RECORDING).where(RECORDING.c.call_sid == call_sid, RECORDING.c.state == "draft")
    return connection.execute(query.order_by(RECORDING.c.made_at)).mappings().all()


def drafts_left(connection: Connection, before: datetime) -> Sequence[RowMapping]:
    """Drafts whose call is over, and drafts so old that the news of its end may be lost."""
    ended = call.c.ended_at.is_not(None)
    query = (
        select(RECORDING, ended.label("call_ended"))
        .outerjoin(call, call.c.call_sid == RECORDING.c.call_sid)
        .where(RECORDING.c.state == "draft", or_(ended, RECORDING.c.made_at < before))
    )
    return connection.execute(query.order_by(RECORDING.c.made_at).limit(AT_ONCE)).mappings().all()
