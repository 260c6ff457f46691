"""What has a time to be kept, sort by sort: found in order of age by an index, and let go of. Statements only.

Each index holds only what is still there, so that a night costs what it deletes, however many years there have been.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    Table,
    and_,
    case,
    func,
    null,
    or_,
    select,
    text,
    update,
)

from adapters import schema
from adapters.schema import call, callback_event, callback_request, offer, recording, text_message, waiting_caller
from recordings.hold_store import asker_is_held, began_is_held
from recordings.retention import Kind

audit_event, supervisor_item, transfer = schema.audit_event, schema.supervisor_item, schema.transfer
PAGE = 25  # of what is let go of in one transaction: a caller waits no longer for the writer, whatever the order is
BY_AGENTS = text("callback_event.who NOT IN ('service','caller')")  # the others' are codes of ours, and tell of nobody
ABOUT_RESIDENTS = text("audit_event.subject IN ('request','caller','offer','recording','item','number')")

After = tuple[datetime, Any]


@dataclass(frozen=True)
class Sort:
    """``gone``: what the row holds when its time has come. The query names: id, at, since, department, topic, request,
    number, recording (whose legal holds count)."""

    name: str
    kind: Kind
    proof: str  # kind of the proof of deletion
    table: Table
    key: Column[Any]
    at: Column[datetime]
    query: Select[Any]
    gone: Mapping[str, Any]
    still: ColumnElement[bool]


def _named(key: Column[Any], at: Column[datetime], **more: Any) -> Select[Any]:
    names = ("since", "department", "topic", "request", "number", "recording")
    return select(key.label("id"), at.label("at"), *(more.get(name, null()).label(name) for name in names))


def _calls() -> Sort:
    table = call.c
    since = func.coalesce(table.ended_at, table.arrived_at)
    query = _named(table.call_sid, table.arrived_at, since=since, topic=table.topic, number=table.number_id)
    still = table.number_id.is_not(None)
    return Sort("calls", "call", "call", call, table.call_sid, table.arrived_at, query, {"number_id": None}, still)


def _requests() -> Sort:
    table = callback_request.c
    still = and_(table.number_id.is_not(None), table.closed_at.is_not(None), ~asker_is_held())
    query = _named(
        table.id, table.closed_at, since=table.closed_at, department=table.department, request=table.id,
        number=table.number_id,
    )  # fmt: skip
    gone = {"number_id": None, "asked_by_number_id": None, "interpreter": None}
    return Sort("requests", "call", "request", callback_request, table.id, table.closed_at, query, gone, still)


def _stays() -> Sort:
    table = waiting_caller.c
    still = and_(table.number_id.is_not(None), table.ended_at.is_not(None))
    query = _named(
        table.id, table.ended_at, since=table.ended_at, department=table.department, request=table.request_id,
        number=table.number_id,
    )  # fmt: skip
    return Sort("stays", "call", "call", waiting_caller, table.id, table.ended_at, query, {"number_id": None}, still)


def _speakers() -> Sort:
    """Not before its sound: without a number nobody finds it, to hand it out, to erase or to keep it."""
    table = recording.c
    still = and_(table.number_id.is_not(None), table.deleted_at.is_not(None))
    query = _named(
        table.id, table.made_at, since=table.made_at, department=table.department, request=table.request_id,
        number=table.number_id, recording=table.id,
    )  # fmt: skip
    return Sort("speakers", "call", "call", recording, table.id, table.made_at, query, {"number_id": None}, still)


def _items() -> Sort:
    table = supervisor_item.c
    still = table.number_id.is_not(None)
    query = _named(table.id, table.made_at, since=table.made_at, request=table.request_id, number=table.number_id)
    gone = {"number_id": None}
    return Sort("items", "call", "call", supervisor_item, table.id, table.made_at, query, gone, still)


def _texts() -> Sort:
    table, about = text_message.c, callback_request.c
    still = table.number_id.is_not(None)
    query = _named(
        table.id, table.created_at, since=table.created_at, department=about.department, request=table.request_id,
        number=table.number_id,
    ).select_from(text_message.outerjoin(callback_request, about.id == table.request_id))  # fmt: skip
    gone = {"number_id": None, "body": ""}
    return Sort("texts", "text", "text", text_message, table.id, table.created_at, query, gone, still)


def _with_matter(query: Select[Any], source: Any) -> Select[Any]:
    joined = source.outerjoin(callback_request, callback_request.c.id == offer.c.request_id)
    joined = joined.outerjoin(recording, recording.c.offer_token == offer.c.token)
    return query.select_from(joined.outerjoin(waiting_caller, waiting_caller.c.id == offer.c.caller_id))


def _of_talk(ended: Column[datetime]) -> dict[str, Any]:
    """A callback's matter ends when the request is closed, a live caller's with her talk."""
    about, stay = callback_request.c, waiting_caller.c
    since = case((offer.c.request_id.is_not(None), about.closed_at), else_=func.coalesce(stay.ended_at, ended))
    return {
        "since": since,
        "department": func.coalesce(about.department, stay.department),
        "request": func.coalesce(about.id, stay.request_id),
        "number": func.coalesce(about.number_id, stay.number_id),
        "recording": recording.c.id,
    }


def _talk_notes() -> Sort:
    table = offer.c
    still = and_(table.note.is_not(None), table.ended_at.is_not(None), ~began_is_held(table.token))
    query = _with_matter(_named(table.token, table.ended_at, **_of_talk(table.ended_at)), offer)
    return Sort("talk notes", "note", "note", offer, table.token, table.ended_at, query, {"note": None}, still)


def _transfer_notes() -> Sort:
    table = transfer.c
    still = and_(table.note.is_not(None), table.ended_at.is_not(None), ~began_is_held(table.token))
    named = _named(table.id, table.ended_at, **_of_talk(table.ended_at))
    query = _with_matter(named, transfer.join(offer, offer.c.token == table.token))
    return Sort("transfer notes", "note", "note", transfer, table.id, table.ended_at, query, {"note": None}, still)


def _history_notes() -> Sort:
    table, about = callback_event.c, callback_request.c
    still = and_(table.note.is_not(None), BY_AGENTS)
    query = _named(
        table.id, table.at, since=about.closed_at, department=about.department, request=about.id,
        number=about.number_id,
    ).select_from(callback_event.join(callback_request, about.id == table.request_id))  # fmt: skip
    return Sort("history notes", "note", "note", callback_event, table.id, table.at, query, {"note": None}, still)


def _message_notes() -> Sort:
    table = recording.c
    still = and_(table.note.is_not(None), table.heard_at.is_not(None))
    query = _named(
        table.id, table.heard_at, since=table.heard_at, department=table.department, request=table.request_id,
        number=table.number_id, recording=table.id,
    )  # fmt: skip
    return Sort("message notes", "note", "note", recording, table.id, table.heard_at, query, {"note": None}, still)


def _reasons() -> Sort:
    """What supervisors wrote about a resident's matter; that they did something stays in the log."""
    table, item, sound, talk = audit_event.c, supervisor_item.c, recording.alias(), offer.c
    stay, about = waiting_caller.c, callback_request.c
    still = and_(table.detail.is_not(None), ABOUT_RESIDENTS)
    named = func.coalesce(talk.request_id, stay.request_id, item.request_id, sound.c.request_id, _subject("request"))
    number = func.coalesce(
        about.number_id, stay.number_id, item.number_id, sound.c.number_id, _subject("number")
    )  # fmt: skip
    query = _named(
        table.id, table.at, since=table.at, department=table.department, request=named, number=number,
        recording=sound.c.id,
    )  # fmt: skip
    source = audit_event.outerjoin(offer, talk.token == _subject("offer"))
    source = source.outerjoin(waiting_caller, stay.id == func.coalesce(talk.caller_id, _subject("caller")))
    source = source.outerjoin(supervisor_item, item.id == _subject("item"))
    source = source.outerjoin(sound, or_(sound.c.id == _subject("recording"), sound.c.offer_token == talk.token))
    query = query.select_from(source.outerjoin(callback_request, about.id == named))
    return Sort("reasons", "note", "note", audit_event, table.id, table.at, query, {"detail": None}, still)


def _subject(kind: str) -> ColumnElement[str]:
    """The deed's subject, where it is of this kind."""
    return case((audit_event.c.subject == kind, audit_event.c.subject_id))


SORTS = (
    _talk_notes(), _transfer_notes(), _history_notes(), _message_notes(), _reasons(), _texts(), _speakers(), _items(),
    _stays(), _calls(), _requests(),
)  # fmt: skip


def page(connection: Connection, sort: Sort, before: datetime, after: After | None) -> Sequence[RowMapping]:
    query = sort.query.where(sort.still, sort.at <= before, *beyond(sort.at, sort.key, after))
    return connection.execute(query.order_by(sort.at, sort.key).limit(PAGE)).mappings().all()


def beyond(at: Column[datetime], key: Column[Any], after: After | None) -> tuple[ColumnElement[bool], ...]:
    if after is None:
        return ()
    return (at >= after[0], or_(at > after[0], key > after[1]))


def let_go(connection: Connection, sort: Sort, ids: Sequence[Any]) -> list[Any]:
    """Those that a neighbour has not let go of meanwhile."""
    mine = update(sort.table).where(sort.key.in_(ids), sort.still).values(**sort.gone)
    return list(connection.scalars(mine.returning(sort.key)))
