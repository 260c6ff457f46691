"""What is not rung: voice messages of numbers that cannot be, and requests answered in writing. A read model.

Bound to ``scope``: the departments whose things the reader may see; None is all of them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, true

from adapters.schema import callback_request, phone_number, recording
from callbacks import store as promises
from callbacks.model import Window
from callbacks.planning import open_slots, ringing_department, room_in
from desks.queue.queue_store import WRITTEN
from desks.view.card import EarlierNote, Sound
from desks.view.parts import desk_name, grouped, notes_of, sound, sounds_of, topic_path
from routing_rules.model import Ruleset

if TYPE_CHECKING:
    from bootstrap import Services

Scope = tuple[str, ...] | None
MOST = 200
AHEAD = timedelta(days=4)


@dataclass(frozen=True)
class Left:
    """A message that nobody can be rung about."""

    sound: Sound
    topic_path: tuple[str, ...]
    department: str
    language: str
    urgent: bool


@dataclass(frozen=True)
class InWriting:
    """A request whose resident wants her answer in writing."""

    request_id: str
    code: str
    topic_path: tuple[str, ...]
    department: str
    language: str
    urgent: bool
    number: str | None  # grouped for reading
    made_at: datetime
    free: bool  # nobody holds it just now: it can be marked as handled
    sounds: tuple[Sound, ...]
    notes: tuple[EarlierNote, ...]  # what agents wrote in their talks about it


@dataclass(frozen=True)
class NotRung:
    left: tuple[Left, ...]
    in_writing: tuple[InWriting, ...]


def not_rung(services: "Services", scope: Scope, language: str) -> NotRung:
    rules = services.rules.current()
    with services.database.read() as connection:
        return NotRung(_left(connection, rules, scope, language), _in_writing(connection, rules, scope, language))


def how_many(services: "Services", scope: Scope) -> int:
    """For the agent's page: how many wait for somebody to listen or write."""
    left = select(func.count()).select_from(recording).where(_unheard(scope))
    written = select(func.count()).select_from(callback_request).where(_written(scope))
    with services.database.read() as connection:
        return (connection.scalar(left) or 0) + (connection.scalar(written) or 0)


def _unheard(scope: Scope) -> ColumnElement[bool]:
    mine = true() if scope is None else recording.c.department.in_(scope)
    return (recording.c.state == "kept") & (recording.c.kind != "talk") & recording.c.request_id.is_(None) & mine


def _written(scope: Scope) -> ColumnElement[bool]:
    own = or_(callback_request.c.department.in_(scope or ()), callback_request.c.desk.in_(scope or ()))
    mine = true() if scope is None else own
    return and_(WRITTEN, mine)


def _left(connection: Connection, rules: Ruleset, scope: Scope, language: str) -> tuple[Left, ...]:
    query = select(recording).where(_unheard(scope)).order_by(recording.c.urgent.desc(), recording.c.made_at)
    return tuple(
        Left(
            sound(row),
            topic_path(rules, row["topic"], language),
            desk_name(rules, row["department"], language),
            row["language"],
            bool(row["urgent"]),
        )
        for row in connection.execute(query.limit(MOST)).mappings()
    )


def _in_writing(connection: Connection, rules: Ruleset, scope: Scope, language: str) -> tuple[InWriting, ...]:
    query = (
        select(callback_request, phone_number.c.e164)
        .join(phone_number, phone_number.c.id == callback_request.c.number_id)
        .where(_written(scope))
        .order_by(callback_request.c.urgent.desc(), callback_request.c.created_at)
    )
    return tuple(
        InWriting(
            row["id"],
            row["code"],
            topic_path(rules, row["topic"], language),
            desk_name(rules, row["department"], language),
            row["language"],
            row["urgent"],
            grouped(row["e164"]),
            row["created_at"],
            row["state"] == "requested",
            sounds_of(connection, row["id"]),
            notes_of(connection, row["id"]),
        )
        for row in connection.execute(query.limit(MOST)).mappings()
    )


# --- how full the coming times are, for whoever agrees on one ---------------------------------------------------


@dataclass(frozen=True)
class Fullness:
    window: Window
    held: int
    room: int


def coming(services: "Services", request_id: str) -> tuple[Fullness, ...]:
    """The next slots of the department that rings about this request, with what is promised in them already."""
    rules, now = services.rules.current(), services.clock.now()
    with services.database.read() as connection:
        row = promises.get(connection, request_id)
        if row is None:
            return ()
        department = ringing_department(rules, row["topic"], row["language"], now)
        held = promises.taken(connection, department.id, row["language"], now)
        return tuple(
            Fullness(window, held.get(window.start, 0), room_in(rules, department, row["language"], window))
            for window in open_slots(rules, department, now)
            if window.start < now + AHEAD
        )[:12]
