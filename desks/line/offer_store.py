"""Offers and their guarded steps."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, or_, select, update

from adapters.schema import offer
from desks.line.duty_store import OPEN_OFFER
from desks.line.offer_machine import OFFER, OfferEvent

OFFERED = offer


def offer_by_token(connection: Connection, token: str, *, held: bool = False) -> RowMapping | None:
    """``held``: for writing. Every writer takes the offer before its matter, and one that a colleague has handed over
    behind the colleague's own, so that two never wait for each other."""
    if not held:
        return connection.execute(select(OFFERED).where(OFFERED.c.token == token)).mappings().first()
    first = select(OFFERED.c.handed_over_by).where(OFFERED.c.token == token).scalar_subquery()
    both = select(OFFERED).where(or_(OFFERED.c.token == token, OFFERED.c.token == first))
    in_order = both.order_by(OFFERED.c.token == token).with_for_update()  # false comes first
    found = [row for row in connection.execute(in_order).mappings() if row["token"] == token]
    return found[0] if found else None


def rung_in_vain(connection: Connection, requests: Collection[str]) -> frozenset[str]:
    """Of these requests: whose last ring at the resident's reached nobody. A machine is nobody."""
    if not requests:
        return frozenset()
    rings = select(OFFERED.c.request_id, OFFERED.c.connected_at, OFFERED.c.outcome).where(
        OFFERED.c.request_id.in_(requests), OFFERED.c.accepted_at.is_not(None)
    )
    last = {row.request_id: row for row in connection.execute(rings.order_by(OFFERED.c.accepted_at))}
    return frozenset(name for name, row in last.items() if row.connected_at is None or row.outcome == "machine")


def offer_of_agent(connection: Connection, agent_id: str) -> RowMapping | None:
    query = select(OFFERED).where(OFFERED.c.agent_id == agent_id, OPEN_OFFER)
    return connection.execute(query).mappings().first()


def offer_of_caller(connection: Connection, line_id: str) -> RowMapping | None:
    """For writing: taken before its matter, as everywhere."""
    query = select(OFFERED).where(OFFERED.c.caller_id == line_id, OPEN_OFFER)
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


@dataclass(frozen=True)
class Skip:
    """An agent was offered the matter and did not take it."""

    at: datetime
    agent_id: str
    outcome: str  # declined | unanswered | lost | unknown | busy | withdrawn | caller_gone
    reason: str | None  # of a decline


def skips(connection: Connection, matter_id: str) -> tuple[Skip, ...]:
    """Who passed over a waiting caller or a request, in order of time."""
    of_matter = or_(OFFERED.c.caller_id == matter_id, OFFERED.c.request_id == matter_id)
    ended = (OFFERED.c.accepted_at.is_(None), OFFERED.c.ended_at.is_not(None))
    query = select(OFFERED.c.ended_at, OFFERED.c.agent_id, OFFERED.c.outcome, OFFERED.c.reason)
    rows = connection.execute(query.where(of_matter, *ended).order_by(OFFERED.c.ended_at, OFFERED.c.token))
    return tuple(Skip(*row) for row in rows)
