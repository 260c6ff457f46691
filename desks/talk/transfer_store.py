"""Transfers and the stays they hand on, in SQL: guarded steps only."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, insert, or_, select, text, update

from adapters.ids import new_id
from adapters.schema import agent, line_event, listening, offer, outbox, transfer, waiting_caller
from desks.line.duty_store import OPEN_OFFER
from desks.line.machine import FINAL_LINE_STATES, LineState
from desks.talk.transfer_machine import FINAL_TRANSFER_STATES, TRANSFER, TransferEvent

# In the words of its partial index: only then is it used.
WITH_PARTNER = text("transfer.state = 'done' AND transfer.goal_kind = 'partner'")


def begin(connection: Connection, **values: Any) -> str:
    """IntegrityError: this agent's talk has an open transfer already."""
    transfer_id = new_id()
    connection.execute(insert(transfer).values(id=transfer_id, state="asked", **values))
    return transfer_id


def by_id(connection: Connection, transfer_id: str) -> RowMapping | None:
    return connection.execute(select(transfer).where(transfer.c.id == transfer_id)).mappings().first()


def open_of(connection: Connection, token: str) -> RowMapping | None:
    """The open transfer that this offer asked for, or that it is asked by."""
    either = or_(transfer.c.token == token, transfer.c.new_token == token)
    return connection.execute(select(transfer).where(either, transfer.c.ended_at.is_(None))).mappings().first()


def open_about(connection: Connection, call_sid: str) -> RowMapping | None:
    """The open transfer of the resident whose leg this is."""
    stays = select(waiting_caller.c.id).where(waiting_caller.c.call_sid == call_sid)
    hers = or_(offer.c.resident_call_sid == call_sid, offer.c.caller_id.in_(stays))
    query = select(transfer).join(offer, offer.c.token == transfer.c.token).where(transfer.c.ended_at.is_(None), hers)
    return connection.execute(query).mappings().first()


def last_of(connection: Connection, token: str) -> RowMapping | None:
    query = select(transfer).where(transfer.c.token == token).order_by(transfer.c.made_machine.desc()).limit(1)
    return connection.execute(query).mappings().first()


def move(connection: Connection, row: RowMapping, event: TransferEvent, now: datetime, **values: Any) -> bool:
    """One guarded step; False changes nothing."""
    goal = TRANSFER.transitions.get((row["state"], event))
    if goal is None:
        return False
    if goal in FINAL_TRANSFER_STATES:
        values = {"ended_at": now, **values}
    same = and_(transfer.c.id == row["id"], transfer.c.state == row["state"])
    return connection.execute(update(transfer).where(same).values(state=goal, **values)).rowcount == 1


def note(connection: Connection, transfer_id: str, **values: Any) -> None:
    connection.execute(update(transfer).where(transfer.c.id == transfer_id).values(**values))


def ask(connection: Connection, transfer_id: str, machine: float) -> bool:
    """Marked before the provider is asked; False: it has been."""
    mine = and_(transfer.c.id == transfer_id, transfer.c.asked_machine.is_(None), transfer.c.state == "asked")
    return connection.execute(update(transfer).where(mine).values(asked_machine=machine)).rowcount == 1


def adopt(connection: Connection, transfer_id: str, leg_sid: str) -> bool:
    """The leg that this transfer rang. False: it rang another one."""
    mine = and_(transfer.c.id == transfer_id, or_(transfer.c.leg_sid.is_(None), transfer.c.leg_sid == leg_sid))
    return connection.execute(update(transfer).where(mine).values(leg_sid=leg_sid)).rowcount == 1


def open_older_than(connection: Connection, machine: float) -> list[RowMapping]:
    query = select(transfer).where(transfer.c.ended_at.is_(None), transfer.c.made_machine < machine)
    return list(connection.execute(query.order_by(transfer.c.made_machine).limit(100)).mappings())


def promoted_before(connection: Connection, machine: float) -> list[RowMapping]:
    """Callbacks whose talk goes on in a room since then; picked from the open offers, which are as many as agents."""
    query = select(offer).where(OPEN_OFFER, offer.c.state == "connected", offer.c.accepted_machine < machine)
    rows = connection.execute(query.order_by(offer.c.accepted_machine)).mappings()
    return [row for row in rows if row["request_id"] is not None and row["room"] is not None]


def talks_with_partners(connection: Connection, since: datetime) -> list[RowMapping]:
    """Residents who were handed to a partner, and whom nobody has led on since."""
    led = select(outbox.c.id).where(outbox.c.kind == "release_caller", outbox.c.ref == transfer.c.token)
    query = select(transfer).where(WITH_PARTNER, transfer.c.ended_at > since)
    found = query.where(transfer.c.leg_sid.is_not(None), ~led.exists()).order_by(transfer.c.ended_at)
    return list(connection.execute(found.limit(100)).mappings())


def add_stay(connection: Connection, state: LineState, now: datetime, event: str, **values: Any) -> str:
    """A stay that begins where another one, or a callback's talk, ends."""
    line_id = new_id()
    connection.execute(insert(waiting_caller).values(id=line_id, state=state, joined_at=now, **values))
    step = {"from_state": "", "to_state": state, "fence": 0, "who": "agent"}
    connection.execute(insert(line_event).values(caller_id=line_id, at=now, event=event, **step))
    return line_id


def offer_to(
    connection: Connection, agent_id: str, line_id: str, handed_over_by: str, now: datetime, machine: float
) -> str:
    """A colleague is offered a caller whom another agent hands over. IntegrityError: she holds a matter already."""
    token = new_id()
    telephone = connection.scalar(select(agent.c.telephone).where(agent.c.id == agent_id))
    connection.execute(
        insert(offer).values(
            token=token, agent_id=agent_id, caller_id=line_id, state="offered", clause="handed", fence=0,
            own_telephone=telephone is not None, made_at=now, made_machine=machine, handed_over_by=handed_over_by,
        )
    )  # fmt: skip
    return token


def stays_of_call(connection: Connection, call_sid: str) -> list[RowMapping]:
    query = select(waiting_caller).where(
        waiting_caller.c.call_sid == call_sid, waiting_caller.c.state.not_in(FINAL_LINE_STATES)
    )
    return list(connection.execute(query).mappings())


def person(connection: Connection, agent_id: str) -> RowMapping | None:
    return connection.execute(select(agent).where(agent.c.id == agent_id)).mappings().first()


# --- listening ---------------------------------------------------------------------------------------------------


def listeners(connection: Connection, token: str) -> list[RowMapping]:
    query = select(listening).where(listening.c.token == token, listening.c.ended_at.is_(None))
    return list(connection.execute(query).mappings())


def listening_by_id(connection: Connection, listening_id: str) -> RowMapping | None:
    return connection.execute(select(listening).where(listening.c.id == listening_id)).mappings().first()


def listens_somewhere(connection: Connection, supervisor_id: str) -> bool:
    query = select(listening.c.id).where(listening.c.supervisor_id == supervisor_id, listening.c.ended_at.is_(None))
    return connection.execute(query.limit(1)).first() is not None


def add_listening(connection: Connection, **values: Any) -> str:
    listening_id = new_id()
    connection.execute(insert(listening).values(id=listening_id, **values))
    return listening_id


def note_listening(connection: Connection, listening_id: str, **values: Any) -> None:
    connection.execute(update(listening).where(listening.c.id == listening_id).values(**values))


def ask_listener(connection: Connection, listening_id: str, machine: float) -> bool:
    mine = and_(listening.c.id == listening_id, listening.c.asked_machine.is_(None), listening.c.ended_at.is_(None))
    return connection.execute(update(listening).where(mine).values(asked_machine=machine)).rowcount == 1


def end_listening(connection: Connection, listening_id: str, now: datetime) -> bool:
    running = update(listening).where(listening.c.id == listening_id, listening.c.ended_at.is_(None))
    return connection.execute(running.values(ended_at=now)).rowcount == 1


def open_listening_older_than(connection: Connection, machine: float) -> list[RowMapping]:
    query = select(listening).where(listening.c.ended_at.is_(None), listening.c.made_machine < machine)
    return list(connection.execute(query.limit(100)).mappings())
