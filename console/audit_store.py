"""The log of deeds, read: filtered, bound to the reader's scope, paged by key. Statements only; nothing is changed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Connection, or_, select, true, union

from adapters.schema import agent, audit_event, callback_request


@dataclass(frozen=True)
class Filter:
    """Empty fields do not filter. ``person``: who did it, or to whose account; ``before``: the key to go on from."""

    person: str = ""
    deed: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


@dataclass(frozen=True)
class Deed:
    id: int
    at: datetime
    who: str  # an agent's id, ``service`` or ``command line``
    deed: str
    subject: str
    subject_id: str
    code: str | None  # of the request it was done to
    department: str | None
    detail: str | None


def deeds(connection: Connection, reader: str, scope: tuple[str, ...] | None, wanted: Filter, most: int) -> list[Deed]:
    """The newest first; at most ``most``."""
    rows = connection.execute(
        select(audit_event, callback_request.c.code)
        .outerjoin(
            callback_request,
            (audit_event.c.subject == "request") & (callback_request.c.id == audit_event.c.subject_id),
        )
        .where(audit_event.c.id.in_(_heads(reader, scope, wanted, most)))
        .order_by(audit_event.c.id.desc())
        .limit(most)
    )
    return [
        Deed(row.id, row.at, row.who, row.deed, row.subject, row.subject_id, row.code, row.department, row.detail)
        for row in rows
    ]


def _heads(reader: str, scope: tuple[str, ...] | None, wanted: Filter, most: int) -> CompoundSelect[Any]:
    """The newest of each reason for which she may read a deed, each by its own index: a log of years is not sorted for
    one page of it."""
    to_her = (audit_event.c.subject == "agent") & (audit_event.c.subject_id == wanted.person)
    about = (audit_event.c.who == wanted.person, to_her) if wanted.person else (true(),)
    newest = select(audit_event.c.id).where(*_filters(wanted)).order_by(audit_event.c.id.desc()).limit(most)
    parts = [newest.where(may, whom) for may in _readable(reader, scope) for whom in about]
    return union(*(select(part.subquery()) for part in parts))


def _readable(reader: str, scope: tuple[str, ...] | None) -> tuple[ColumnElement[bool], ...]:
    """One of these must be so."""
    if scope is None:
        return (true(),)
    return (*(audit_event.c.department == one for one in scope), audit_event.c.who == reader)


def _may_read(reader: str, scope: tuple[str, ...] | None) -> ColumnElement[bool]:
    """A supervisor reads what was done to her departments' matters, and her own deeds; sign-ins and accounts are the
    administrators'."""
    return or_(*_readable(reader, scope))


def _filters(wanted: Filter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.deed:
        found.append(audit_event.c.deed == wanted.deed)
    if wanted.since is not None:
        found.append(audit_event.c.at >= wanted.since)
    if wanted.until is not None:
        found.append(audit_event.c.at < wanted.until)
    if wanted.before is not None:
        found.append(audit_event.c.id < wanted.before)
    return found


def names(connection: Connection, reader: str, scope: tuple[str, ...] | None) -> dict[str, str]:
    """Of everybody whose deeds the reader may see, for the filter; by id."""
    if scope is None:
        rows = connection.execute(select(agent.c.id, agent.c.name).order_by(agent.c.name))
    else:
        seen = select(audit_event.c.who).where(_may_read(reader, scope)).distinct()
        rows = connection.execute(select(agent.c.id, agent.c.name).where(agent.c.id.in_(seen)).order_by(agent.c.name))
    return {row.id: row.name for row in rows}
