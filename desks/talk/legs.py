"""Legs of a talk with more than two, as the provider tells of them: a partner's, a supervisor's, a room that is empty.

Each acts on the state it finds; news that come twice or late change nothing more.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import RowMapping

from adapters.database import Transaction
from desks import store
from desks.talk import transfer_end
from desks.talk import transfer_store as transfers
from desks.talk.conversation import Conversation
from desks.talk.conversation_end import RELEASE_SECONDS
from desks.talk.room import matter_of, room_of

if TYPE_CHECKING:
    from bootstrap import Services


@dataclass(frozen=True)
class Heard:
    room: str
    coach: str | None  # the agent's leg: only she hears the supervisor; None: nobody does


def _conversation(services: "Services", tx: Transaction) -> Conversation:
    return Conversation(services, tx, services.rules.current())


def partner_answered(services: "Services", tx: Transaction, transfer_id: str, call_sid: str) -> str | None:
    """The room, if the partner is still wanted there; asked again, the same room."""
    talk = _conversation(services, tx)
    row = transfer_end.taken(talk, transfers.by_id(tx.connection, transfer_id))
    if row is None or not transfers.adopt(tx.connection, transfer_id, call_sid):
        return None
    asking = store.offer_by_token(tx.connection, row["token"])
    if asking is None or row["state"] not in ("asked", "consulting", "joined", "done"):
        return None
    if row["state"] == "asked":
        transfer_end.answered(talk, row)
    return room_of(asking)


def partner_news(services: "Services", tx: Transaction, transfer_id: str, call_sid: str, word: str, over: bool) -> None:
    """Her leg rings, talks or is over. One whose order's answer was lost is ours from now on; nobody may want it any
    more."""
    talk = _conversation(services, tx)
    row = transfer_end.taken(talk, transfers.by_id(tx.connection, transfer_id))
    if row is None or not transfers.adopt(tx.connection, transfer_id, call_sid):
        return
    if over:
        partner_gone(services, tx, transfer_id, call_sid, word)
    elif row["leg_sid"] is None and row["ended_at"] is not None and row["state"] != "done":
        services.outbox.order(tx, "end_leg", call_sid)


def partner_gone(services: "Services", tx: Transaction, transfer_id: str, call_sid: str, why: str) -> None:
    """Before the agent has left: the resident is hers again. After it: the resident is not left alone."""
    talk = _conversation(services, tx)
    row = transfer_end.taken(talk, transfers.by_id(tx.connection, transfer_id))
    if row is None or row["leg_sid"] not in (None, call_sid):
        return
    if row["ended_at"] is None:
        transfer_end.failed(talk, row, why)
    elif row["state"] == "done":
        services.outbox.order(tx, "release_caller", row["token"], delay=RELEASE_SECONDS)


def room_over(services: "Services", tx: Transaction, token: str, call_sid: str, *, failed: bool) -> str | None:
    """Where the resident goes now: a stay of hers in the line, or nowhere (None).

    Her agent may have left in the very moment in which she asked somebody else: then the line has her back."""
    talk = _conversation(services, tx)
    open_one = transfer_end.taken(talk, transfers.open_about(tx.connection, call_sid))
    if open_one is not None and open_one["ended_at"] is None:
        _came_to_nothing(talk, open_one)
    elif failed:
        room_failed(talk, token)
    running = transfers.stays_of_call(tx.connection, call_sid)
    return next((str(stay["id"]) for stay in running if stay["state"] in ("waiting", "offered", "bridging")), None)


def _came_to_nothing(talk: Conversation, open_one: RowMapping) -> None:
    asking = talk.held(open_one["token"])
    if asking is not None and asking["state"] == "connected":
        transfer_end.leave(talk, asking, open_one)
    transfer_end.failed(talk, open_one, "room over")


def room_failed(talk: Conversation, token: str) -> None:
    """The room could not be made for one of them: the resident goes into the line, at her old place."""
    row = talk.held(token)
    matter = matter_of(talk.tx.connection, row) if row is not None else None
    if row is None or matter is None or row["state"] != "connected":
        return
    transfer_end.to_line(talk, row, matter, matter.desk)
    talk.close(row, "lost")
    talk.end_leg(row)


# --- a supervisor ------------------------------------------------------------------------------------------------


def supervisor_room(tx: Transaction, listening_id: str, call_sid: str) -> Heard | None:
    """None: the talk is over, she has stopped, or this is another leg than the one that was rung."""
    row = transfers.listening_by_id(tx.connection, listening_id)
    if row is None or row["ended_at"] is not None or row["leg_sid"] not in (None, call_sid):
        return None
    talk = store.offer_by_token(tx.connection, row["token"])
    room = room_of(talk) if talk is not None and talk["state"] == "connected" else None
    if talk is None or room is None:
        return None
    transfers.note_listening(tx.connection, listening_id, leg_sid=call_sid)
    return Heard(room, talk["agent_call_sid"] if row["mode"] == "coach" else None)


def supervisor_gone(services: "Services", tx: Transaction, listening_id: str) -> None:
    row = transfers.listening_by_id(tx.connection, listening_id)
    if row is None or not transfers.end_listening(tx.connection, listening_id, services.clock.now()):
        return
    talk = store.offer_by_token(tx.connection, row["token"])
    if talk is not None:
        tx.after_commit(lambda: services.changed(talk["agent_id"]))


def supervisor_news(services: "Services", tx: Transaction, listening_id: str, call_sid: str, *, over: bool) -> None:
    row = transfers.listening_by_id(tx.connection, listening_id)
    if row is None or row["leg_sid"] not in (None, call_sid):
        return
    if over:
        supervisor_gone(services, tx, listening_id)
    elif row["leg_sid"] is None:  # the answer to our order was lost: adopted
        transfers.note_listening(tx.connection, listening_id, leg_sid=call_sid)
        if row["ended_at"] is not None:
            services.outbox.order(tx, "end_leg", call_sid)
