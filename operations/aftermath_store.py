"""What must not go on by itself once an older record is put back: what has happened since stands nowhere in it.

Whoever was rung, texted, answered or heard since then would be rung or texted again. So every open promise is set aside
for a person, calls that were in the line are over, and no order that reaches anybody is carried out any more. A message
that was being left is one to be listened to: the clock would make a promise of it, which may have been kept long ago.
In the transaction that puts the record back.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from adapters.schema import (
    callback_request,
    listening,
    offer,
    outbox,
    presence,
    recording,
    session,
    text_message,
    transfer,
    waiting_caller,
)
from callbacks import store as promises
from callbacks.item_store import raise_item
from desks import store
from desks.line.duty_store import OPEN_OFFER
from desks.line.machine import FINAL_LINE_STATES, LineEvent
from desks.talk import transfer_store as transfers
from recordings import store as recordings

AGAIN_BY_MACHINE = ("requested", "offered", "dialing", "connected")  # the others wait for a person already
PUT_BACK = "put back"  # the result of an order that is not carried out any more
ENDS: dict[str, LineEvent] = {"talking": "part", "handing": "not_taken"}  # any other stay: the caller has hung up


@dataclass(frozen=True)
class SetAside:
    promises: int
    stays: int
    orders: int
    texts: int
    messages: int


def set_aside(connection: Connection, now: datetime, machine: float, harmless: Collection[str]) -> SetAside:
    """``harmless``: kinds of orders that reach nobody, and go on."""
    _talks_are_over(connection, now, machine)
    stays = _stays_are_over(connection, now)
    found = select(callback_request.c.id).where(callback_request.c.state.in_(AGAIN_BY_MACHINE))
    ids = list(connection.scalars(found))
    for request_id in ids:
        promises.transition(connection, request_id, "set_aside", now, "service")
        raise_item(connection, "needs_human", now, request_id)
    messages = _drafts_are_listened_to(connection, now)
    texts = update(text_message).where(text_message.c.asked_machine.is_(None))
    unsent = connection.execute(texts.values(asked_machine=machine, status="unknown")).rowcount
    orders = update(outbox).where(outbox.c.done_machine.is_(None), outbox.c.kind.not_in(harmless))
    ended = {"done_machine": machine, "result": PUT_BACK, "lease_machine": None}
    dropped = connection.execute(orders.values(**ended)).rowcount
    _everybody_signs_in_anew(connection, now)
    return SetAside(len(ids), stays, dropped, unsent, messages)


def _talks_are_over(connection: Connection, now: datetime, machine: float) -> None:
    """The tokens of that time are stale from now on: whatever still comes with one leads nowhere."""
    for row in connection.execute(select(transfer).where(transfer.c.ended_at.is_(None))).mappings().all():
        transfers.move(connection, row, "fail", now, outcome="failed")
    ended = update(listening).where(listening.c.ended_at.is_(None))
    connection.execute(ended.values(ended_at=now))
    for token in connection.scalars(select(offer.c.token).where(OPEN_OFFER)).all():
        store.move_offer(connection, token, "close", ended_at=now, ended_machine=machine, outcome="unknown")


def _stays_are_over(connection: Connection, now: datetime) -> int:
    running = waiting_caller.c.state.not_in(FINAL_LINE_STATES)
    rows = connection.execute(select(waiting_caller.c.id, waiting_caller.c.state).where(running)).all()
    for row in rows:
        store.move_caller(connection, row.id, ENDS.get(row.state, "hang_up"), now, "service")
    return len(rows)


def _drafts_are_listened_to(connection: Connection, now: datetime) -> int:
    """Kept without a request: nobody is rung about it by a machine, and the desk hears what was said."""
    rows = connection.execute(select(recording).where(recording.c.state == "draft", recording.c.kind != "talk")).all()
    for row in rows:
        number = row.number_id or recordings.number_of_call(connection, row.call_sid)
        recordings.step(connection, row.id, "keep", number_id=number)
        if row.kind == "duty":
            raise_item(connection, "duty_unanswered", now, None, row.id)
    return len(rows)


def _everybody_signs_in_anew(connection: Connection, now: datetime) -> None:
    """Who has signed out since then, or works here no longer, must not be signed in again by it."""
    connection.execute(delete(session))
    there = update(presence).where(presence.c.state != "offline")
    connection.execute(there.values(state="offline", since_at=now, tab=None, telephone=None))
