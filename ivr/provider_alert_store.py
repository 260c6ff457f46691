"""What the provider complains of, in SQL: each complaint once, counted for good, kept for a month."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping, delete, func, select

from adapters.database import insert_once
from adapters.schema import provider_alert

KEEP = timedelta(days=30)


def keep(connection: Connection, row: Mapping[str, object]) -> bool:
    """False: it has been told before."""
    return insert_once(connection, provider_alert, row, ("sid",))


def forget_old(connection: Connection, now: datetime) -> None:
    connection.execute(delete(provider_alert).where(provider_alert.c.came_at < now - KEEP))


def by_code(connection: Connection, since: datetime) -> Sequence[RowMapping]:
    """Each code with how often and when last, the latest first."""
    alert = provider_alert
    query = select(
        alert.c.code, alert.c.level, alert.c.step, func.count().label("count"), func.max(alert.c.came_at).label("last")
    ).where(alert.c.came_at >= since)
    grouped = query.group_by(alert.c.code, alert.c.level, alert.c.step)
    return connection.execute(grouped.order_by(func.max(alert.c.came_at).desc())).mappings().all()
