"""The supervisor's read model: who waits, what is promised, who is at work, what needs a decision. Codes, no words.

Every query is bound to ``scope``: the departments whose things the reader may see; None is all of them.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Table, and_, or_, select, true, update

from adapters.schema import (
    agent,
    callback_request,
    offer,
    phone_number,
    presence,
    supervisor_item,
    waiting_caller,
)
from callbacks.model import OPEN_STATES
from desks.card import Sound
from desks.view_parts import OPEN_OFFER, desk_name, grouped, sound, topic_path
from recordings import store as recordings
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
    contact: str = "ring"
    interpreter: str | None = None
    sounds: tuple[Sound, ...] = ()


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
    """``request`` None: a duty that nobody answered, without a number to ring; ``sounds``: what was left there."""

    kind: str
    made_at: datetime
    request: Promised | None
    last_agent: str | None
    id: str = ""
    detail: str | None = None
    sounds: tuple[Sound, ...] = ()
    number: str | None = None  # who rang a duty in vain


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


def promised_one(services: "Services", request_id: str, language: str) -> Promised | None:
    with services.database.read() as connection:
        row = connection.execute(select(callback_request).where(callback_request.c.id == request_id)).first()
        return None if row is None else _promised(services.rules.current(), row, language)


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


def _sounds(connection: Connection, request_ids: Iterable[str]) -> dict[str, tuple[Sound, ...]]:
    """The messages of several requests, in one query."""
    found: dict[str, tuple[Sound, ...]] = {}
    for row in recordings.of_requests(connection, tuple(request_ids)):
        found[row["request_id"]] = (*found.get(row["request_id"], ()), sound(row))
    return found


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
        take[callback_request.c.contact],
        take[callback_request.c.interpreter],
    )


def _promises(connection: Connection, rules: Ruleset, scope: Scope, language: str) -> tuple[Promised, ...]:
    rows = connection.execute(
        select(callback_request)
        .where(callback_request.c.state.in_(OPEN_STATES), _within(callback_request, scope))
        .order_by(callback_request.c.urgent.desc(), callback_request.c.window_end_at, callback_request.c.id)
        .limit(200)
    )
    found = [_promised(rules, row, language) for row in rows]
    sounds = _sounds(connection, (one.request_id for one in found))
    return tuple(replace(one, sounds=sounds.get(one.request_id, ())) for one in found)


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
        select(
            supervisor_item.c.kind.label("item_kind"),
            supervisor_item.c.made_at,
            callback_request,
            last,
            supervisor_item.c.id.label("item_id"),
            supervisor_item.c.detail.label("item_detail"),
            phone_number.c.e164,
        )
        .outerjoin(callback_request, callback_request.c.id == supervisor_item.c.request_id)
        .outerjoin(phone_number, phone_number.c.id == supervisor_item.c.number_id)
        .where(supervisor_item.c.closed_at.is_(None), _seen_by(scope))
        .order_by((supervisor_item.c.kind == "needs_human").desc(), supervisor_item.c.made_at)
        .limit(50)
    )
    return tuple(_item(connection, rules, scope, row, language) for row in rows)


def _seen_by(scope: Scope) -> ColumnElement[bool]:
    """An item about no request is about a duty that nobody answered: every supervisor sees it."""
    return or_(_within(callback_request, scope), supervisor_item.c.request_id.is_(None))


def _item(connection: Connection, rules: Ruleset, scope: Scope, row: Any, language: str) -> Item:
    request = _promised(rules, row, language) if row._mapping[callback_request.c.id] is not None else None
    left = recordings.get(connection, row.item_detail) if row.item_detail and request is None else None
    if request is not None:
        sounds = _sounds(connection, (request.request_id,)).get(request.request_id, ())
    else:
        hers = left is not None and (scope is None or left["department"] in scope)
        sounds = (sound(left),) if left is not None and hers else ()
    detail = _about(rules, row.item_detail, left, language)
    return Item(row.item_kind, row.made_at, request, row.last_agent, row.item_id, detail, sounds, grouped(row.e164))


def _about(rules: Ruleset, detail: str | None, left: RowMapping | None, language: str) -> str | None:
    """The topic of a message, or the name of a duty."""
    if left is not None:
        return " › ".join(topic_path(rules, left["topic"], language))
    return next((duty.spoken.get(language) for duty in rules.duties if duty.id == detail), None)


def close_item(services: "Services", scope: Scope, item_id: str) -> bool:
    """A person has seen to it. False: it is off the list already, or another department's."""
    seen = select(supervisor_item.c.id).outerjoin(
        callback_request, callback_request.c.id == supervisor_item.c.request_id
    )
    mine = seen.where(supervisor_item.c.id == item_id, supervisor_item.c.closed_at.is_(None), _seen_by(scope))
    with services.database.write() as tx:
        if tx.connection.scalar(mine) is None:
            return False
        closed = update(supervisor_item).where(supervisor_item.c.id == item_id)
        tx.connection.execute(closed.values(closed_at=services.clock.now()))
        tx.after_commit(services.changed)
    return True


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
