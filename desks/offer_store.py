"""Offers and their guarded steps."""

from typing import Any

from sqlalchemy import Connection, RowMapping, and_, select, update

from adapters.schema import offer
from desks.offer_machine import OFFER, OPEN_OFFER_STATES, OfferEvent

OFFERED = offer


def offer_by_token(connection: Connection, token: str, *, held: bool = False) -> RowMapping | None:
    """``held``: for writing. Every writer takes the offer before its matter, so that two never wait for each other."""
    query = select(OFFERED).where(OFFERED.c.token == token)
    return connection.execute(query.with_for_update() if held else query).mappings().first()


def offer_of_agent(connection: Connection, agent_id: str) -> RowMapping | None:
    query = select(OFFERED).where(OFFERED.c.agent_id == agent_id, OFFERED.c.state.in_(OPEN_OFFER_STATES))
    return connection.execute(query).mappings().first()


def offer_of_caller(connection: Connection, line_id: str) -> RowMapping | None:
    """For writing: taken before its matter, as everywhere."""
    query = select(OFFERED).where(OFFERED.c.caller_id == line_id, OFFERED.c.state.in_(OPEN_OFFER_STATES))
    return connection.execute(query.with_for_update()).mappings().first()


def move_offer(connection: Connection, token: str, event: OfferEvent, **values: Any) -> bool:
    """One guarded step of an offer; False changes nothing."""
    row = offer_by_token(connection, token)
    goal = OFFER.transitions.get((row["state"], event)) if row is not None else None
    if row is None or goal is None:
        return False
    same = and_(OFFERED.c.token == token, OFFERED.c.state == row["state"])
    return connection.execute(update(OFFERED).where(same).values(state=goal, **values)).rowcount == 1


def note_offer(connection: Connection, token: str, **values: Any) -> None:
    connection.execute(update(OFFERED).where(OFFERED.c.token == token).values(**values))
