"""Whose matter it is, in SQL: the agent who began it is asked first, as long as she works here."""

from sqlalchemy import Connection, select, update

from adapters.schema import agent
from callbacks.step_store import REQUEST
from callbacks.store import IS_OPEN

_GONE = select(agent.c.id).where(agent.c.active.is_(False))


def let_go_of(connection: Connection, agent_id: str) -> int:
    """She leaves, or gives her matters away: anyone may go on with them. Returns how many were hers."""
    hers = update(REQUEST).where(IS_OPEN, REQUEST.c.owner_id == agent_id)
    return connection.execute(hers.values(owner_id=None)).rowcount


def gone(connection: Connection) -> bool:
    """Somebody's owner no longer works here, whoever closed her account."""
    return connection.scalar(select(REQUEST.c.id).where(IS_OPEN, REQUEST.c.owner_id.in_(_GONE)).limit(1)) is not None


def let_go_of_gone(connection: Connection) -> int:
    left = update(REQUEST).where(IS_OPEN, REQUEST.c.owner_id.in_(_GONE))
    return connection.execute(left.values(owner_id=None)).rowcount
