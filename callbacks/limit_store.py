"""The caps in SQL: what is stopped for the whole city, who ended it, and the figures a limit is judged by.

What is too much stands in ``callbacks.limits``; when it is judged, in ``callbacks.limit_watch``.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, or_, select, update

from adapters.clock import Clock
from adapters.database import Transaction
from adapters.schema import ringing_stop, supervisor_item
from desks import audit

CITY = "city"
LISTED = "limit"  # the kind of the supervisor's item that tells of a stop; its detail is the stop's id
STOP, ITEM = ringing_stop, supervisor_item


@dataclass(frozen=True)
class Stop:
    """A limit of the whole city was met; nobody is rung or promised a ring for it until it ends."""

    id: str
    kind: str  # callbacks.limits.CityLimit
    figure: str  # what was counted, and against what
    made_at: datetime
    until_at: datetime | None  # it runs out by itself


def stopped(connection: Connection, now: datetime) -> frozenset[str]:
    """Whose ringing is stopped at the moment: ``city``, or nobody's."""
    running = select(STOP.c.id).where(STOP.c.ended_at.is_(None), or_(STOP.c.until_at.is_(None), STOP.c.until_at > now))
    return frozenset() if connection.scalar(running.limit(1)) is None else frozenset({CITY})


def stops(connection: Connection) -> tuple[Stop, ...]:
    """Those that nobody has ended, the oldest first; one that has just run out is ended by the next watch."""
    rows = connection.execute(select(STOP).where(STOP.c.ended_at.is_(None)).order_by(STOP.c.made_at, STOP.c.id))
    return tuple(Stop(row.id, row.kind, row.figure, row.made_at, row.until_at) for row in rows)


def end_stop(tx: Transaction, clock: Clock, stop_id: str, who: str) -> bool:
    """A supervisor lets the city ring again; from now on it is counted anew. False: unknown, or ended already."""
    if not _end(tx.connection, stop_id, clock.now(), who):
        return False
    audit.note(tx, clock, who, "end_stop", "stop", stop_id)
    return True


def _end(connection: Connection, stop_id: str, now: datetime, who: str) -> bool:
    """Its item leaves the supervisor's list with it."""
    mine = and_(STOP.c.id == stop_id, STOP.c.ended_at.is_(None))
    if connection.execute(update(STOP).where(mine).values(ended_at=now, ended_by=who)).rowcount != 1:
        return False
    listed = and_(ITEM.c.kind == LISTED, ITEM.c.detail == stop_id, ITEM.c.closed_at.is_(None))
    connection.execute(update(ITEM).where(listed).values(closed_at=now))
    return True
