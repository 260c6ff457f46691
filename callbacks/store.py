"""The promise in SQL: numbers, and what is looked up. Every change of state is a step (``callbacks.step_store``)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    RowMapping,
    ScalarSelect,
    Select,
    TextClause,
    bindparam,
    column,
    func,
    literal_column,
    or_,
    select,
    text,
    update,
    values,
)
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from adapters.database import Transaction
from adapters.ids import new_id
from adapters.schema import call_draft, offer, phone_number
from adapters.schema.columns import UtcTime
from adapters.schema.promises import OPEN
from adapters.together import Row, new_in
from callbacks import ledger_store as ledger
from callbacks.step_store import REQUEST as REQUEST
from callbacks.step_store import add as add
from callbacks.step_store import get as get
from callbacks.step_store import promise_anew as promise_anew
from callbacks.step_store import transition as transition

# In the words of the indexes over open rows: a partial index serves only who asks with its own condition, spelled out.
# With it a query costs the same after a million calls as on the first day.
IS_OPEN = text(f"callback_request.{OPEN}")
IS_HELD = text(f"callback_request.{OPEN} AND callback_request.contact = 'ring'")

# Made once, at import: a promise must not pay for building its statements (docs/decisions/0006).
_KNOWN_NUMBER = select(phone_number.c.id).where(phone_number.c.e164 == bindparam("e164"))
_NUMBER = new_in(phone_number)


def _new_number(make: Any) -> Any:
    row = make(phone_number)
    kept = row.on_conflict_do_update(index_elements=[phone_number.c.e164], set_={"e164": row.excluded.e164})
    return kept.returning(phone_number.c.id)


_NEW_NUMBER = {"sqlite": _new_number(sqlite_insert), "postgresql": _new_number(postgres_insert)}


def number_id(connection: Connection, e164: str, now: datetime) -> str:
    """The opaque id of a number; a new row where there is none. The number itself stands in this table only."""
    return known_number_id(connection, e164) or new_number_id(connection, e164, now)


def new_number_id(connection: Connection, e164: str, now: datetime) -> str:
    """For a number that was not known a moment ago; a neighbour may have stored it meanwhile."""
    return str(connection.scalar(_NEW_NUMBER[connection.dialect.name], _number(e164, now)))


def add_number(tx: Transaction, e164: str, now: datetime) -> str:
    """The same, written together with what else is new; a neighbour's costs the transaction, which is begun anew."""
    row = _number(e164, now)
    tx.add(Row(_NUMBER, row))
    return str(row["id"])


def _number(e164: str, now: datetime) -> dict[str, Any]:
    return {"id": new_id(), "e164": e164, "created_at": now}


def known_number_id(connection: Connection, e164: str) -> str | None:
    found = connection.scalar(_KNOWN_NUMBER, {"e164": e164})
    return None if found is None else str(found)


def e164_of(connection: Connection, id_: str) -> str:
    return str(connection.scalar(select(phone_number.c.e164).where(phone_number.c.id == id_)))


def drafted_number(connection: Connection, call_sid: str) -> str | None:
    found = connection.scalar(select(call_draft.c.e164).where(call_draft.c.call_sid == call_sid))
    return None if found is None else str(found)


def open_same(connection: Connection, number: str, topic: str, person: int = 1) -> RowMapping | None:
    """The open request of this person about this topic; for the first one anybody's, for who rings is not known yet."""
    query = select(REQUEST).where(REQUEST.c.number_id == number, REQUEST.c.topic == topic, IS_OPEN)
    mine = query if person == 1 else query.where(REQUEST.c.person == person)
    return connection.execute(mine.order_by(REQUEST.c.person, REQUEST.c.created_at)).mappings().first()


def open_of_number(connection: Connection, e164: str) -> Sequence[RowMapping]:
    """Every open request a number will be rung about, the soonest first."""
    query = select(REQUEST).join(phone_number, phone_number.c.id == REQUEST.c.number_id)
    mine = query.where(phone_number.c.e164 == e164, IS_OPEN, REQUEST.c.contact == "ring")
    return connection.execute(mine.order_by(REQUEST.c.window_start_at, REQUEST.c.created_at)).mappings().all()


def persons(connection: Connection, number: str, topic: str) -> frozenset[int]:
    """The persons on this telephone who have an open request about the topic."""
    mine = (REQUEST.c.number_id == number, REQUEST.c.topic == topic, IS_OPEN)
    return frozenset(connection.scalars(select(REQUEST.c.person).where(*mine)))


def numbers_keyed_in(connection: Connection, asker: str, besides: str | None, since: datetime) -> int:
    """How many other numbers this one has keyed in since."""
    asked = (REQUEST.c.asked_by_number_id == asker, REQUEST.c.created_at >= since)
    query = select(func.count(REQUEST.c.number_id.distinct())).where(*asked)
    return int(connection.scalar(query if besides is None else query.where(REQUEST.c.number_id != besides)) or 0)


def open_keyed_in(connection: Connection, number: str, besides: str | None) -> int:
    """Open requests for this number that were keyed in by anybody else."""
    query = select(func.count()).where(REQUEST.c.number_id == number, REQUEST.c.keyed_in, IS_OPEN)
    others = or_(REQUEST.c.asked_by_number_id.is_(None), REQUEST.c.asked_by_number_id != besides)
    return int(connection.scalar(query if besides is None else query.where(others)) or 0)


def offer_held(connection: Connection, request_id: str) -> str | None:
    """The offer that rings an agent about this request, if there is one."""
    ringing = (offer.c.request_id == request_id, offer.c.state == "offered")
    found = connection.scalar(select(offer.c.token).where(*ringing))
    return None if found is None else str(found)


def made_in(connection: Connection, call_sid: str) -> RowMapping | None:
    """The request that a call has led to, the latest if several."""
    query = select(REQUEST).where(REQUEST.c.origin_call_sid == call_sid)
    return connection.execute(query.order_by(REQUEST.c.created_at.desc())).mappings().first()


def taken(connection: Connection, department: str, language: str, since: datetime) -> Mapping[datetime, int]:
    """Promises held in each of the department's slots, by the slot's start."""
    coming = (*_held(department, language), REQUEST.c.window_start_at >= since)
    query = select(REQUEST.c.window_start_at, func.count()).where(*coming).group_by(REQUEST.c.window_start_at)
    return {row[0]: int(row[1]) for row in connection.execute(query)}


def _held(
    department: str | BindParameter[str], language: str | BindParameter[str]
) -> tuple[ColumnElement[bool] | TextClause, ...]:
    return REQUEST.c.department == department, REQUEST.c.language == language, IS_HELD


def filled(
    connection: Connection, department: str, language: str, starts: Sequence[datetime], most: int
) -> Mapping[datetime, int]:
    """Promises held in the slots that begin then, none counted beyond ``most``: a caller listens meanwhile, and a slot
    that is full is full however many stand in it."""
    slot = values(column("start", UtcTime), name="slot").data([(start,) for start in starts]).cte("slots")
    few: Select[Any] = select(literal_column("1")).where(
        *_held(department, language), REQUEST.c.window_start_at == slot.c.start
    )
    counted = select(func.count()).select_from(few.correlate(slot).limit(most).subquery()).scalar_subquery()
    return {row[0]: int(row[1]) for row in connection.execute(select(slot.c.start, counted))}


def look_for_promise(number: ScalarSelect[str]) -> tuple[ScalarSelect[Any], ...]:
    """What is looked up before a promise, as columns of one statement: ``Looked``'s fields, for the number given.

    Binds: topic, department, language, start.
    """
    same = (
        select(REQUEST.c.id)
        .where(REQUEST.c.number_id == number, REQUEST.c.topic == bindparam("topic"), IS_OPEN)
        .limit(1)
    )
    held = select(func.count()).where(
        *_held(bindparam("department"), bindparam("language")), REQUEST.c.window_start_at == bindparam("start")
    )
    return same.scalar_subquery(), held.scalar_subquery()


def mark_urgent(connection: Connection, request_id: str) -> None:
    """Comes before others in the line from now on."""
    connection.execute(update(REQUEST).where(REQUEST.c.id == request_id).values(urgent=True))


def leaves_message(connection: Connection, request_id: str, now: datetime) -> bool:
    """To the one who may leave words on the resident's machine. False: they have been left, once for a request."""
    mine = update(REQUEST).where(REQUEST.c.id == request_id, REQUEST.c.message_left_at.is_(None))
    return connection.execute(mine.values(message_left_at=now)).rowcount == 1


def mark_untold(connection: Connection, request_id: str | None, body: str) -> bool:
    """A message that was to tell a new time did not arrive. False: it told nothing new, or the matter is over."""
    window = None if request_id is None else ledger.did_not_arrive(connection, request_id, body)
    if window is None:
        return False
    mine = update(REQUEST).where(REQUEST.c.id == request_id, IS_OPEN, REQUEST.c.window_start_at == window.start)
    return connection.execute(mine.values(told=False)).rowcount == 1
