"""The promise ledger in SQL: each window as it was told, and its verdict. Judged in the transaction of the event.

At most one row of a request is open: a new window judges the one before it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from adapters.database import Transaction
from adapters.ids import new_id
from adapters.schema import callback_request, promise_told
from adapters.together import Row, new_in
from callbacks.model import Window
from callbacks.scoring import Told, Verdict, Via, given_up, replaced, rung

LEDGER = promise_told
MOST = 2000  # ended windows in one look
_NEW = new_in(LEDGER)
_TELL = insert(LEDGER).inline()


def add(tx: Transaction, request_id: str, values: Mapping[str, Any], now: datetime, who: str, told: Told) -> None:
    """With a new request, in its statement."""
    tx.add(Row(_NEW, _row(request_id, values, now, who, told)))


def told_anew(
    connection: Connection, request_id: str, values: Mapping[str, Any], now: datetime, who: str, told: Told
) -> None:
    """A new window in place of the one that stands."""
    before = open_row(connection, request_id)
    if before is not None:
        judge(connection, before, replaced(window_of(before), now, told.via), now)
    connection.execute(_TELL, _row(request_id, values, now, who, told))


def first_ring(connection: Connection, request_id: str, at: datetime) -> None:
    row = open_row(connection, request_id)
    if row is not None:
        judge(connection, row, rung(window_of(row), at), at, rung_at=at)


def let_go(connection: Connection, request_id: str, at: datetime, outcome: str | None) -> None:
    """Nobody rings any more: cancelled, served live, answered in writing, closed."""
    row = open_row(connection, request_id)
    if row is not None:
        judge(connection, row, given_up(window_of(row), at, outcome), at)


def open_row(connection: Connection, request_id: str) -> RowMapping | None:
    mine = select(LEDGER).where(LEDGER.c.request_id == request_id, LEDGER.c.verdict.is_(None))
    return connection.execute(mine).mappings().first()


def judge(connection: Connection, row: RowMapping, verdict: Verdict, at: datetime, **values: Any) -> bool:
    """Once: a verdict is not changed by what happens later."""
    same = update(LEDGER).where(LEDGER.c.id == row["id"], LEDGER.c.verdict.is_(None))
    return connection.execute(same.values(verdict=verdict, judged_at=at, **values)).rowcount == 1


def window_of(row: RowMapping) -> Window:
    return Window(row["window_start_at"], row["window_end_at"])


def ended(connection: Connection, now: datetime) -> Sequence[RowMapping]:
    """Open windows that have ended, with the desk that rings and what its request is doing; the oldest first."""
    ring = callback_request
    query = select(LEDGER, ring.c.desk, ring.c.state).join(ring, ring.c.id == LEDGER.c.request_id)
    gone = query.where(LEDGER.c.verdict.is_(None), LEDGER.c.window_end_at < now)
    return connection.execute(gone.order_by(LEDGER.c.window_end_at).limit(MOST)).mappings().all()


def did_not_arrive(connection: Connection, request_id: str, words: str) -> Window | None:
    """The message with these words was lost: nobody told this window, and what it replaced is broken for that.

    None: no window was told by it; the resident knows hers from her own call, or from an agent.
    """
    same = (LEDGER.c.request_id == request_id, LEDGER.c.via == "sms", LEDGER.c.words == words)
    row = connection.execute(select(LEDGER).where(*same).order_by(LEDGER.c.at.desc())).mappings().first()
    if row is None:
        return None
    connection.execute(update(LEDGER).where(LEDGER.c.id == row["id"]).values(via="untold"))
    before = (LEDGER.c.request_id == request_id, LEDGER.c.verdict == "void", LEDGER.c.judged_at == row["at"])
    connection.execute(update(LEDGER).where(*before, LEDGER.c.id != row["id"]).values(verdict="broken"))
    return window_of(row)


def _row(request_id: str, values: Mapping[str, Any], now: datetime, who: str, told: Told) -> dict[str, Any]:
    via: Via = told.via
    return {
        "id": new_id(),
        "request_id": request_id,
        "at": now,
        "who": who,
        "via": via,
        "words": told.words or values["promise_words"],
        "kind": values["kind"],
        "window_start_at": values["window_start_at"],
        "window_end_at": values["window_end_at"],
    }
