"""Codes in SQL: which requests have one, and how often somebody has tried to name one."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, func, or_, select

from adapters.database import insert_once
from adapters.schema import code_try
from callbacks.store import IS_OPEN, REQUEST


def with_code(connection: Connection, code: str, since: datetime) -> Sequence[RowMapping]:
    """Matters that have this code: open, or closed since."""
    alive = or_(IS_OPEN, REQUEST.c.closed_at >= since)
    return connection.execute(select(REQUEST).where(REQUEST.c.code == code, alive)).mappings().all()


def code_tries(connection: Connection, call_sid: str, number: str | None, since: float) -> tuple[int, int]:
    """(in this call, since then from this number: from all withheld ones where it is None)."""
    lately = (code_try.c.number_id == number, code_try.c.made_machine >= since)
    in_call = select(func.count()).where(code_try.c.call_sid == call_sid)
    row = connection.execute(
        select(in_call.scalar_subquery(), select(func.count()).where(*lately).scalar_subquery())
    ).one()
    return int(row[0]), int(row[1])


def note_code_try(connection: Connection, call_sid: str, nonce: str, number: str | None, machine: float) -> None:
    row = {"call_sid": call_sid, "nonce": nonce, "number_id": number, "made_machine": machine}
    insert_once(connection, code_try, row, ("call_sid", "nonce"))
