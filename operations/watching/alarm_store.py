"""Alarms in SQL: what is wrong now, since when, and the facts that tell it. What is wrong is judged in ``judging``."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select, text, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from adapters.ids import new_id
from adapters.schema import alarm, callback_request, offer, process_start, route_decision, supervisor_item
from adapters.schema import waiting_caller as caller
from desks.line.dealing import FreeAgent
from desks.queue.queue_store import IN_LINE
from operations.watching.model import Answering, Finding, Waiting

SKIPPED = text("offer.accepted_at IS NULL AND offer.ended_at IS NOT NULL")
REFUSED = timedelta(minutes=5)  # a matter that an agent declined is not offered to her again so soon
RESTED = timedelta(seconds=20)  # free so long: what came at this very moment is on its way to her
IN_VAIN = ("unanswered", "unknown")
NOBODY = "nobody"  # the route of a caller to an open desk without anybody on duty
OURS = ("clock", "web", "record")  # kinds of process_start: what came before their beginning could not be noted


def answering(
    connection: Connection, free: Sequence[FreeAgent], now: datetime, lately: timedelta, turned_away: timedelta
) -> Answering:
    accepted = connection.scalar(select(func.count()).where(offer.c.accepted_at >= now - lately)) or 0
    skipped = select(offer.c.agent_id).where(SKIPPED, offer.c.ended_at >= now - lately, offer.c.outcome.in_(IN_VAIN))
    agents = list(connection.scalars(skipped))
    away = select(func.count(func.distinct(route_decision.c.call_sid))).where(
        route_decision.c.at >= now - turned_away, route_decision.c.route == NOBODY
    )
    return Answering(
        waiting=tuple(_waiting(connection, free, now)),
        answered=int(accepted),
        in_vain=len(set(agents)),
        failed_rings=len(agents),
        turned_away=int(connection.scalar(away) or 0),
    )


def _waiting(connection: Connection, free: Sequence[FreeAgent], now: datetime) -> Iterable[Waiting]:
    query = select(caller).where(IN_LINE, caller.c.state == "waiting", caller.c.offer_token.is_(None))
    for row in connection.execute(query).mappings().all():
        yield Waiting((now - row["joined_at"]).total_seconds(), _could_be_dealt(connection, row, free, now))


def _could_be_dealt(connection: Connection, row: RowMapping, free: Sequence[FreeAgent], now: datetime) -> bool:
    desk, language = row["desk"], row["service_language"]
    fitting = {
        one.id for one in free if desk in one.desks and language in one.languages and one.idle_since <= now - RESTED
    }
    if not fitting:
        return False
    offered = select(offer.c.agent_id).where(offer.c.caller_id == row["id"], offer.c.made_at > now - REFUSED)
    return bool(fitting - set(connection.scalars(offered)))


def last_in(connection: Connection) -> datetime | None:
    """The latest caller who reached a topic or was promised something."""
    found = (
        connection.scalar(select(func.max(route_decision.c.at))),
        connection.scalar(select(func.max(callback_request.c.created_at))),
    )
    return max((one for one in found if one is not None), default=None)


def at_work_since(connection: Connection, now: datetime, machine: float) -> datetime:
    """We, or the record, were away before."""
    started = connection.scalar(select(func.max(process_start.c.started_machine)).where(process_start.c.kind.in_(OURS)))
    return now if started is None else now - timedelta(seconds=max(0.0, machine - float(started)))


# --- alarms --------------------------------------------------------------------------------------------------------


def running(connection: Connection) -> Sequence[RowMapping]:
    """The oldest first."""
    query = select(alarm).where(alarm.c.ended_at.is_(None)).order_by(alarm.c.made_at)
    return connection.execute(query).mappings().all()


def latest(connection: Connection, most: int) -> Sequence[RowMapping]:
    """Those that run and those that are over, the newest first."""
    return connection.execute(select(alarm).order_by(alarm.c.made_at.desc()).limit(most)).mappings().all()


def begin(connection: Connection, found: Finding, now: datetime) -> bool:
    """False: it runs already, perhaps begun by a neighbour of this very instant."""
    row = {"id": new_id(), "kind": found.kind, "figure": found.figure[:40], "made_at": now}
    one_open: Any = {"index_elements": [alarm.c.kind], "index_where": alarm.c.ended_at.is_(None)}
    make = sqlite_insert if connection.dialect.name == "sqlite" else postgres_insert
    begun = make(alarm).values(**row).on_conflict_do_nothing(**one_open).returning(alarm.c.id)
    return connection.scalar(begun) is not None


def ran_lately(connection: Connection, kind: str, since: datetime) -> bool:
    """One of this kind has ended since then."""
    ended = select(alarm.c.id).where(alarm.c.kind == kind, alarm.c.ended_at >= since)
    return connection.execute(ended.limit(1)).first() is not None


def answered_since(connection: Connection, since: datetime) -> bool:
    """Somebody has taken a matter."""
    return connection.execute(select(offer.c.token).where(offer.c.accepted_at >= since).limit(1)).first() is not None


def still(connection: Connection, kind: str) -> None:
    connection.execute(
        update(alarm).where(alarm.c.kind == kind, alarm.c.ended_at.is_(None)).values(clear_since_at=None)
    )


def clear(connection: Connection, kind: str, now: datetime) -> None:
    """Nothing is wrong at the moment; the first such moment is kept."""
    mine = (alarm.c.kind == kind, alarm.c.ended_at.is_(None), alarm.c.clear_since_at.is_(None))
    connection.execute(update(alarm).where(*mine).values(clear_since_at=now))


def end(connection: Connection, kind: str, now: datetime) -> bool:
    """Off the supervisors' list too."""
    mine = (alarm.c.kind == kind, alarm.c.ended_at.is_(None))
    if connection.execute(update(alarm).where(*mine).values(ended_at=now)).rowcount != 1:
        return False
    listed = (supervisor_item.c.kind == kind, supervisor_item.c.closed_at.is_(None))
    connection.execute(update(supervisor_item).where(*listed).values(closed_at=now))
    return True
