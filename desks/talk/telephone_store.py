"""The agent's telephone in SQL: which of her pages rings, what that page says of it, and the number in reserve.

One page at a time: the telephone of an older one falls silent when a newer one takes it over. Machine time only.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, or_, select, update

from adapters.schema import agent, presence
from desks.line.duty_store import HEARTBEAT_SECONDS

BROKEN = ("failed", "microphone")  # the page cannot be rung


@dataclass(frozen=True)
class Page:
    """What is on record of the page that rings."""

    state: str
    tab: str | None
    telephone: str | None
    heartbeat: float


def page_of(connection: Connection, agent_id: str) -> Page | None:
    row = connection.execute(select(presence).where(presence.c.agent_id == agent_id)).mappings().first()
    return Page(row["state"], row["tab"], row["telephone"], row["heartbeat_machine"]) if row is not None else None


def first_page(connection: Connection, agent_id: str, tab: str, telephone: str, now: datetime, machine: float) -> None:
    """She has signed in and not begun: her page has the telephone already, and nobody is offered to her yet."""
    connection.execute(
        insert(presence).values(
            agent_id=agent_id, state="offline", reason=None, since_at=now, idle_since_at=now,
            heartbeat_machine=machine, tab=tab, telephone=telephone,
        )
    )  # fmt: skip


def beats(connection: Connection, agent_id: str, machine: float, **values: str) -> bool:
    mine = update(presence).where(presence.c.agent_id == agent_id)
    return connection.execute(mine.values(heartbeat_machine=machine, **values)).rowcount == 1


def beats_without_a_page(connection: Connection, agent_id: str, machine: float) -> bool:
    """A sign of life from where no telephone is: it counts only while no page of hers is to ring."""
    mine = update(presence).where(presence.c.agent_id == agent_id)
    own = select(agent.c.id).where(agent.c.id == agent_id, agent.c.telephone.is_not(None))
    counts = mine.where(or_(presence.c.tab.is_(None), own.exists()))
    return connection.execute(counts.values(heartbeat_machine=machine)).rowcount == 1


def set_away(connection: Connection, agent_id: str, now: datetime) -> None:
    mine = (presence.c.agent_id == agent_id, presence.c.state == "available")
    connection.execute(update(presence).where(*mine).values(state="away", reason="telephone", since_at=now))


def is_silent(page: Page, machine: float) -> bool:
    return page.tab is None or machine - page.heartbeat > HEARTBEAT_SECONDS


def has_reserve(connection: Connection, agent_id: str) -> bool:
    return connection.scalar(select(agent.c.reserve_telephone).where(agent.c.id == agent_id)) is not None


def rung_at(connection: Connection, agent_id: str) -> tuple[str, bool]:
    """(whom the provider rings, whether it is a telephone of her own, where she accepts with a key).

    Her own instead of the browser's, if the city has given her one; else the browser; and the number in reserve while
    her page says that its telephone does not work.
    """
    query = select(agent.c.telephone, agent.c.reserve_telephone, presence.c.telephone.label("page"))
    joined = query.join(presence, presence.c.agent_id == agent.c.id, isouter=True)
    row = connection.execute(joined.where(agent.c.id == agent_id)).one()
    own = row.telephone or (row.reserve_telephone if row.page in BROKEN else None)
    return (own, True) if own else (f"client:{agent_id}", False)
