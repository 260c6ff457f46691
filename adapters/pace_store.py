"""The provider's pace in SQL: whose turn it is, when the next one comes, and when nothing may be asked for at all.

A turn is taken and the order that goes by it is claimed in one transaction, so that every process of every host keeps
one pace without talking to the others. Who is first stands in ``_RANK``; how fast in ``adapters.pace``.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import ColumnElement, Connection, Row, Table, and_, case, func, or_, select, text, true, update

from adapters.database import Transaction, insert_once
from adapters.pace import CLOCKS_APART, LANES, LONGEST_HELD, PACED, Lane, LaneName, gap, held_for, lane_of, most_waiting
from adapters.schema import listening, offer, outbox, provider_pace, text_message, transfer
from adapters.settings import Settings

PACE = provider_pace
LOOKED_AT = 50
AT_ONCE = 4  # handed out in one look where nobody waits for turns
AHEAD = 1.25  # times as far as a row may be ahead, or a clock was set back since it was written
LEGS_OF_CALLBACK = 2  # the agent's, and the resident's that follows it without asking us
NOT_WANTED = "not wanted"
KEPT_FOR_CALLERS = 1  # of the legs at once: no callback takes the last one, or a caller in the line waited for its end
UNDER_WAY = ("offered", "accepted", "dialing", "connected")
# In the words of its partial index, or every offer that was ever made would be read for each ring.
OPEN_OFFER = text("offer.state IN ('offered','accepted','dialing','connected','wrapup')")
CALLS, TEXTS = LANES
_KIND = outbox.c.kind.concat("")  # not by its index: SQLite would read every ring that was ever ordered


@dataclass(frozen=True)
class Turn:
    """A turn that was taken; ``before``: when it came, for giving it back."""

    lane: LaneName
    before: float
    until: float
    refused: int  # so often in a row before


@dataclass(frozen=True)
class Next:
    order_id: str
    turn: Turn


# A leg into a live talk before anybody's first ring: a resident is on hold. Then urgent matters, callers in the line,
# promised times, as soon as possible; supervisors who listen come last. Of texts, the operator's alarm first.
_RANK: ColumnElement[int] = case(
    (outbox.c.kind == "ring_partner", 0),
    (offer.c.handed_over_by.is_not(None), 0),
    (offer.c.clause == "urgent", 1),
    (offer.c.caller_id.is_not(None), 2),
    (offer.c.clause.in_(("needed", "slot")), 3),
    (outbox.c.kind == "ring_supervisor", 5),
    (and_(outbox.c.kind == "send_text", text_message.c.request_id.is_(None)), 3),
    else_=4,
)
_LEGS: ColumnElement[int] = case((offer.c.request_id.is_not(None), LEGS_OF_CALLBACK), else_=1)


def per_second(settings: Settings, lane: LaneName) -> float:
    return settings.calls_per_second if lane == "calls" else settings.texts_per_second


def waits(connection: Connection, order_id: str, now: float) -> Lane | None:
    """The lane in which this order waits for its turn; None: it is not paced, not due, or in somebody's hands."""
    kind = connection.scalar(select(outbox.c.kind).where(outbox.c.id == order_id, *free(now)))
    return lane_of(kind) if kind is not None else None


def free(now: float) -> tuple[ColumnElement[bool], ...]:
    unleased = or_(outbox.c.lease_machine.is_(None), outbox.c.lease_machine < now)
    return outbox.c.done_machine.is_(None), outbox.c.due_machine <= now, unleased


def next_in(settings: Settings, tx: Transaction, lane: Lane, now: float, asked: str | None = None) -> Next | None:
    """Whose turn it is, and the turn taken; None: nobody waits, or the next turn is not yet. ``now``: machine.

    ``asked``: whoever that is goes where there are no turns to wait for."""
    seconds = gap(per_second(settings, lane.name))
    turn = _take(tx, lane.name, now, seconds)
    if turn is None:
        return None
    fitting = _fitting(settings, tx.connection, lane, now)  # the lane's row is ours now: nobody takes one of them
    if not fitting:
        give_back(tx, turn)
        return None
    return Next(asked if asked is not None and seconds == 0 and asked in fitting else fitting[0], turn)


def take_for_one(settings: Settings, tx: Transaction, lane: Lane, now: float) -> Turn | None:
    """For what is no order, and waits for all of them; None: not now."""
    waiting, room = _first(tx.connection, lane, now), _room(settings, tx.connection, lane, now)
    if waiting or (room is not None and room < 1):
        return None
    return _take(tx, lane.name, now, gap(per_second(settings, lane.name)))


def _fitting(settings: Settings, connection: Connection, lane: Lane, now: float) -> list[str]:
    """The orders that may go, the first one first."""
    found = _first(connection, lane, now)
    room = _room(settings, connection, lane, now) if found else None
    return [row.id for row in found if room is None or row.legs <= room]


def _first(connection: Connection, lane: Lane, now: float) -> Sequence[Row[tuple[str, int]]]:
    query = (
        select(outbox.c.id, _LEGS.label("legs"))
        .outerjoin(offer, and_(outbox.c.kind == "ring_agent", offer.c.token == outbox.c.ref))
        .outerjoin(text_message, and_(outbox.c.kind == "send_text", text_message.c.id == outbox.c.ref))
        .where(_KIND.in_(lane.kinds), *free(now))
    )
    return connection.execute(query.order_by(_RANK, outbox.c.made_machine, outbox.c.id).limit(LOOKED_AT)).all()


def _take(tx: Transaction, lane: LaneName, now: float, seconds: float) -> Turn | None:
    row = tx.connection.execute(select(PACE.c.free_machine, PACE.c.refused).where(PACE.c.lane == lane)).first()
    if row is None:
        insert_once(tx.connection, PACE, {"lane": lane, "free_machine": 0.0}, ("lane",))
    before, refused_before = (0.0, 0) if row is None else (row.free_machine, row.refused)
    come = _open(PACE.c.held_machine, now, LONGEST_HELD)
    if seconds > 0:
        come = and_(come, _open(PACE.c.free_machine, now, seconds))
    taken = tx.connection.execute(update(PACE).where(PACE.c.lane == lane, come).values(free_machine=now + seconds))
    return Turn(lane, min(before, now), now + seconds, refused_before) if taken.rowcount == 1 else None


def _open(column: ColumnElement[float], now: float, longest: float) -> ColumnElement[bool]:
    """Its time has come; or it is so far ahead that a clock must have been set back: nobody waits for that."""
    return or_(column <= now, column > now + longest * AHEAD + CLOCKS_APART)


def give_back(tx: Transaction, turn: Turn) -> None:
    """Nothing was asked for: whoever is next need not wait for it."""
    same = and_(PACE.c.lane == turn.lane, PACE.c.free_machine == turn.until)
    tx.connection.execute(update(PACE).where(same).values(free_machine=turn.before))


def leave(tx: Transaction, token: str, now: float) -> None:
    """An offer that has ended before the provider was asked for its ring waits for no turn any more: it is neither
    ranked nor counted, or living rings would wait for it. What was asked for is settled by whoever asked."""
    unasked = select(offer.c.token).where(
        offer.c.token == token, offer.c.state == "ended", offer.c.asked_machine.is_(None)
    )
    its_own = (outbox.c.kind == "ring_agent", outbox.c.ref == token, outbox.c.done_machine.is_(None))
    settled = {"done_machine": now, "result": NOT_WANTED}
    tx.connection.execute(update(outbox).where(*its_own, outbox.c.ref.in_(unasked)).values(**settled))


def refused(tx: Transaction, turn: Turn, now: float) -> float:
    """The provider has said "too many", or cannot be reached: the whole lane waits, ever longer. Returns how long.
    Several that were on their way when it began are one refusal, not each a longer wait for everybody."""
    mine = PACE.c.lane == turn.lane
    first = and_(mine, PACE.c.refused == turn.refused, _open(PACE.c.held_machine, now, LONGEST_HELD))
    seconds = held_for(turn.refused + 1, random.random())  # noqa: S311  no secret
    values = {"refused": turn.refused + 1, "held_machine": now + seconds}
    if tx.connection.execute(update(PACE).where(first).values(**values)).rowcount == 1:
        return seconds
    until = tx.connection.scalar(select(PACE.c.held_machine).where(mine))
    return min(max((until or 0.0) - now, 0.0), LONGEST_HELD)


def taken_again(tx: Transaction, turn: Turn) -> None:
    """The provider takes orders: what it refused before this turn is forgotten, what it refused since is not."""
    same = and_(PACE.c.lane == turn.lane, PACE.c.refused == turn.refused)
    tx.connection.execute(update(PACE).where(same).values(refused=0, held_machine=0))


# --- how many legs there are at once -----------------------------------------------------------------------------


def _room(settings: Settings, connection: Connection, lane: Lane, now: float) -> int | None:
    """Legs that may be added; None: any number."""
    if not settings.calls_at_once or lane is not CALLS:
        return None
    return settings.calls_at_once - legs_at_once(connection, now)


def legs_at_once(connection: Connection, now: float) -> int:
    """Our own outgoing legs, and those that are being asked for, each once. A callback counts two from the first
    moment: once her agent has answered, the resident is dialled without another question. Legs that a document dials
    for a caller (duty and partner numbers) are not known here, nor a partner's who is left alone with a resident."""
    return _legs(connection, partial(_asked_for, now))


def _asked_for(now: float, table: Table, key: ColumnElement[str]) -> ColumnElement[bool]:
    claimed = select(outbox.c.ref).where(
        outbox.c.done_machine.is_(None), outbox.c.lease_machine >= now, _KIND.in_(CALLS.kinds)
    )
    return or_(table.c.asked_machine.is_not(None), key.in_(claimed))


def _dealt(table: Table, _key: ColumnElement[str]) -> ColumnElement[bool]:
    """Every offer will be rung; of what else rings, what the provider was asked for."""
    return true() if table is offer else table.c.asked_machine.is_not(None)


def _legs(connection: Connection, counts: Callable[[Table, ColumnElement[str]], ColumnElement[bool]]) -> int:
    open_ones = and_(offer.c.state.in_(UNDER_WAY), offer.c.leg_ended_machine.is_(None))
    mine = (OPEN_OFFER, open_ones, counts(offer, offer.c.token))
    of_offers = select(func.coalesce(func.sum(_LEGS), 0)).where(*mine).scalar_subquery()
    of_others = [
        select(func.count())
        .select_from(table)
        .where(table.c.ended_at.is_(None), counts(table, table.c.id))
        .scalar_subquery()
        for table in (transfer, listening)
    ]
    return int(connection.scalar(select(sum(of_others, of_offers))) or 0)


# --- the deal ----------------------------------------------------------------------------------------------------


def may_ring_more(settings: Settings, connection: Connection, now: float, caller: bool = False) -> bool:
    """Whether another matter may be offered. One that could not be rung soon keeps its place in the line instead, and
    her agent stays free for what is more urgent meanwhile. ``caller``: one who waits in the line, on the telephone."""
    held = select(PACE.c.lane).where(PACE.c.lane == CALLS.name, ~_open(PACE.c.held_machine, now, LONGEST_HELD)).exists()
    unleased = or_(outbox.c.lease_machine.is_(None), outbox.c.lease_machine < now)
    waiting = select(func.count()).where(_KIND.in_(CALLS.kinds), outbox.c.done_machine.is_(None), unleased)
    row = connection.execute(select(held.label("held"), waiting.scalar_subquery().label("waiting"))).one()
    most = most_waiting(settings.calls_per_second)
    if row.held or (most is not None and row.waiting >= most):
        return False
    if not settings.calls_at_once:
        return True
    return _legs(connection, _dealt) + (1 if caller else _of_callback(settings)) <= settings.calls_at_once


def _of_callback(settings: Settings) -> int:
    """What must be free for one: its own legs, and a caller's, wherever the account has room for that at all."""
    return min(LEGS_OF_CALLBACK + KEPT_FOR_CALLERS, settings.calls_at_once)


# --- for the dispatcher ------------------------------------------------------------------------------------------


def turns(settings: Settings, connection: Connection, now: float, within: float) -> list[tuple[Lane, float]]:
    """The turns that come within so many seconds and somebody waits for: the lane, and how long until then."""
    found: list[tuple[Lane, float]] = []
    waiting = select(_KIND, func.count()).where(_KIND.in_(PACED), *free(now)).group_by(_KIND)
    counted = {kind: count for kind, count in connection.execute(waiting)}
    for lane in LANES if counted else ():
        number = sum(counted.get(kind, 0) for kind in lane.kinds)
        if number and settings.calls_at_once and lane is CALLS:
            number = len(_fitting(settings, connection, lane, now))
        found += [(lane, at) for at in _coming(settings, connection, lane, now, within)[:number]] if number else []
    return found


def _coming(settings: Settings, connection: Connection, lane: Lane, now: float, within: float) -> list[float]:
    """By the same words as ``_take``: what it would let pass must not be waited for."""
    row = connection.execute(select(PACE.c.free_machine, PACE.c.held_machine).where(PACE.c.lane == lane.name)).first()
    seconds = gap(per_second(settings, lane.name))
    held = _until(row.held_machine, now, LONGEST_HELD) if row is not None else 0.0
    if seconds == 0:
        return [held] * AT_ONCE if held < within else []
    first = max(held, _until(row.free_machine, now, seconds) if row is not None else 0.0)
    return [first + n * seconds for n in range(LOOKED_AT) if first + n * seconds < within]


def _until(moment: float, now: float, longest: float) -> float:
    """Seconds; 0: its time has come, or it is further ahead than ``_open`` believes."""
    ahead = moment - now
    return ahead if 0 < ahead <= longest * AHEAD + CLOCKS_APART else 0.0
