"""What stands in the line: its conditions in SQL, who skipped what, and how long talks take. It changes nothing."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    and_,
    bindparam,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    text,
    union_all,
)

from adapters.schema import UtcTime, call, callback_request, offer, supervisor_item, waiting_caller
from adapters.schema.line import IN_LINE

DECLINE_MINUTES = 5  # business time in which a matter is not offered to the same agent again
LAST_WORDS = timedelta(minutes=2)  # who still hears the promise told would be busy when rung
DEALING = 1881  # the number of PostgreSQL's lock for dealers
LISTED = 200  # rows that a person is shown or a repair takes at once
HISTORY = 50  # talks that the handling time is measured from

CALLER, OFFERED, REQUEST = waiting_caller, offer, callback_request
# A partial index serves a query only where the query says the same in the same words.
WAITING = text("waiting_caller.state = 'waiting'")
REQUESTED = text("callback_request.state = 'requested'")
OPEN_OFFER = text("offer.state IN ('offered','accepted','dialing','connected','wrapup')")
TALKED = text("offer.state = 'ended' AND offer.connected_at IS NOT NULL")
SKIPPED = text("offer.accepted_at IS NULL AND offer.ended_at IS NOT NULL")
NOW: BindParameter[datetime] = bindparam("now", type_=UtcTime())
FRESH: BindParameter[datetime] = bindparam("fresh", type_=UtcTime())  # LAST_WORDS ago


def may_be_rung(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Not whoever wants her answer in writing; and nobody whose interpreter has gone: the quarter of an hour is over,
    or this would be a second ring by policy."""
    gone = and_(REQUEST.c.interpreter.is_not(None), or_(REQUEST.c.kind != "slot", REQUEST.c.window_end_at <= now))
    return and_(REQUEST.c.contact == "ring", not_(gone))


def due_in_line() -> ColumnElement[bool]:
    """Of a request that nobody holds: its window is open, and its telephone is not in a call with us already, about
    this matter or one of the same topic, nor has just been. Binds: now, fresh."""
    rings_in = (
        select(CALLER.c.request_id)
        .where(CALLER.c.request_id == REQUEST.c.id)
        .where(text(f"waiting_caller.{IN_LINE}"))
        .exists()
    )
    # A value, by the call's own id: of EXISTS, PostgreSQL makes a list of every call that goes on, and reads all calls.
    hears_it = select(call.c.ended_at.is_(None)).where(call.c.call_sid == REQUEST.c.origin_call_sid).scalar_subquery()
    last_words = and_(REQUEST.c.created_at > FRESH, hears_it.is_(True))
    waits = or_(rings_in, and_(not_(REQUEST.c.urgent), _waits_about_the_like()))
    return and_(REQUEST.c.due_at <= NOW, may_be_rung(NOW), not_(last_words), not_(waits), not_(_is_noted_now()))


def noted_now(connection: Connection, requests: Collection[str]) -> frozenset[str]:
    """Of these requests: about which a caller has just talked, and the agent has yet to note whether it is done."""
    if not requests:
        return frozenset()
    return frozenset(connection.scalars(select(REQUEST.c.id).where(REQUEST.c.id.in_(requests), _is_noted_now())))


def _is_noted_now() -> ColumnElement[bool]:
    """She has just talked about it, having rung in; the agent has yet to note whether it is done."""
    talk = select(OFFERED.c.token).join(CALLER, CALLER.c.id == OFFERED.c.caller_id)
    hers = talk.where(CALLER.c.request_id == REQUEST.c.id, OPEN_OFFER, text("offer.state = 'wrapup'"))
    return hers.limit(literal_column("1")).scalar_subquery().is_not(None)


def _waits_about_the_like() -> ColumnElement[bool]:
    """Its telephone is in the line about its topic. Whether about this very matter, nobody has said: it is only not
    rung meanwhile. An urgent one may be another person's."""
    like = (CALLER.c.number_id == REQUEST.c.number_id, CALLER.c.topic == REQUEST.c.topic)
    found = select(CALLER.c.id).where(*like, text(f"waiting_caller.{IN_LINE}")).limit(literal_column("1"))
    return found.scalar_subquery().is_not(None)


def with_interpreter(connection: Connection) -> list[RowMapping]:
    """Open requests that wait for an interpreter's quarter of an hour, and are on nobody's list for it."""
    return list(connection.execute(_with_interpreter().order_by(REQUEST.c.due_at).limit(LISTED)).mappings())


def still_with_interpreter(connection: Connection, request_id: str) -> RowMapping | None:
    """The same of one request, held until the transaction ends. The lock is a statement of its own: one that waits for
    a neighbour would not see what the neighbour has put on the list."""
    connection.execute(select(REQUEST.c.id).where(REQUEST.c.id == request_id).with_for_update())
    return connection.execute(_with_interpreter().where(REQUEST.c.id == request_id)).mappings().first()


def _with_interpreter() -> Select[tuple[Any, ...]]:
    listed = select(supervisor_item.c.id).where(
        supervisor_item.c.request_id == REQUEST.c.id,
        supervisor_item.c.kind == "interpreter",
        supervisor_item.c.closed_at.is_(None),
    )
    query = select(REQUEST).where(REQUESTED, REQUEST.c.interpreter.is_not(None), REQUEST.c.contact == "ring")
    return query.where(not_(listed.exists()))


_since = OFFERED.c.ended_at > bindparam("since", type_=UtcTime())
_skipper = select(OFFERED.c.agent_id, OFFERED.c.caller_id, OFFERED.c.request_id, OFFERED.c.outcome)
_handed_on = select(OFFERED.c.agent_id, CALLER.c.id, literal(None), OFFERED.c.outcome)
_SKIPPED = union_all(
    _skipper.where(SKIPPED, OFFERED.c.outcome.in_(("declined", "unknown", "busy")), _since),
    _handed_on.join(CALLER, CALLER.c.handed_over_by == OFFERED.c.token).where(WAITING, _since),
)


def skipped(connection: Connection, now: datetime) -> Mapping[str, frozenset[str]]:
    """By matter: the agents who are not offered it again for a while. Each has declined it, or has just handed it on,
    or her telephone could not be rung about it, or was busy twice: the same matter is not thrown at her again at once.
    """
    found: dict[str, frozenset[str]] = {}
    busy: set[tuple[str, str]] = set()
    for row in connection.execute(_SKIPPED, {"since": now - timedelta(minutes=DECLINE_MINUTES)}):
        matter = str(row.caller_id or row.request_id)
        if row.outcome != "busy" or (matter, row.agent_id) in busy:
            found[matter] = found.get(matter, frozenset()) | {row.agent_id}
        busy.add((matter, row.agent_id))
    return found


def handling_minutes(connection: Connection, desk: str) -> float | None:
    """Mean talk and wrap-up of the desk's last talks, in business minutes; None without history."""
    query = select(OFFERED.c.accepted_at, OFFERED.c.ended_at).where(TALKED, OFFERED.c.desk == desk)
    rows = connection.execute(query.order_by(OFFERED.c.ended_at.desc()).limit(HISTORY))
    lengths = [(row.ended_at - row.accepted_at).total_seconds() / 60 for row in rows]
    return sum(lengths) / len(lengths) if lengths else None


def deal_alone(connection: Connection) -> None:
    """One dealer at a time until the transaction ends: the order is one, and nobody looks in vain. SQLite's writers
    wait for one another anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(DEALING)))
