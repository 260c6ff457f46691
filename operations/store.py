"""SQL that only set-up needs: accounts made by hand, and whether anything is published. Statements, no rules."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, func, insert, select

from adapters.schema import agent, ruleset


def sign_in_names(connection: Connection) -> set[str]:
    return set(connection.execute(select(agent.c.sign_in)).scalars())


def demo_accounts(connection: Connection) -> int:
    counted = select(func.count()).select_from(agent).where(agent.c.demo, agent.c.active)
    return connection.execute(counted).scalar_one()


def accounts(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(agent).where(agent.c.active)).scalar_one()


def add_accounts(connection: Connection, rows: Iterable[Mapping[str, object]]) -> None:
    connection.execute(insert(agent), [dict(row) for row in rows])


def rulesets(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(ruleset)).scalar_one()
