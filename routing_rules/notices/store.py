"""Disruption notices in SQL: put on air, taken off, those that are on. No rules about what may be said."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, or_, select, update

from adapters.schema import notice
from routing_rules.model import Notice


@dataclass(frozen=True)
class Kept:
    """A notice with who put it on air and when (business time): for the supervisors' page."""

    notice: Notice
    author: str
    made_at: datetime


def alone(connection: Connection) -> None:
    """Until the commit nobody else puts anything on air; reading goes on. SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("LOCK TABLE notice IN SHARE ROW EXCLUSIVE MODE")


def add(connection: Connection, kept: Kept) -> None:
    connection.execute(
        insert(notice).values(
            id=kept.notice.id,
            words=json.dumps(dict(kept.notice.words), ensure_ascii=False),
            topics=json.dumps(kept.notice.topics),
            made_at=kept.made_at,
            until_at=kept.notice.until,
            author=kept.author,
        )
    )


def end(connection: Connection, notice_id: str, now: datetime) -> bool:
    """False: nobody knows it, or somebody has taken it off already."""
    row = update(notice).where(notice.c.id == notice_id, notice.c.ended_at.is_(None)).values(ended_at=now)
    return connection.execute(row).rowcount == 1


def on_air(connection: Connection, now: datetime) -> tuple[Kept, ...]:
    """In the order they were made."""
    running = or_(notice.c.until_at.is_(None), notice.c.until_at > now)
    rows = connection.execute(select(notice).where(notice.c.ended_at.is_(None), running).order_by(notice.c.made_at))
    return tuple(
        Kept(
            Notice(row.id, json.loads(row.words), tuple(json.loads(row.topics)), row.until_at), row.author, row.made_at
        )
        for row in rows
    )
