"""Who is on duty and who is free. Nothing here knows what waits."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Connection, Float, bindparam, func, or_, select, text

from adapters.schema import agent, offer, presence, process_start
from desks.line.dealing import FreeAgent, OnDuty
from desks.line.pause_store import paused
from routing_rules.routes import StaffedDesk

HEARTBEAT_SECONDS = 15.0  # machine time without a sign of life until an agent counts as gone
OUTAGE_MEMORY_SECONDS = 300.0
# A partial index serves a query only where the query says the same in the same words.
OPEN_OFFER = text("offer.state IN ('offered','accepted','dialing','connected','wrapup')")
LEG_END_SECONDS = 5.0  # machine time that a leg may take to end once its matter is closed


# Made once, at import: each look at the line asks them.
_columns = (presence.c.state, presence.c.heartbeat_machine, presence.c.idle_since_at)
_busy = presence.c.agent_id.in_(select(offer.c.agent_id).where(OPEN_OFFER)).label("busy")
_HERE = (
    select(agent.c.id, agent.c.departments, agent.c.languages, *_columns, _busy)
    .join(presence, presence.c.agent_id == agent.c.id)
    .where(agent.c.active, presence.c.state != "offline")
)
_LEG_STILL_ENDING = select(offer.c.agent_id).where(
    offer.c.ended_machine > bindparam("since", type_=Float()),
    offer.c.agent_call_sid.is_not(None),
    or_(offer.c.leg_ended_machine.is_(None), offer.c.outcome == "busy"),
)
_LAST_START = select(func.max(process_start.c.started_machine))
_SERVING_SINCE = _LAST_START.where(process_start.c.kind.in_(("web", "record")))
_WATCHED_SINCE = _LAST_START.where(process_start.c.kind.in_(("web", "record", "clock")))


@dataclass(frozen=True)
class Duty:
    """The agents on duty now: all, and those free."""

    all: tuple[OnDuty, ...]
    free: tuple[FreeAgent, ...]
    paused: frozenset[str] = frozenset()  # desks

    def staffed(self) -> tuple[StaffedDesk, ...]:
        """For routing: nobody is led to a paused desk."""
        desks = {desk for one in self.all for desk in one.desks} - self.paused
        return tuple(
            StaffedDesk(
                desk, frozenset(language for one in self.all if desk in one.desks for language in one.languages)
            )
            for desk in sorted(desks)
        )


def duty(connection: Connection, machine: float, now: datetime) -> Duty:
    """On duty: available or busy with a matter, with a sign of life. Our own outage is not held against an agent."""
    rows = connection.execute(_HERE).mappings().all()
    leaving = _leg_still_ending(connection, machine)
    started = serving_since(connection)
    on_duty: list[OnDuty] = []
    free: list[FreeAgent] = []
    for row in rows:
        available = row["state"] == "available" and alive(row["heartbeat_machine"], machine, started)
        if not (available or row["busy"]):
            continue
        desks, languages = _listed(row["departments"]), _listed(row["languages"])
        on_duty.append(OnDuty(row["id"], desks, languages))
        if available and not row["busy"] and row["id"] not in leaving:
            free.append(FreeAgent(row["id"], desks, languages, row["idle_since_at"]))
    return Duty(tuple(on_duty), tuple(free), paused(connection, now))


@lru_cache(maxsize=1024)
def _listed(column: str) -> frozenset[str]:
    return frozenset(json.loads(column))


def _leg_still_ending(connection: Connection, machine: float) -> frozenset[str]:
    """Agents whose last matter is closed but whose telephone is still in its call: it would be busy."""
    asked = {"since": machine - LEG_END_SECONDS}
    return frozenset(row.agent_id for row in connection.execute(_LEG_STILL_ENDING, asked))


def alive(heartbeat: float, machine: float, serving_since: float) -> bool:
    if machine - heartbeat <= HEARTBEAT_SECONDS:
        return True
    was_alive = 0 <= serving_since - heartbeat <= OUTAGE_MEMORY_SECONDS
    return was_alive and machine - serving_since <= HEARTBEAT_SECONDS


def serving_since(connection: Connection) -> float:
    """Since when, in machine time, heartbeats could be taken in: the web's start, or the end of an outage."""
    return float(connection.scalar(_SERVING_SINCE) or 0.0)


def watched_since(connection: Connection) -> float:
    """Since when an agent may be found lost. The clock starts before the web does, and must not find everybody lost
    whom nobody could hear yet; but nobody is dealt a matter for its start alone."""
    return float(connection.scalar(_WATCHED_SINCE) or 0.0)
