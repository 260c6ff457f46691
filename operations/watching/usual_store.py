"""Usual traffic in SQL: how many calls each hour had, counted once when the hour is over and kept longer than calls."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select

from adapters.database import insert_once
from adapters.schema import route_decision, traffic_hour
from operations.watching.model import Hour

HOUR = timedelta(hours=1)
KEEP = timedelta(days=400)


def hours(connection: Connection, since: datetime) -> tuple[Hour, ...]:
    rows = connection.execute(select(traffic_hour).where(traffic_hour.c.start_at >= since))
    return tuple(Hour(row.start_at, row.calls, row.open_minutes) for row in rows)


def uncounted(connection: Connection, since: datetime, until: datetime, most: int) -> Sequence[datetime]:
    """Whole hours between, the newest first, since there is a record of calls at all."""
    first = connection.scalar(select(func.min(route_decision.c.at)))
    if first is None:
        return ()
    begin = max(since, first).replace(minute=0, second=0, microsecond=0) + HOUR  # the first one is not whole
    known = set(connection.scalars(select(traffic_hour.c.start_at).where(traffic_hour.c.start_at >= begin)))
    count = max(0, int((until - begin) / HOUR))
    every = (begin + n * HOUR for n in reversed(range(count)))
    return [one for one in every if one not in known][:most]


def calls_in(connection: Connection, start: datetime) -> int:
    """Calls that reached a topic, each once."""
    query = select(func.count(func.distinct(route_decision.c.call_sid)))
    return int(connection.scalar(query.where(route_decision.c.at >= start, route_decision.c.at < start + HOUR)) or 0)


def keep(connection: Connection, hour: Hour) -> None:
    row = {"start_at": hour.start, "calls": hour.calls, "open_minutes": hour.open_minutes}
    insert_once(connection, traffic_hour, row, ("start_at",))


def forget_old(connection: Connection, now: datetime) -> None:
    connection.execute(delete(traffic_hour).where(traffic_hour.c.start_at < now - KEEP))
