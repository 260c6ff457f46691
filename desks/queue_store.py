"""The queue in SQL, a page of each part of it at a time, each by the index made for it. It changes nothing.

Conditions of partial indexes are spelled out in the indexes' own words: only then are they used.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    Table,
    and_,
    literal_column,
    or_,
    select,
)

from adapters.schema import agent, callback_request, offer, phone_number, waiting_caller
from adapters.schema.calls import LAST_FOUR
from desks.scope_store import Scope, within

REQUEST, CALLER = callback_request, waiting_caller


def _words(condition: str) -> ColumnElement[bool]:
    return literal_column(f"({condition})", Boolean())


REQUESTED = _words("callback_request.state = 'requested'")
ASIDE = _words("callback_request.state IN ('unreached','needs_human')")
IN_LINE = _words("waiting_caller.state IN ('waiting','offered','bridging','talking','wishes','closing')")
OPEN_OFFER = _words("offer.state IN ('offered','accepted','dialing','connected','wrapup')")
WAITS = ("waiting", "wishes", "closing")

After = tuple[datetime, str] | None  # the last row of the page before, in the order of its part


@dataclass(frozen=True)
class Narrowed:
    """What is looked at: never more than the reader's departments."""

    scope: Scope
    desk: str | None = None
    language: str | None = None
    state: str | None = None  # of requests that are set aside


def overdue(connection: Connection, by: Narrowed, now: datetime, after: After, most: int) -> Sequence[RowMapping]:
    """Promised times that have passed with nobody at work on them, the oldest first."""
    late = (REQUESTED, REQUEST.c.due_at <= now, REQUEST.c.window_end_at < now, REQUEST.c.contact == "ring")
    return _page(connection, by, REQUEST.c.window_end_at, after, most, *late)


def due(connection: Connection, by: Narrowed, now: datetime, most: int) -> Sequence[RowMapping]:
    """Callbacks that may be dealt now, those whose time ends first."""
    now_due = (REQUESTED, REQUEST.c.due_at <= now, REQUEST.c.window_end_at >= now, REQUEST.c.contact == "ring")
    return _page(connection, by, REQUEST.c.window_end_at, None, most, *now_due)


def coming(connection: Connection, by: Narrowed, now: datetime, after: After, most: int) -> Sequence[RowMapping]:
    later = (REQUESTED, REQUEST.c.due_at > now, REQUEST.c.contact == "ring")
    return _page(connection, by, REQUEST.c.due_at, after, most, *later)


def aside(connection: Connection, by: Narrowed, after: After, most: int) -> Sequence[RowMapping]:
    """Not reached, or waiting for a person's decision."""
    only = () if by.state is None else (REQUEST.c.state == by.state,)
    return _page(connection, by, REQUEST.c.window_end_at, after, most, ASIDE, *only)


def written(connection: Connection, by: Narrowed, after: After, most: int) -> Sequence[RowMapping]:
    return _page(connection, by, REQUEST.c.due_at, after, most, REQUESTED, REQUEST.c.contact == "text")


def waiting(connection: Connection, by: Narrowed) -> Sequence[RowMapping]:
    """Callers on the line whom nobody has answered yet."""
    query = select(CALLER).where(IN_LINE, CALLER.c.state.in_(WAITS), *_of(CALLER, by))
    return connection.execute(query).mappings().all()


def requests_in_hand(connection: Connection, by: Narrowed) -> Sequence[RowMapping]:
    return _in_hand(connection, by, REQUEST, offer.c.request_id)


def callers_in_hand(connection: Connection, by: Narrowed) -> Sequence[RowMapping]:
    return _in_hand(connection, by, CALLER, offer.c.caller_id)


def _in_hand(connection: Connection, by: Narrowed, table: Table, key: Column[str]) -> Sequence[RowMapping]:
    """With the agent who holds it; as many as there are agents at most."""
    query = (
        select(table, agent.c.name.label("agent_name"), offer.c.made_at.label("offered_at"))
        .join(offer, key == table.c.id)
        .join(agent, agent.c.id == offer.c.agent_id)
    )
    return connection.execute(query.where(OPEN_OFFER, *_of(table, by))).mappings().all()


# --- looked up ---------------------------------------------------------------------------------------------------


def of_code(connection: Connection, by: Narrowed, code: str, most: int) -> Sequence[RowMapping]:
    query = select(REQUEST).where(REQUEST.c.code == code, *_of(REQUEST, by))
    return connection.execute(_newest(query, most)).mappings().all()


def of_digits(connection: Connection, by: Narrowed, digits: str, most: int) -> Sequence[RowMapping]:
    """Requests of numbers that end so; ``digits``: four or more of them and nothing else."""
    query = select(REQUEST).join(phone_number, phone_number.c.id == REQUEST.c.number_id)
    return connection.execute(_newest(query.where(*_ends(digits), *_of(REQUEST, by)), most)).mappings().all()


def callers_of_digits(connection: Connection, by: Narrowed, digits: str) -> Sequence[RowMapping]:
    """Who is on the line now from a number that ends so."""
    query = select(CALLER).join(phone_number, phone_number.c.id == CALLER.c.number_id)
    return connection.execute(query.where(IN_LINE, *_ends(digits), *_of(CALLER, by))).mappings().all()


def _ends(digits: str) -> tuple[ColumnElement[bool], ...]:
    last = phone_number.c.e164.like(f"%{digits}")
    return LAST_FOUR == digits[-4:], last  # noqa: SIM300


def _newest(query: Select[tuple[object, ...]], most: int) -> Select[tuple[object, ...]]:
    return query.order_by(REQUEST.c.created_at.desc(), REQUEST.c.id).limit(most)


def _page(
    connection: Connection,
    by: Narrowed,
    ordered: Column[datetime],
    after: After,
    most: int,
    *conditions: ColumnElement[bool],
) -> Sequence[RowMapping]:
    beyond = () if after is None else (_beyond(ordered, after),)
    query = select(REQUEST).where(*conditions, *_of(REQUEST, by), *beyond)
    return connection.execute(query.order_by(ordered, REQUEST.c.id).limit(most)).mappings().all()


def _beyond(ordered: Column[datetime], after: tuple[datetime, str]) -> ColumnElement[bool]:
    at, last = after
    return and_(ordered >= at, or_(ordered > at, REQUEST.c.id > last))


def _of(table: Table, by: Narrowed) -> tuple[ColumnElement[bool], ...]:
    wanted = [within(table, by.scope)]
    if by.desk is not None:
        wanted.append(table.c.desk == by.desk)
    if by.language is not None:
        spoken = table.c.service_language if table is CALLER else table.c.language
        wanted.append(spoken == by.language)
    return tuple(wanted)
