"""The promise's steps in SQL: guarded, fenced, each with its history row and its line in the ledger.

Every change of state goes through ``transition``; what a window told or a ring means for the promise is written by it,
so that no use case can forget to.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, insert, select, update

from adapters.database import Transaction
from adapters.ids import new_id
from adapters.schema import callback_event, callback_request
from adapters.together import Row, new_in
from callbacks import ledger_store as ledger
from callbacks.machine import TRANSITIONS, Event
from callbacks.model import FINAL_STATES
from callbacks.scoring import Told

REQUEST = callback_request
LOOKS = 3
SPOKEN = Told("voice")

# Made once, at import: a promise must not pay for building its statements (docs/decisions/0006).
_HISTORY = insert(callback_event).inline()
_REQUEST, _EVENT = new_in(REQUEST), new_in(callback_event)


def get(connection: Connection, request_id: str) -> RowMapping | None:
    return connection.execute(select(REQUEST).where(REQUEST.c.id == request_id)).mappings().first()


def add(tx: Transaction, values: Mapping[str, Any], now: datetime, who: str, told: Told = SPOKEN) -> str:
    """A new request in ``requested``. IntegrityError, when it is written: this number already has an open one about
    the topic."""
    request_id = new_id()
    row = {**values, "id": request_id, "state": "requested", "created_at": now, "told": told.via != "untold"}
    event = _history(request_id, "request", "", "requested", 0, None, who, now, None)
    tx.add(Row(_REQUEST, row), Row(_EVENT, event))
    ledger.add(tx, request_id, row, now, who, told)
    return request_id


def transition(
    connection: Connection,
    request_id: str,
    event: Event,
    now: datetime,
    who: str,
    *,
    token: str | None = None,
    note: str | None = None,
    **values: Any,
) -> bool:
    """One guarded step. False: the state (or the offer that holds it) is another by now, and nothing was changed.

    With ``token`` only the offer that holds the request may step. A neighbour may step between our look and ours:
    then the event is weighed against the new state. The resident is promised nothing new by it.
    """
    return promise_anew(connection, request_id, event, now, who, None, token=token, note=note, **values)


def promise_anew(
    connection: Connection,
    request_id: str,
    event: Event,
    now: datetime,
    who: str,
    promised: Told | None,
    *,
    token: str | None = None,
    note: str | None = None,
    **values: Any,
) -> bool:
    """The same; the window that the request then has is the resident's from now on, told this way."""
    if promised is not None:
        values["told"] = promised.via != "untold"
    for _ in range(LOOKS):
        row = get(connection, request_id)
        if row is None or (token is not None and row["offer_token"] != token):
            return False
        goal = TRANSITIONS.get((row["state"], event))
        if goal is None:
            return False
        if _stepped(connection, row, goal, event, now, _owned(row, event, who, values)):
            fence = row["fence"] + (event == "claim")
            held_by = token or row["offer_token"]
            connection.execute(
                _HISTORY, _history(request_id, event, row["state"], goal, fence, held_by, who, now, note)
            )
            _keep_the_ledger(connection, {**row, **values}, event, goal, now, who, promised)
            return True
    return False


def _owned(row: RowMapping, event: Event, who: str, values: dict[str, Any]) -> dict[str, Any]:
    """Who accepts a matter that nobody has begun is its owner: the next ring is hers while she is free."""
    if event == "accept" and row["owner_id"] is None:
        return {**values, "owner_id": who}
    return values


def _keep_the_ledger(
    connection: Connection,
    row: Mapping[str, Any],
    event: Event,
    goal: str,
    now: datetime,
    who: str,
    promised: Told | None,
) -> None:
    if event == "accept":
        ledger.first_ring(connection, row["id"], now)
    elif goal in FINAL_STATES or row["contact"] == "text":
        ledger.let_go(connection, row["id"], now, row["outcome"])
    elif promised is not None:
        ledger.told_anew(connection, row["id"], row, now, who, promised)


def _stepped(
    connection: Connection, row: RowMapping, goal: str, event: str, now: datetime, values: Mapping[str, Any]
) -> bool:
    changes = dict(values)
    if goal in FINAL_STATES:
        changes.setdefault("closed_at", now)
    if goal not in ("offered", "dialing", "connected"):
        changes["offer_token"] = None
    same = and_(
        REQUEST.c.id == row["id"],
        REQUEST.c.state == row["state"],
        REQUEST.c.fence == row["fence"],
        REQUEST.c.offer_token == row["offer_token"],
    )
    step = update(REQUEST).where(same).values(state=goal, fence=row["fence"] + (event == "claim"), **changes)
    return connection.execute(step).rowcount == 1


def _history(
    request_id: str,
    event: str,
    origin: str,
    goal: str,
    fence: int,
    token: str | None,
    who: str,
    now: datetime,
    note: str | None,
) -> dict[str, Any]:
    return {
        "request_id": request_id,
        "at": now,
        "event": event,
        "from_state": origin,
        "to_state": goal,
        "fence": fence,
        "offer_token": token,
        "who": who,
        "note": note,
    }
