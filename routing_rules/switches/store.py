"""Quick switches in SQL: made, ended, those that are on. No rules about who may make which."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, or_, select, update

from adapters.schema import rules_switch
from routing_rules.switches.model import KINDS, Kind, Switch


@dataclass(frozen=True)
class Kept:
    """A switch with who made it and why, and who ended it before its time: for the supervisors' pages."""

    switch: Switch
    author: str
    reason: str
    ended_at: datetime | None = None
    ended_by: str | None = None


def alone(connection: Connection) -> None:
    """Until the commit nobody else makes a switch; reading goes on. SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("LOCK TABLE rules_switch IN SHARE ROW EXCLUSIVE MODE")


def add(connection: Connection, kept: Kept) -> None:
    one = kept.switch
    connection.execute(
        insert(rules_switch).values(
            id=one.id,
            kind=one.kind,
            department=one.department,
            topic=one.topic,
            goal=one.goal,
            reason=kept.reason,
            author=kept.author,
            made_at=one.made_at,
            until_at=one.until,
        )
    )


def end(connection: Connection, switch_id: str, who: str, now: datetime) -> bool:
    """False: nobody knows it, somebody has ended it already, or its own end has come."""
    mine = (rules_switch.c.id == switch_id, rules_switch.c.ended_at.is_(None), rules_switch.c.until_at > now)
    row = update(rules_switch).where(*mine).values(ended_at=now, ended_by=who)
    return connection.execute(row).rowcount == 1


def get(connection: Connection, switch_id: str) -> Kept | None:
    row = connection.execute(select(rules_switch).where(rules_switch.c.id == switch_id)).mappings().first()
    return None if row is None else _kept(row)


def kept_running(connection: Connection, now: datetime) -> tuple[Kept, ...]:
    """In the order they were made."""
    return _read(connection, rules_switch.c.ended_at.is_(None), rules_switch.c.until_at > now)


def running(connection: Connection, now: datetime) -> tuple[Switch, ...]:
    """What every process asks each second: only what holds."""
    return tuple(kept.switch for kept in kept_running(connection, now))


def kept_ended(connection: Connection, since: datetime, now: datetime) -> tuple[Kept, ...]:
    """Those that a person or their own time has ended since then, in the order they were made."""
    by_person = rules_switch.c.ended_at >= since
    by_itself = rules_switch.c.ended_at.is_(None) & rules_switch.c.until_at.between(since, now)
    return _read(connection, or_(by_person, by_itself))


def _read(connection: Connection, *where: Any) -> tuple[Kept, ...]:
    query = select(rules_switch).where(*where).order_by(rules_switch.c.made_at, rules_switch.c.id)
    return tuple(_kept(row) for row in connection.execute(query).mappings())


def _kept(row: RowMapping) -> Kept:
    kind = _kind(row["kind"])
    one = Switch(row["id"], kind, row["department"], row["topic"], row["goal"], row["made_at"], row["until_at"])
    return Kept(one, row["author"], row["reason"], row["ended_at"], row["ended_by"])


def _kind(written: str) -> Kind:
    return next(kind for kind in KINDS if kind == written)
