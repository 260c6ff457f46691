"""The caps in SQL: what is stopped for the whole city, who ended it, and the figures a limit is judged by.

What is too much stands in ``callbacks.limits``; when it is judged, in ``callbacks.limit_watch``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, ScalarSelect, and_, bindparam, func, or_, select, true, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from adapters.clock import Clock
from adapters.database import Transaction
from adapters.ids import new_id
from adapters.schema import (
    agent,
    call,
    callback_event,
    callback_request,
    listening,
    offer,
    phone_number,
    recording,
    ringing_stop,
    supervisor_item,
    text_message,
    transfer,
    waiting_caller,
)
from adapters.tariff import PART, Used
from callbacks.limits import CityLimit, Leg, Met, OfNumber, minutes
from callbacks.numbers import takes_texts
from desks.supervision import audit

CITY = "city"
RINGING: tuple[CityLimit, ...] = ("rings", "spend")  # limits whose stop holds due callbacks back, too
LISTED = "limit"  # the kind of the supervisor's item that tells of a stop; its detail is the stop's id
SERVICE = "service"
STOP, ITEM, REQUEST = ringing_stop, supervisor_item, callback_request
CALL, SOUND, TEXT, TRANSFER, LISTENING = call, recording, text_message, transfer, listening
NOT_ANSWERED = ("no-answer", "busy", "failed", "canceled", "refused")  # outcomes of a leg that costs nothing


# --- stops -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stop:
    """A limit of the whole city was met; nobody is rung or promised a ring for it until it ends."""

    id: str
    kind: str  # callbacks.limits.CityLimit
    figure: str  # counted/limit
    made_at: datetime
    until_at: datetime | None  # it runs out by itself


def stopped(connection: Connection, now: datetime) -> frozenset[str]:
    """Whose ringing is stopped at the moment: ``city``, or nobody's.

    A flood of requests stops new promises alone: those who were promised a ring before it are rung.
    """
    ringing = select(STOP.c.id).where(STOP.c.kind.in_(RINGING), _running(now))
    return frozenset() if connection.scalar(ringing.limit(1)) is None else frozenset({CITY})


def promises_are_stopped(connection: Connection, now: datetime) -> bool:
    """By any of the limits: nobody new is promised a ring."""
    return connection.scalar(select(STOP.c.id).where(_running(now)).limit(1)) is not None


def _running(now: datetime) -> ColumnElement[bool]:
    return and_(STOP.c.ended_at.is_(None), or_(STOP.c.until_at.is_(None), STOP.c.until_at > now))


def stops(connection: Connection) -> tuple[Stop, ...]:
    """Those that nobody has ended, the oldest first; one that has just run out is ended by the next watch."""
    rows = connection.execute(select(STOP).where(STOP.c.ended_at.is_(None)).order_by(STOP.c.made_at, STOP.c.id))
    return tuple(Stop(row.id, row.kind, row.figure, row.made_at, row.until_at) for row in rows)


def make_stop(connection: Connection, met: Met, now: datetime) -> str | None:
    """Its id; None: this limit is stopped already, perhaps by a neighbour of this very instant."""
    row = {"id": new_id(), "kind": met.kind, "figure": met.figure, "made_at": now, "until_at": met.until}
    running = {"index_elements": [STOP.c.kind], "index_where": STOP.c.ended_at.is_(None)}
    make: Any = sqlite_insert if connection.dialect.name == "sqlite" else postgres_insert
    kept = make(STOP).values(**row).on_conflict_do_nothing(**running).returning(STOP.c.id)
    made = connection.scalar(kept)
    return None if made is None else str(made)


def end_stop(tx: Transaction, clock: Clock, stop_id: str, who: str) -> bool:
    """A supervisor lets the city ring again; from now on it is counted anew. False: unknown, or ended already."""
    if not _end(tx.connection, stop_id, clock.now(), who):
        return False
    audit.note(tx, clock, who, "end_stop", "stop", stop_id)
    return True


def end_what_ran_out(connection: Connection, now: datetime) -> bool:
    ended = [_end(connection, stop.id, now, SERVICE) for stop in stops(connection) if _is_over(stop, now)]
    return any(ended)


def _is_over(stop: Stop, now: datetime) -> bool:
    return stop.until_at is not None and stop.until_at <= now


def _end(connection: Connection, stop_id: str, now: datetime, who: str) -> bool:
    """Its item leaves the supervisor's list with it."""
    mine = and_(STOP.c.id == stop_id, STOP.c.ended_at.is_(None))
    if connection.execute(update(STOP).where(mine).values(ended_at=now, ended_by=who)).rowcount != 1:
        return False
    listed = and_(ITEM.c.kind == LISTED, ITEM.c.detail == stop_id, ITEM.c.closed_at.is_(None))
    connection.execute(update(ITEM).where(listed).values(closed_at=now))
    return True


def counted_from(connection: Connection, kind: CityLimit, begins: datetime) -> datetime:
    """Since when a limit is counted: what stopped the city once does not stop it again after that stop's end."""
    last = connection.scalar(select(func.max(STOP.c.ended_at)).where(STOP.c.kind == kind))
    return begins if last is None else max(begins, last)


# --- figures of the city -----------------------------------------------------------------------------------------


def requests_since(connection: Connection, since: datetime) -> int:
    return int(connection.scalar(select(func.count()).where(REQUEST.c.created_at >= since)) or 0)


def rings_since(connection: Connection, since: datetime) -> int:
    """At residents: a callback that an agent accepted is dialled."""
    rung = select(func.count()).where(offer.c.accepted_at >= since, offer.c.request_id.is_not(None))
    return int(connection.scalar(rung) or 0)


def _accepted(since: datetime, until: datetime | None) -> ColumnElement[bool]:
    return offer.c.accepted_at >= since if until is None else offer.c.accepted_at.between(since, until)


def first_unfinished(connection: Connection, since: datetime, until: datetime) -> datetime | None:
    """When the first talk between was accepted of which something may still cost: itself, whom it was handed to, who
    hears it. What lies before is over, and costs tomorrow what it costs now."""
    handed_on = (TRANSFER.c.outcome == "handed_on", waiting_caller.c.id == offer.c.caller_id, CALL.c.ended_at.is_(None))
    of_call = TRANSFER.join(waiting_caller, true()).outerjoin(CALL, CALL.c.call_sid == waiting_caller.c.call_sid)
    goes_on = (
        select(TRANSFER.c.id).where(TRANSFER.c.token == offer.c.token, TRANSFER.c.ended_at.is_(None)),
        select(TRANSFER.c.id).select_from(of_call).where(TRANSFER.c.token == offer.c.token, *handed_on),
        select(LISTENING.c.id).where(LISTENING.c.token == offer.c.token, LISTENING.c.ended_at.is_(None)),
    )
    unfinished = (func.coalesce(offer.c.talk_ended_at, offer.c.ended_at).is_(None), *(one.exists() for one in goes_on))
    query = select(offer.c.accepted_at).where(_accepted(since, until), or_(*unfinished))
    return connection.scalar(query.order_by(offer.c.accepted_at).limit(1))


def legs_since(connection: Connection, since: datetime, now: datetime, until: datetime | None = None) -> Sequence[Leg]:
    """The answered legs we dialled: residents called back, agents' own telephones, also in calls that came in, partners
    and supervisors who were asked into a talk. ``until``: of talks accepted by then, that instant too."""
    rows = connection.execute(
        select(
            offer.c.accepted_at,
            offer.c.connected_at,
            func.coalesce(offer.c.talk_ended_at, offer.c.ended_at, now).label("over_at"),
            offer.c.own_telephone,
            offer.c.request_id,
            phone_number.c.e164,
            agent.c.telephone,
        )
        .join(agent, agent.c.id == offer.c.agent_id)
        .outerjoin(REQUEST, REQUEST.c.id == offer.c.request_id)
        .outerjoin(phone_number, phone_number.c.id == REQUEST.c.number_id)
        .where(_accepted(since, until))
    )
    found = []
    for row in rows:
        if row.request_id is not None and row.connected_at is not None:
            found.append(Leg(row.connected_at, row.over_at, takes_texts(row.e164)))
        if row.own_telephone and row.telephone is not None:
            found.append(Leg(row.accepted_at, row.over_at, takes_texts(row.telephone)))
    asked = _accepted(since, until)
    return [*found, *_partners(connection, asked, now), *_supervisors(connection, asked, now, browser=False)]


def _partners(connection: Connection, accepted: ColumnElement[bool], now: datetime) -> Iterable[Leg]:
    """Whom an agent asked into her talk, at the dearer price, for the rules say whose number it is. Of a talk that was
    handed over: until the resident's call is over; where we rang her, until it was handed over."""
    of_caller = and_(waiting_caller.c.id == offer.c.caller_id, TRANSFER.c.outcome == "handed_on")
    rows = connection.execute(
        select(TRANSFER.c.made_at, TRANSFER.c.ended_at, CALL.c.ended_at.label("hung_up_at"), waiting_caller.c.id)
        .select_from(offer)
        .join(TRANSFER, TRANSFER.c.token == offer.c.token)
        .outerjoin(waiting_caller, of_caller)
        .outerjoin(CALL, CALL.c.call_sid == waiting_caller.c.call_sid)
        .where(accepted, TRANSFER.c.goal_kind == "partner", TRANSFER.c.leg_sid.is_not(None))
        .where(func.coalesce(TRANSFER.c.outcome, "").not_in(NOT_ANSWERED))
    )
    for row in rows:
        over = row.ended_at if row.id is None else row.hung_up_at
        yield Leg(row.made_at, over or now, mobile=True)


def _supervisors(connection: Connection, accepted: ColumnElement[bool], now: datetime, browser: bool) -> Iterable[Leg]:
    """Who listened to a talk, on a telephone or in the browser."""
    heard = (
        select(LISTENING.c.made_at, func.coalesce(LISTENING.c.ended_at, now).label("over_at"), agent.c.telephone)
        .select_from(offer)
        .join(LISTENING, LISTENING.c.token == offer.c.token)
        .join(agent, agent.c.id == LISTENING.c.supervisor_id)
        .where(accepted, LISTENING.c.leg_sid.is_not(None), agent.c.telephone.is_(None) == browser)
    )
    for row in connection.execute(heard):
        yield Leg(row.made_at, row.over_at, bool(row.telephone) and takes_texts(row.telephone))


def used_since(connection: Connection, since: datetime, now: datetime) -> Used:
    """What else the provider charges for, in begun minutes; a call that goes on counts as the minute it has begun.
    Numbers that a document dials for a caller (another desk's, the duty's) are not known here."""
    of_calls = func.sum((func.coalesce(CALL.c.seconds, 1) + 59) // 60)
    known = select(of_calls).where(CALL.c.number_id.is_not(None), CALL.c.arrived_at >= since)
    withheld = select(of_calls).where(CALL.c.number_id.is_(None), CALL.c.arrived_at >= since)
    kept = (SOUND.c.deleted_at.is_(None), SOUND.c.made_at >= since)
    recorded = select(func.sum((SOUND.c.seconds + 59) // 60)).where(*kept)
    texts = select(func.sum((func.length(TEXT.c.body) + PART - 1) // PART)).where(
        TEXT.c.number_id.is_not(None), TEXT.c.created_at >= since, TEXT.c.message_sid.is_not(None)
    )
    asked = (known, withheld, recorded, texts)
    found = [int(one or 0) for one in connection.execute(select(*(each.scalar_subquery() for each in asked))).one()]
    return Used(found[0] + found[1], browser_minutes(connection, since, now), found[2], found[3])


def browser_minutes(connection: Connection, since: datetime, now: datetime, until: datetime | None = None) -> int:
    accepted = _accepted(since, until)
    over = func.coalesce(offer.c.talk_ended_at, offer.c.ended_at, now).label("over_at")
    mine = select(offer.c.accepted_at, over).where(accepted, ~offer.c.own_telephone)
    agents = (Leg(row.accepted_at, row.over_at, mobile=False) for row in connection.execute(mine))
    return sum(minutes(leg) for leg in (*agents, *_supervisors(connection, accepted, now, browser=True)))


# --- figures of one number ---------------------------------------------------------------------------------------


def look_at_number(number: ScalarSelect[str]) -> tuple[ScalarSelect[Any], ...]:
    """``OfNumber``'s fields as columns of another look, so that they cost it no round trip. Bind: ``day_ago``."""
    since: ColumnElement[datetime] = bindparam("day_ago")
    requests = select(func.count()).where(REQUEST.c.number_id == number, REQUEST.c.created_at >= since)
    rings = (
        select(func.count())
        .select_from(callback_event.join(REQUEST, REQUEST.c.id == callback_event.c.request_id))
        .where(REQUEST.c.number_id == number, callback_event.c.event == "accept", callback_event.c.at >= since)
    )
    return requests.scalar_subquery(), rings.scalar_subquery()


_OF_NUMBER = select(*look_at_number(select(bindparam("number")).scalar_subquery()))


def of_number(connection: Connection, number_id: str | None, day_ago: datetime) -> OfNumber:
    if number_id is None:
        return OfNumber(0, 0)
    return OfNumber(*connection.execute(_OF_NUMBER, {"number": number_id, "day_ago": day_ago}).one())


_ASKED = REQUEST.alias("asked")
_RUNG_AT = (
    select(callback_event.c.at)
    .join(REQUEST, REQUEST.c.id == callback_event.c.request_id)
    .join(_ASKED, _ASKED.c.number_id == REQUEST.c.number_id)
    .where(_ASKED.c.id == bindparam("request"), callback_event.c.event == "accept")
    .where(callback_event.c.at >= bindparam("day_ago"))
    .order_by(callback_event.c.at)
)


def rung_at(connection: Connection, request_id: str, day_ago: datetime) -> Sequence[datetime]:
    """When the telephone of this request was rung within the day, about whatever; the first ring first."""
    return connection.scalars(_RUNG_AT, {"request": request_id, "day_ago": day_ago}).all()
