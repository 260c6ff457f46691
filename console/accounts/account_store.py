"""Accounts in SQL, for administrators. Statements only, no rules."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, func, insert, select, update

from adapters.schema import agent, session
from console.accounts.account_model import Person


@dataclass(frozen=True)
class Living:
    """Sessions that are neither older nor longer idle than this. Machine times."""

    created_since: float
    seen_since: float


NO_MATTER = Living(0.0, 0.0)


def people(connection: Connection, living: Living) -> tuple[Person, ...]:
    rows = connection.execute(_people(living).order_by(agent.c.active.desc(), func.lower(agent.c.name), agent.c.id))
    return tuple(_person(row) for row in rows.mappings())


def person(connection: Connection, agent_id: str, living: Living = NO_MATTER) -> Person | None:
    row = connection.execute(_people(living).where(agent.c.id == agent_id)).mappings().first()
    return None if row is None else _person(row)


def _people(living: Living) -> Select[Any]:
    hers = (
        select(func.count())
        .select_from(session)
        .where(
            session.c.agent_id == agent.c.id,
            session.c.created_machine >= living.created_since,
            session.c.seen_machine >= living.seen_since,
        )
    )
    return select(agent, hers.scalar_subquery().label("sessions"))


def _person(row: RowMapping) -> Person:
    return Person(
        row["id"],
        row["sign_in"],
        row["name"],
        row["role"],
        tuple(json.loads(row["departments"])),
        tuple(json.loads(row["languages"])),
        row["telephone"],
        row["reserve_telephone"],
        row["active"],
        row["must_change_password"],
        row["subject"] is not None,
        row["sessions"],
        row["demo"],
        row["owns_rules"],
    )


def names(connection: Connection) -> dict[str, str]:
    return {row.id: row.name for row in connection.execute(select(agent.c.id, agent.c.name))}


def password_hash(connection: Connection, agent_id: str) -> str | None:
    found: str | None = connection.scalar(select(agent.c.password_hash).where(agent.c.id == agent_id))
    return found


def id_of(connection: Connection, sign_in: str) -> str | None:
    found: str | None = connection.scalar(select(agent.c.id).where(func.lower(agent.c.sign_in) == sign_in))
    return found


def administrators(connection: Connection) -> list[str]:
    return list(connection.execute(select(agent.c.id).where(_is_administrator())).scalars())


def hold_administrators(connection: Connection) -> list[str]:
    """The ids of all active administrators, locked: two who demote each other at one instant wait for one another."""
    active = select(agent.c.id).where(_is_administrator()).order_by(agent.c.id).with_for_update()
    return list(connection.execute(active).scalars())


def _is_administrator() -> ColumnElement[bool]:
    return (agent.c.role == "administrator") & agent.c.active


def demo_accounts(connection: Connection) -> int:
    counted = select(func.count()).select_from(agent).where(agent.c.demo, agent.c.active)
    return connection.execute(counted).scalar_one()


def add(connection: Connection, row: Mapping[str, object]) -> None:
    """IntegrityError: the sign-in name is taken."""
    connection.execute(insert(agent).values(**row))


def change(connection: Connection, agent_id: str, values: Mapping[str, object]) -> None:
    connection.execute(update(agent).where(agent.c.id == agent_id).values(**values))


def replace_password(connection: Connection, agent_id: str, kept: str, fresh: str) -> bool:
    """Her own choice in place of ``kept``; False when that is no longer her password."""
    hers = update(agent).where(agent.c.id == agent_id, agent.c.password_hash == kept, agent.c.active)
    return connection.execute(hers.values(password_hash=fresh, must_change_password=False)).rowcount == 1


def subject_holder(connection: Connection, subject: str) -> str | None:
    """The active agent whom the city's own sign-in knows by this subject."""
    one = select(agent.c.id).where(agent.c.subject == subject, agent.c.active)
    found: str | None = connection.scalar(one)
    return found


def bind_subject(connection: Connection, sign_in: str, subject: str) -> str | None:
    """The active agent of this sign-in name, bound now; None: nobody, or somebody who is bound already."""
    free = update(agent).where(func.lower(agent.c.sign_in) == sign_in, agent.c.active, agent.c.subject.is_(None))
    found: str | None = connection.execute(free.values(subject=subject).returning(agent.c.id)).scalar()
    return found
