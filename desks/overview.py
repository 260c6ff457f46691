"""The supervisor's read model: who waits, what is promised, who is at work, what needs a decision. Codes, no words.

Every query is bound to ``scope``: the departments whose things the reader may see; None is all of them.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Connection, Table, and_, or_, select, true

from adapters.schema import (
    agent,
    callback_request,
    offer,
    presence,
    supervisor_item,
    waiting_caller,
)
from callbacks.model import OPEN_STATES
from desks.view import OPEN_OFFER, desk_name, topic_path
from routing_rules.model import Ruleset

if TYPE_CHECKING:
    from bootstrap import Services

Scope = tuple[str, ...] | None
IN_LINE = ("waiting", "offered", "bridging", "talking", "wishes", "closing")


@dataclass(frozen=True)
class Caller:
    topic_path: tuple[str, ...]
    language: str
    desk: str
    urgent: bool
    state: str
    line_time: datetime
    place_told: int | None
    wait_told_minutes: int | None


@dataclass(frozen=True)
class Promised:
    request_id: str
    code: str
    topic_path: tuple[str, ...]
    language: str
    desk: str
    urgent: bool
    kind: str
    state: str
    due: datetime
    window_start: datetime
    window_end: datetime
    attempts: int


@dataclass(frozen=True)
class Colleague:
    name: str
    desks: tuple[str, ...]
    languages: tuple[str, ...]
    presence: str
    since: datetime
    matter: str | None  # the open offer's state


@dataclass(frozen=True)
class Item:
    kind: str
    made_at: datetime
    request: Promised
    last_agent: str | None


@dataclass(frozen=True)
class Overview:
    callers: tuple[Caller, ...]
    promises: tuple[Promised, ...]
    colleagues: tuple[Colleague, ...]
    items: tuple[Item, ...]


def overview(services: "Services", scope: Scope, language: str) -> Overview:
    rules = services.rules.current()
    with services.database.read() as connection:
        return Overview(
            callers=_callers(connection, rules, scope, language),
            promises=_promises(connection, rules, scope, language),
            colleagues=_colleagues(connection, rules, scope, language),
            items=_items(connection, rules, scope, language),
        )


def may_see_request(services: "Services", scope: Scope, request_id: str) -> bool:
    one = select(callback_request.c.id).where(callback_request.c.id == request_id, _within(callback_request, scope))
    with services.database.read() as connection:
        return connection.execute(one).first() is not None


def _within(table: Table, scope: Scope) -> ColumnElement[bool]:
    """The one place that says whose matters a supervisor sees: her departments', wherever they are answered."""
    if scope is None:
        return true()
    return or_(table.c.department.in_(scope), table.c.desk.in_(scope))


def _callers(connection: Connection, rules: Ruleset, scope: Scope, language: str) -> tuple[Caller, ...]:
    rows = connection.execute(
        select(waiting_caller)
        .where(waiting_caller.c.state.in_(IN_LINE), _within(waiting_caller, scope))
        .order_by(waiting_caller.c.urgent.desc(), waiting_caller.c.line_time_at, waiting_caller.c.id)
    )
    return tuple(
        Caller(
            topic_path(rules, row.topic, language),
            row.service_language,
            desk_name(rules, row.desk, language),
            row.urgent,
            row.state,
            row.line_time_at,
            row.place_told,
            row.wait_told_minutes,
        )
        for row in rows
    )


def _promised(rules: Ruleset, row: object, language: str) -> Promised:
    take = row._mapping  # type: ignore[attr-defined]
    return Promised(
        take[callback_request.c.id],
        take[callback_request.c.code],
        topic_path(rules, take[callback_request.c.topic], language),
        take[callback_request.c.language],
        desk_name(rules, take[callback_request.c.desk], language),
        take[callback_request.c.urgent],
        take[callback_request.c.kind],
        take[callback_request.c.state],
        take[callback_request.c.due_at],
        take[callback_request.c.window_start_at],
        take[callback_request.c.window_end_at],
        take[callback_request.c.attempts],
    )


def _promises(connection: Connection, rules: Ruleset, scope: Scope, language: str) -> tuple[Promised, ...]:
    rows = connection.execute(
        select(callback_request)
        .where(callback_request.c.state.in_(OPEN_STATES), _within(callback_request, scope))
        .order_by(callback_request.c.urgent.desc(), callback_request.c.window_end_at, callback_request.c.id)
        .limit(200)
    )
    return tuple(_promised(rules, row, language) for row in rows)


def _items(connection: Connection, rules: Ruleset, scope: Scope, language: str) -> tuple[Item, ...]:
    last = (
        select(agent.c.name)
        .join(offer, offer.c.agent_id == agent.c.id)
        .where(and_(offer.c.request_id == callback_request.c.id, offer.c.accepted_at.is_not(None)))
        .order_by(offer.c.made_at.desc())
        .limit(1)
        .scalar_subquery()
        .label("last_agent")
    )
    rows = connection.execute(
        select(supervisor_item.c.kind.label("item_kind"), supervisor_item.c.made_at, callback_request, last)
        .join(callback_request, callback_request.c.id == supervisor_item.c.request_id)
        .where(supervisor_item.c.closed_at.is_(None), _within(callback_request, scope))
        .order_by((supervisor_item.c.kind == "needs_human").desc(), supervisor_item.c.made_at)
        .limit(50)
    )
    return tuple(Item(row.item_kind, row.made_at, _promised(rules, row, language), row.last_agent) for row in rows)


def _colleagues(connection: Connection, rules: Ruleset, scope: Scope, language: str) -> tuple[Colleague, ...]:
    rows = connection.execute(
        select(agent.c.name, agent.c.departments, agent.c.languages, presence.c.state, presence.c.since_at)
        .add_columns(offer.c.state.label("matter"))
        .join(presence, presence.c.agent_id == agent.c.id)
        .join(offer, and_(offer.c.agent_id == agent.c.id, offer.c.state.in_(OPEN_OFFER)), isouter=True)
        .where(agent.c.active, presence.c.state != "offline")
        .order_by(agent.c.name)
    )
    found = []
    for row in rows:
        desks = json.loads(row.departments)
        if scope is None or set(desks) & set(scope):
            names = tuple(desk_name(rules, desk, language) for desk in desks)
            found.append(
                Colleague(row.name, names, tuple(json.loads(row.languages)), row.state, row.since_at, row.matter)
            )
    return tuple(found)
