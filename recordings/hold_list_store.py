"""Holds in force as their list shows them: what lies under each, who placed it. A read model; it changes nothing."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, or_, select, true

from adapters.schema import agent, callback_request, legal_hold, recording
from recordings.hold_store import Hold

HOLD = legal_hold


@dataclass(frozen=True)
class Listed:
    hold: Hold
    by: str  # a name
    code: str | None  # of the matter


def in_force(connection: Connection, scope: tuple[str, ...] | None) -> tuple[Listed, ...]:
    """Of her departments, the oldest first. A number belongs to no department: its hold is the administrators'."""
    rows = connection.execute(_query(scope).order_by(HOLD.c.made_at, HOLD.c.id)).mappings()
    return tuple(_listed(row) for row in rows)


def one_in_force(connection: Connection, scope: tuple[str, ...] | None, hold_id: str) -> Listed | None:
    row = connection.execute(_query(scope).where(HOLD.c.id == hold_id)).mappings().first()
    return _listed(row) if row is not None else None


def in_force_on_request(connection: Connection, request_id: str) -> Listed | None:
    mine = (HOLD.c.kind == "request", HOLD.c.subject_id == request_id)
    row = connection.execute(_query(None).where(*mine)).mappings().first()
    return _listed(row) if row is not None else None


def in_force_on_number_of(connection: Connection, request_id: str) -> Listed | None:
    """On the number that is rung, or on hers who asked for it: it keeps this matter too."""
    about = select(callback_request.c.number_id, callback_request.c.asked_by_number_id)
    row = connection.execute(about.where(callback_request.c.id == request_id)).first()
    numbers = [one for one in row or () if one is not None]
    mine = (HOLD.c.kind == "number", HOLD.c.subject_id.in_(numbers))
    found = connection.execute(_query(None).where(*mine).order_by(HOLD.c.made_at)).mappings().first()
    return _listed(found) if found is not None else None


def department_of(connection: Connection, request_id: str) -> str | None:
    return connection.scalar(select(callback_request.c.department).where(callback_request.c.id == request_id))


def _query(scope: tuple[str, ...] | None) -> Select[tuple[object, ...]]:
    on_recording = and_(HOLD.c.kind == "recording", recording.c.id == HOLD.c.subject_id)
    on_request = and_(HOLD.c.kind == "request", callback_request.c.id == HOLD.c.subject_id)
    return (
        select(HOLD, agent.c.name.label("by_name"), callback_request.c.code)
        .outerjoin(recording, on_recording)
        .outerjoin(callback_request, or_(on_request, callback_request.c.id == recording.c.request_id))
        .outerjoin(agent, agent.c.id == HOLD.c.made_by)
        .where(HOLD.c.ended_at.is_(None), _hers(scope))
    )


def _hers(scope: tuple[str, ...] | None) -> ColumnElement[bool]:
    if scope is None:
        return true()
    on_matter = and_(HOLD.c.kind == "request", callback_request.c.department.in_(scope))
    moved = and_(recording.c.kind != "talk", callback_request.c.department.in_(scope))  # a message goes with its matter
    return or_(and_(HOLD.c.kind == "recording", or_(recording.c.department.in_(scope), moved)), on_matter)


def _listed(row: RowMapping) -> Listed:
    hold = Hold(**{column.name: row[column.name] for column in HOLD.columns})
    return Listed(hold, row["by_name"] or hold.made_by, row["code"])
