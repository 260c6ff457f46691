"""Rows of paused desks."""

from datetime import datetime

from sqlalchemy import BindParameter, ColumnElement, Connection, and_, bindparam, insert, or_, select, update

from adapters.ids import new_id
from adapters.schema import UtcTime, desk_pause


def paused(connection: Connection, now: datetime) -> frozenset[str]:
    """Desks that a supervisor has paused: no caller is led there and no callback is dealt from them, urgent ones
    excepted; callers who wait there already are still answered."""
    return frozenset(connection.scalars(_PAUSED, {"now": now}))


def begin(connection: Connection, desk: str, reason: str, now: datetime, until: datetime | None, who: str) -> str:
    pause_id = new_id()
    values = {"id": pause_id, "desk": desk, "reason": reason, "made_at": now, "until_at": until, "author": who}
    connection.execute(insert(desk_pause).values(**values))
    return pause_id


def end(connection: Connection, desk: str, now: datetime) -> bool:
    """False: it was not paused."""
    running = update(desk_pause).where(desk_pause.c.desk == desk, _runs(now))
    return connection.execute(running.values(ended_at=now)).rowcount > 0


def _runs(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    return and_(desk_pause.c.ended_at.is_(None), or_(desk_pause.c.until_at.is_(None), desk_pause.c.until_at > now))


_PAUSED = select(desk_pause.c.desk).where(_runs(bindparam("now", type_=UtcTime())))
