"""Everything the record holds about one matter, table by table, as rows. It changes nothing."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, RowMapping, Table, false, or_, select

from adapters.schema import (
    agent,
    audit_event,
    callback_event,
    callback_request,
    line_event,
    listening,
    offer,
    phone_number,
    promise_told,
    recording,
    text_message,
    transfer,
    waiting_caller,
)
from desks.scope_store import Scope, within

NO_LONGER = 500  # rows of one kind; a matter with more is read by its newest


def request(connection: Connection, scope: Scope, request_id: str) -> RowMapping | None:
    """None: unknown, or another department's."""
    return _matter(connection, callback_request, scope, request_id)


def caller(connection: Connection, scope: Scope, line_id: str) -> RowMapping | None:
    return _matter(connection, waiting_caller, scope, line_id)


def _matter(connection: Connection, table: Table, scope: Scope, id_: str) -> RowMapping | None:
    query = select(table, phone_number.c.e164).outerjoin(phone_number, phone_number.c.id == table.c.number_id)
    return connection.execute(query.where(table.c.id == id_, within(table, scope))).mappings().first()


def events(connection: Connection, request_id: str) -> Sequence[RowMapping]:
    return _rows(connection, callback_event, callback_event.c.request_id == request_id, "id")


def line_events(connection: Connection, line_id: str) -> Sequence[RowMapping]:
    return _rows(connection, line_event, line_event.c.caller_id == line_id, "id")


def offers(
    connection: Connection, *, request_id: str | None = None, line_id: str | None = None
) -> Sequence[RowMapping]:
    of = offer.c.request_id == request_id if request_id is not None else offer.c.caller_id == line_id
    query = select(offer).where(of).order_by(offer.c.made_at.desc(), offer.c.fence.desc()).limit(NO_LONGER)
    return connection.execute(query).mappings().all()[::-1]  # as claimed, also within one moment


def told(connection: Connection, request_id: str) -> Sequence[RowMapping]:
    return _rows(connection, promise_told, promise_told.c.request_id == request_id, "at")


def texts(connection: Connection, request_id: str) -> Sequence[RowMapping]:
    return _rows(connection, text_message, text_message.c.request_id == request_id, "created_at")


def sounds(connection: Connection, request_id: str) -> Sequence[RowMapping]:
    kept = recording.c.state.in_(("kept", "heard")) & (recording.c.kind != "talk")
    return _rows(connection, recording, (recording.c.request_id == request_id) & kept, "made_at")


def talks(connection: Connection, tokens: Iterable[str]) -> Sequence[RowMapping]:
    """What was recorded of the talks about it."""
    spoken = (recording.c.kind == "talk") & (recording.c.state != "absent")
    return _rows(connection, recording, recording.c.offer_token.in_(tuple(tokens)) & spoken, "made_at")


def stays(connection: Connection, request_id: str) -> Sequence[RowMapping]:
    """The resident rang in about it herself."""
    return _rows(connection, waiting_caller, waiting_caller.c.request_id == request_id, "joined_at")


def transfers(connection: Connection, tokens: Iterable[str]) -> Sequence[RowMapping]:
    return _rows(connection, transfer, transfer.c.token.in_(tuple(tokens)), "made_at")


def listenings(connection: Connection, tokens: Iterable[str]) -> Sequence[RowMapping]:
    return _rows(connection, listening, listening.c.token.in_(tuple(tokens)), "made_at")


def deeds(connection: Connection, subjects: Mapping[str, Iterable[str]]) -> Sequence[RowMapping]:
    """``subjects``: kind of subject → ids."""
    wanted: list[ColumnElement[bool]] = [
        (audit_event.c.subject == kind) & audit_event.c.subject_id.in_(tuple(ids)) for kind, ids in subjects.items()
    ]
    return _rows(connection, audit_event, or_(false(), *wanted), "id")


def names(connection: Connection, agent_ids: Iterable[str]) -> Mapping[str, str]:
    query = select(agent.c.id, agent.c.name).where(agent.c.id.in_(tuple(set(agent_ids))))
    return {row.id: row.name for row in connection.execute(query)}


def _rows(connection: Connection, table: Table, condition: ColumnElement[bool], ordered: str) -> Sequence[RowMapping]:
    query = select(table).where(condition).order_by(table.c[ordered].desc()).limit(NO_LONGER)
    return connection.execute(query).mappings().all()[::-1]
