"""The record's figures for ``/metrics``: counts, ages and codes, never a person's. Each query is served by an index,
however many calls the record holds; conditions stand in the partial indexes' own words."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, case, func, or_, select, text

from adapters.schema import (
    alarm,
    callback_request,
    outbox,
    process_start,
    recording,
    ringing_stop,
    route_decision,
    supervisor_item,
    tally,
    test_call,
)

REQUEST, RECORDING = callback_request, recording
REQUESTED = text("callback_request.state = 'requested'")
UNDONE = text("outbox.done_machine IS NULL")
OPEN_ITEM = text("supervisor_item.closed_at IS NULL")
AT_PROVIDER = text("recording.removed_machine IS NULL")
MANY_TRIES = 3


def oldest_due(connection: Connection, desks: Iterable[str], now: datetime) -> datetime | None:
    """Since when the longest waiting callback may be dealt; each desk's first is the first of its index."""
    firsts = [
        select(REQUEST.c.due_at)
        .where(REQUESTED, REQUEST.c.desk == desk, REQUEST.c.due_at <= now, REQUEST.c.contact == "ring")
        .order_by(REQUEST.c.due_at)
        .limit(1)
        .scalar_subquery()
        for desk in desks
    ]
    if not firsts:
        return None
    found = connection.execute(select(*firsts)).one()
    return min((one for one in found if one is not None), default=None)


def orders(connection: Connection, long: Iterable[str], machine: float) -> Mapping[str, Any]:
    """Of the outbox: due and undone, the oldest of them, and those that fail again and again; long work apart."""
    takes_long = outbox.c.kind.in_(sorted(long))
    query = select(
        func.sum(case((takes_long, 0), else_=1)).label("quick"),
        func.sum(case((takes_long, 1), else_=0)).label("long"),
        func.min(case((takes_long, None), else_=outbox.c.due_machine)).label("quick_oldest"),
        func.min(case((takes_long, outbox.c.due_machine), else_=None)).label("long_oldest"),
        func.sum(case((outbox.c.tries >= MANY_TRIES, 1), else_=0)).label("failing"),
    )
    return dict(connection.execute(query.where(UNDONE, outbox.c.due_machine <= machine)).mappings().one())


def beats(connection: Connection) -> Mapping[str, float]:
    """The last sign of life of each kind of clock process, machine time."""
    found = connection.execute(select(process_start.c.kind, process_start.c.beat_machine))
    return {row.kind: row.beat_machine for row in found if row.kind.startswith("clock")}


def unfinished_sound(connection: Connection) -> tuple[int, datetime | None]:
    """Announced by the provider, wanted, and not in the vault yet; since when."""
    wanted = and_(RECORDING.c.stored_machine.is_(None), RECORDING.c.failed.is_(None), RECORDING.c.deleted_at.is_(None))
    spoken = or_(RECORDING.c.kind != "talk", RECORDING.c.state.in_(("ended", "kept")))
    query = select(func.count(), func.min(RECORDING.c.made_at)).where(
        AT_PROVIDER, wanted, spoken, RECORDING.c.state.not_in(("draft", "dropped"))
    )
    count, since = connection.execute(query).one()
    return int(count), since


def routes_since(connection: Connection, since: datetime) -> Mapping[str, int]:
    """Where callers were led, by kind of route."""
    query = select(route_decision.c.route, func.count()).where(route_decision.c.at >= since)
    return {str(route): int(count) for route, count in connection.execute(query.group_by(route_decision.c.route))}


def open_items(connection: Connection) -> Mapping[str, int]:
    query = select(supervisor_item.c.kind, func.count()).where(OPEN_ITEM).group_by(supervisor_item.c.kind)
    return {str(kind): int(count) for kind, count in connection.execute(query)}


def stopped(connection: Connection) -> frozenset[str]:
    return frozenset(connection.scalars(select(ringing_stop.c.kind).where(ringing_stop.c.ended_at.is_(None))))


def alarms(connection: Connection) -> frozenset[str]:
    return frozenset(connection.scalars(select(alarm.c.kind).where(alarm.c.ended_at.is_(None))))


def tallies(connection: Connection) -> Mapping[tuple[str, str], int]:
    rows = connection.execute(select(tally.c.name, tally.c.label, tally.c.count).order_by(tally.c.name, tally.c.label))
    return {(name, label): int(number) for name, label, number in rows}


def last_test_call(connection: Connection) -> Mapping[str, Any] | None:
    """The latest that is over."""
    over = select(test_call).where(test_call.c.result.is_not(None)).order_by(test_call.c.slot.desc()).limit(1)
    found = connection.execute(over).mappings().first()
    return None if found is None else dict(found)
