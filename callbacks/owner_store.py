"""Whose matter it is, in SQL: the agent who began it is asked first, as long as she works here."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, TextClause, select, text, update

from adapters.schema import agent
from callbacks.step_store import REQUEST
from callbacks.store import IS_OPEN

_REQUESTED = text("callback_request.state = 'requested'")
_GONE = select(agent.c.id).where(agent.c.active.is_(False))


def let_go_of(connection: Connection, agent_id: str) -> int:
    """Her account is closed: anyone may go on with her matters. Returns how many were hers."""
    hers = update(REQUEST).where(IS_OPEN, REQUEST.c.owner_id == agent_id)
    return connection.execute(hers.values(owner_id=None)).rowcount


def gone(connection: Connection, desks: Collection[str], until: datetime) -> bool:
    """Of what is due by then somebody's owner no longer works here, whoever closed her account."""
    return connection.scalar(select(REQUEST.c.id).where(*_waits_for_gone(desks, until)).limit(1)) is not None


def let_go_of_gone(connection: Connection, desks: Collection[str], until: datetime) -> int:
    left = update(REQUEST).where(*_waits_for_gone(desks, until))
    return connection.execute(left.values(owner_id=None)).rowcount


def _waits_for_gone(desks: Collection[str], until: datetime) -> tuple[ColumnElement[bool] | TextClause, ...]:
    """Only what is due waits for its owner: a few by an index, of however many that have been promised a ring."""
    return (_REQUESTED, REQUEST.c.desk.in_(desks), REQUEST.c.due_at <= until, REQUEST.c.owner_id.in_(_GONE))
