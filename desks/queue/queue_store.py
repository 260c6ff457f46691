"""The queue in SQL, a page of each part of it at a time, each by the index made for it. It changes nothing.

Conditions of partial indexes are spelled out in the indexes' own words: only then are they used.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    Table,
    TextClause,
    and_,
    func,
    or_,
    select,
    text,
    true,
    union_all,
)

from adapters.schema import agent, callback_request, line, offer, phone_number, promises, waiting_caller
from adapters.schema.calls import LAST_FOUR
from desks.scope_store import Scope, within

REQUEST, CALLER = callback_request, waiting_caller

REQUESTED = text(f"callback_request.{promises.REQUESTED}")
WRITTEN = text(f"callback_request.{promises.OPEN} AND callback_request.contact = 'text'")
ASIDE = text("callback_request.state IN ('unreached','needs_human')")
IN_LINE = text(f"waiting_caller.{line.IN_LINE}")
OPEN_OFFER = text("offer.state IN ('offered','accepted','dialing','connected','wrapup')")
WAITS = ("waiting", "wishes", "closing")

Query = Select[tuple[Any, ...]]
Condition = ColumnElement[bool] | TextClause
After = tuple[datetime, str] | None  # the last row of the page before, in the order of its part


@dataclass(frozen=True)
class Narrowed:
    """What is looked at: never more than the reader's departments. ``desks``: those that ring, each read by itself."""

    scope: Scope
    desks: tuple[str, ...] = ()
    language: str | None = None
    state: str | None = None  # of requests that are set aside


def overdue(connection: Connection, by: Narrowed, now: datetime, after: After, most: int) -> Sequence[RowMapping]:
    """Promised times that have passed with nobody at work on them, the oldest first."""
    return connection.execute(overdue_query(by, now, after, most)).mappings().all()


def overdue_query(by: Narrowed, now: datetime, after: After, most: int) -> Query:
    late = (REQUESTED, REQUEST.c.due_at <= now, REQUEST.c.window_end_at < now, REQUEST.c.contact == "ring")
    return _page(by, REQUEST.c.window_end_at, after, most, *late)


def due(connection: Connection, by: Narrowed, now: datetime, most: int) -> Sequence[RowMapping]:
    """Callbacks that may be dealt now, those whose time ends first."""
    now_due = (REQUESTED, REQUEST.c.due_at <= now, REQUEST.c.window_end_at >= now, REQUEST.c.contact == "ring")
    return connection.execute(_page(by, REQUEST.c.window_end_at, None, most, *now_due)).mappings().all()


def coming(connection: Connection, by: Narrowed, now: datetime, after: After, most: int) -> Sequence[RowMapping]:
    return connection.execute(coming_query(by, now, after, most)).mappings().all()


def coming_query(by: Narrowed, now: datetime, after: After, most: int) -> Query:
    """The heads of all desks, merged: one crowded desk is not sorted whole for a page."""
    later = (REQUESTED, REQUEST.c.due_at > now, REQUEST.c.contact == "ring")
    heads = [
        select(_page(replace(by, desks=(desk,)), REQUEST.c.due_at, after, most, *later).subquery()) for desk in by.desks
    ]
    together = union_all(*heads).subquery()
    return select(together).order_by(together.c.due_at, together.c.id).limit(most)


def aside(connection: Connection, by: Narrowed, after: After, most: int) -> Sequence[RowMapping]:
    """Not reached, or waiting for a person's decision."""
    return connection.execute(aside_query(by, after, most)).mappings().all()


def aside_query(by: Narrowed, after: After, most: int) -> Query:
    only = () if by.state is None else (REQUEST.c.state == by.state,)
    return _page(by, REQUEST.c.window_end_at, after, most, ASIDE, *only)


def written(connection: Connection, by: Narrowed, after: After, most: int) -> Sequence[RowMapping]:
    return connection.execute(written_query(by, after, most)).mappings().all()


def written_query(by: Narrowed, after: After, most: int) -> Query:
    """The desk is compared as an expression: by its indexes SQLite would read all that is rung, too."""
    desk = func.coalesce(REQUEST.c.desk, "").in_(by.desks) if by.desks else true()
    return _page(replace(by, desks=()), REQUEST.c.due_at, after, most, WRITTEN, REQUESTED, desk)


def waiting(connection: Connection, by: Narrowed) -> Sequence[RowMapping]:
    """Callers on the line whom nobody has answered yet."""
    query = select(CALLER).where(IN_LINE, CALLER.c.state.in_(WAITS), *_of(CALLER, by))
    return connection.execute(query).mappings().all()


def requests_in_hand(connection: Connection, by: Narrowed) -> Sequence[RowMapping]:
    return _in_hand(connection, by, REQUEST, offer.c.request_id)


def callers_in_hand(connection: Connection, by: Narrowed) -> Sequence[RowMapping]:
    return _in_hand(connection, by, CALLER, offer.c.caller_id)


def _in_hand(connection: Connection, by: Narrowed, table: Table, key: Column[str]) -> Sequence[RowMapping]:
    """With the agent who holds it; as many as there are agents at most. The open offers name them: of a join alone
    SQLite begins with every matter that there has ever been."""
    held = table.c.id.in_(select(key).where(OPEN_OFFER))
    query = (
        select(table, agent.c.name.label("agent_name"), offer.c.made_at.label("offered_at"))
        .join(offer, key == table.c.id)
        .join(agent, agent.c.id == offer.c.agent_id)
    )
    return connection.execute(query.where(OPEN_OFFER, held, *_of(table, by))).mappings().all()


# --- looked up ---------------------------------------------------------------------------------------------------


def of_code(connection: Connection, by: Narrowed, code: str, most: int) -> Sequence[RowMapping]:
    query = select(REQUEST).where(REQUEST.c.code == code, *_of(REQUEST, by))
    return connection.execute(_newest(query, most)).mappings().all()


def of_digits(connection: Connection, by: Narrowed, digits: str, most: int) -> Sequence[RowMapping]:
    """Requests of numbers that end so; ``digits``: four or more of them and nothing else."""
    return connection.execute(digits_query(by, digits, most)).mappings().all()


def digits_query(by: Narrowed, digits: str, most: int) -> Query:
    query = select(REQUEST).join(phone_number, phone_number.c.id == REQUEST.c.number_id)
    return _newest(query.where(*_ends(digits), *_of(REQUEST, by)), most)


def callers_of_digits(connection: Connection, by: Narrowed, digits: str) -> Sequence[RowMapping]:
    """Who is on the line now from a number that ends so."""
    query = select(CALLER).join(phone_number, phone_number.c.id == CALLER.c.number_id)
    return connection.execute(query.where(IN_LINE, *_ends(digits), *_of(CALLER, by))).mappings().all()


def _ends(digits: str) -> tuple[ColumnElement[bool], ...]:
    last = phone_number.c.e164.like(f"%{digits}")
    return LAST_FOUR == digits[-4:], last  # noqa: SIM300


def _newest(query: Query, most: int) -> Query:
    return query.order_by(REQUEST.c.created_at.desc(), REQUEST.c.id).limit(most)


def _page(by: Narrowed, ordered: Column[datetime], after: After, most: int, *only: Condition) -> Query:
    beyond = () if after is None else (_beyond(ordered, after),)
    query: Query = select(REQUEST).where(*only, *_of(REQUEST, by), *beyond)
    return query.order_by(ordered, REQUEST.c.id).limit(most)


def _beyond(ordered: Column[datetime], after: tuple[datetime, str]) -> ColumnElement[bool]:
    at, last = after
    return and_(ordered >= at, or_(ordered > at, REQUEST.c.id > last))


def _of(table: Table, by: Narrowed) -> tuple[ColumnElement[bool], ...]:
    wanted = [within(table, by.scope)]
    if by.desks:
        wanted.append(table.c.desk.in_(by.desks))
    if by.language is not None:
        spoken = table.c.service_language if table is CALLER else table.c.language
        wanted.append(spoken == by.language)
    return tuple(wanted)
