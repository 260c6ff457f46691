"""The things a person must look at, with the request or the duty each of them is about. Queries and one deed."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, or_, select, update

from adapters.schema import agent, callback_request, offer, phone_number, supervisor_item
from desks.scope_store import Scope, within
from desks.supervision import audit
from desks.supervision.board import Item, Promised
from desks.view.card import Sound
from desks.view.parts import desk_name, grouped, sound, topic_path
from recordings import store as recordings
from routing_rules.model import Ruleset

if TYPE_CHECKING:
    from bootstrap import Services

MOST = 50
ITEM, REQUEST = supervisor_item, callback_request
OF_THE_CITY = ("limit",)  # shown by their own part of the board


def items(connection: Connection, rules: Ruleset, scope: Scope, language: str) -> tuple[Item, ...]:
    last = (
        select(agent.c.name)
        .join(offer, offer.c.agent_id == agent.c.id)
        .where(and_(offer.c.request_id == REQUEST.c.id, offer.c.accepted_at.is_not(None)))
        .order_by(offer.c.made_at.desc())
        .limit(1)
        .scalar_subquery()
        .label("last_agent")
    )
    about = (ITEM.c.kind.label("item_kind"), ITEM.c.made_at, ITEM.c.id.label("item_id"), ITEM.c.detail)
    rows = connection.execute(
        select(*about, REQUEST, last, phone_number.c.e164)
        .outerjoin(REQUEST, REQUEST.c.id == ITEM.c.request_id)
        .outerjoin(phone_number, phone_number.c.id == ITEM.c.number_id)
        .where(ITEM.c.closed_at.is_(None), ITEM.c.kind.not_in(OF_THE_CITY), _seen_by(scope))
        .order_by((ITEM.c.kind == "needs_human").desc(), ITEM.c.made_at)
        .limit(MOST)
    )
    return tuple(_item(connection, rules, scope, row, language) for row in rows)


def _seen_by(scope: Scope) -> ColumnElement[bool]:
    """An item about no request is about a duty that nobody answered: every supervisor sees it."""
    return or_(within(REQUEST, scope), ITEM.c.request_id.is_(None))


def _item(connection: Connection, rules: Ruleset, scope: Scope, row: Any, language: str) -> Item:
    take = row._mapping
    request = promised(rules, take, language) if take[REQUEST.c.id] is not None else None
    left = recordings.get(connection, row.detail) if row.detail and request is None else None
    if request is not None:
        request = with_sounds(connection, (request,))[0]
        heard = request.sounds
    else:
        hers = left is not None and (scope is None or left["department"] in scope)
        heard = (sound(left),) if left is not None and hers else ()
    detail = _about(rules, row.detail, left, language)
    made = take[ITEM.c.made_at]
    return Item(row.item_kind, made, request, row.last_agent, row.item_id, detail, heard, grouped(row.e164))


def _about(rules: Ruleset, detail: str | None, left: RowMapping | None, language: str) -> str | None:
    """The topic of a message, or the name of a duty."""
    if left is not None:
        return " › ".join(topic_path(rules, left["topic"], language))
    return next((duty.spoken.get(language) for duty in rules.duties if duty.id == detail), None)


def promised(rules: Ruleset, take: RowMapping, language: str) -> Promised:
    """Of a row that carries a request's columns, perhaps among others of the same names."""
    of = {name: take[REQUEST.c[name]] for name in Promised.__dataclass_fields__ if name in REQUEST.c}
    desk, topic = desk_name(rules, take[REQUEST.c.desk], language), topic_path(rules, take[REQUEST.c.topic], language)
    window = {"window_start": take[REQUEST.c.window_start_at], "window_end": take[REQUEST.c.window_end_at]}
    named = of | {"desk": desk, "topic_path": topic, "due": take[REQUEST.c.due_at], **window}
    return Promised(request_id=take[REQUEST.c.id], **named)


def with_sounds(connection: Connection, found: Iterable[Promised]) -> tuple[Promised, ...]:
    """The messages of several requests, in one query."""
    rows = tuple(found)
    sounds: dict[str, tuple[Sound, ...]] = {}
    for row in recordings.of_requests(connection, tuple(one.request_id for one in rows)):
        sounds[row["request_id"]] = (*sounds.get(row["request_id"], ()), sound(row))
    return tuple(replace(one, sounds=sounds.get(one.request_id, ())) for one in rows)


def close_item(services: "Services", who: str, scope: Scope, item_id: str) -> bool:
    """A person has seen to it. False: it is off the list already, or another department's."""
    seen = select(ITEM.c.kind, REQUEST.c.department).outerjoin(REQUEST, REQUEST.c.id == ITEM.c.request_id)
    mine = seen.where(ITEM.c.id == item_id, ITEM.c.closed_at.is_(None), _seen_by(scope))
    with services.database.write() as tx:
        row = tx.connection.execute(mine).first()
        if row is None:
            return False
        tx.connection.execute(update(ITEM).where(ITEM.c.id == item_id).values(closed_at=services.clock.now()))
        audit.note(tx, services.clock, who, "item_seen", "item", item_id, row.department, row.kind)
        tx.after_commit(services.changed)
    return True
