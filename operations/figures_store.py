"""The record's figures for ``/metrics``: counts, ages and codes, never a person's. Each query is served by an index,
however many calls the record holds; conditions stand in the partial indexes' own words."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, case, func, or_, select, text

from adapters.pace import PACED
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
from desks.line.line_store import may_be_rung

REQUEST, RECORDING = callback_request, recording
REQUESTED = text("callback_request.state = 'requested'")
UNDONE = text("outbox.done_machine IS NULL")
OPEN_ITEM = text("supervisor_item.closed_at IS NULL")
AT_PROVIDER = text("recording.removed_machine IS NULL")
MANY_TRIES, MANY_TRIES_OF_LONG = 3, 12  # the latter may be put off for an hour as a matter of course
TEXT = "send_text"


def oldest_due(connection: Connection, desks: Iterable[str], now: datetime) -> datetime | None:
    """Since when the longest waiting callback may be dealt; each desk's first is the first of its index."""
    return _first(connection, [_of_desk(desk, now) for desk in desks])


def oldest_to_deal(connection: Connection, served: Mapping[str, Iterable[str]], now: datetime) -> datetime | None:
    """The same of those that somebody free could take: ``served``: the languages that free agents speak, by desk."""
    return _first(
        connection, [_of_desk(desk, now).where(REQUEST.c.language.in_(spoken)) for desk, spoken in served.items()]
    )


def _of_desk(desk: str, now: datetime) -> Select[tuple[datetime]]:
    due = select(REQUEST.c.due_at).where(REQUESTED, REQUEST.c.desk == desk, REQUEST.c.due_at <= now, may_be_rung(now))
    return due.order_by(REQUEST.c.due_at).limit(1)


def _first(connection: Connection, each: Sequence[Select[tuple[datetime]]]) -> datetime | None:
    if not each:
        return None
    found = connection.execute(select(*(one.scalar_subquery() for one in each))).one()
    return min((one for one in found if one is not None), default=None)


def orders(connection: Connection, long: Iterable[str], machine: float) -> Mapping[str, tuple[int, float | None]]:
    """Of the outbox: what should have been done by now, by ``quick``, ``texts`` and ``long``: how many, and the first
    one's time. Its next try may be some way off: one that fails is due for a moment only."""
    texts, takes_long = outbox.c.kind == TEXT, outbox.c.kind.in_(sorted(long))
    work = case((texts, "texts"), (takes_long, "long"), else_="quick")
    tried = and_(outbox.c.tries > 0, ~texts, ~takes_long)
    since = case((tried, outbox.c.made_machine), else_=outbox.c.due_machine)
    late = or_(outbox.c.due_machine <= machine, tried)
    query = select(work.label("work"), func.count().label("number"), func.min(since).label("oldest"))
    found = connection.execute(query.where(UNDONE, late).group_by(work))
    return {row.work: (row.number, row.oldest) for row in found}


def failing(connection: Connection, long: Iterable[str]) -> int:
    """Orders that were tried again and again, whenever the next try is; not those that wait for a turn of their lane,
    which a whole provider's "too many" puts off alike."""
    many = case((outbox.c.kind.in_(sorted(long)), MANY_TRIES_OF_LONG), else_=MANY_TRIES)
    query = select(func.count()).where(UNDONE, outbox.c.tries >= many, outbox.c.kind.not_in(sorted(PACED)))
    return int(connection.scalar(query) or 0)


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


def clock_since(connection: Connection) -> float | None:
    """When the clock process began, which makes our own calls; machine time."""
    found = connection.scalar(select(process_start.c.started_machine).where(process_start.c.kind == "clock"))
    return None if found is None else float(found)


def last_test_call(connection: Connection) -> Mapping[str, Any] | None:
    """The latest that is over."""
    over = select(test_call).where(test_call.c.result.is_not(None)).order_by(test_call.c.slot.desc()).limit(1)
    found = connection.execute(over).mappings().first()
    return None if found is None else dict(found)
