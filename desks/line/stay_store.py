"""The stays of live callers in the line, and their guarded steps."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, insert, select, update

from adapters.schema import call, line_event, waiting_caller
from desks.line.machine import FINAL_LINE_STATES, LINE, LineEvent

LOOKS = 3

CALLER = waiting_caller


def stay(connection: Connection, line_id: str, *, held: bool = False) -> RowMapping | None:
    query = select(CALLER).where(CALLER.c.id == line_id)
    return connection.execute(query.with_for_update() if held else query).mappings().first()


def stay_of_call(connection: Connection, call_sid: str) -> RowMapping | None:
    """The running stay of a call, if it is in the line. One that is being handed has a second, not yet hers."""
    not_hers = (*sorted(FINAL_LINE_STATES), "handing")
    query = select(CALLER).where(CALLER.c.call_sid == call_sid, CALLER.c.state.not_in(not_hers))
    return connection.execute(query).mappings().first()


def rang_since(connection: Connection, number_id: str, at: datetime) -> bool:
    """A call from this number has come since then."""
    later = select(call.c.call_sid).where(call.c.number_id == number_id, call.c.arrived_at > at)
    return connection.scalar(later.limit(1)) is not None


def rings_about(connection: Connection, line_id: str, request_id: str) -> None:
    """As the agent has heard from her; what she had said to the menu stands no more."""
    connection.execute(update(CALLER).where(CALLER.c.id == line_id).values(request_id=request_id))


def rings_about_no_longer(connection: Connection, call_sid: str, request_id: str) -> None:
    """The call goes on, and its end no longer says anything about this request: an agent has promised it anew in it."""
    running = (CALLER.c.call_sid == call_sid, CALLER.c.state.not_in(sorted(FINAL_LINE_STATES)))
    connection.execute(update(CALLER).where(*running, CALLER.c.request_id == request_id).values(request_id=None))


def move_caller(
    connection: Connection,
    line_id: str,
    event: LineEvent,
    now: datetime,
    who: str,
    *,
    note: str | None = None,
    **values: Any,
) -> bool:
    """One guarded step of a stay, with its history row; False changes nothing.

    A neighbour may move the stay between our look and our step: then the event is weighed against the new state.
    """
    for _ in range(LOOKS):
        row = stay(connection, line_id)
        goal = LINE.transitions.get((row["state"], event)) if row is not None else None
        if row is None or goal is None:
            return False
        if _stepped(connection, row, goal, event, now, values):
            fence = row["fence"] + (event == "offer")
            steps = {"from_state": row["state"], "to_state": goal, "fence": fence, "who": who, "note": note}
            connection.execute(insert(line_event).values(caller_id=line_id, at=now, event=event, **steps))
            return True
    return False


def name_queue(connection: Connection, line_id: str, queue_sid: str) -> None:
    """The provider's name of the queue she has come into; the first one stands."""
    unnamed = update(CALLER).where(CALLER.c.id == line_id, CALLER.c.queue_sid.is_(None))
    connection.execute(unnamed.values(queue_sid=queue_sid))


def _stepped(
    connection: Connection, row: RowMapping, goal: str, event: str, now: datetime, values: Mapping[str, Any]
) -> bool:
    changes = dict(values)
    if goal in FINAL_LINE_STATES:
        changes.setdefault("ended_at", now)
    if goal not in ("offered", "bridging", "talking"):
        changes["offer_token"] = None
    same = and_(CALLER.c.id == row["id"], CALLER.c.state == row["state"], CALLER.c.fence == row["fence"])
    step = update(CALLER).where(same).values(state=goal, fence=row["fence"] + (event == "offer"), **changes)
    return connection.execute(step).rowcount == 1
