"""Our own calls to our own number in SQL: claimed once for each slot, and how far each one came."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, RowMapping, delete, select, update

from adapters.database import insert_once
from adapters.ids import new_id
from adapters.schema import test_call

Walked = Literal["walked", "not_ordered", "not_answered", "no_menu"]  # how far it came
WALKED: Walked = "walked"
KEEP = timedelta(days=30)
OPEN_SECONDS = 120.0  # machine time from the order to the verdict


def claim(connection: Connection, slot: str, now: datetime, machine: float) -> str | None:
    """Its id; None: this slot's call is made already, perhaps by another clock."""
    row = {"id": new_id(), "slot": slot, "asked_at": now, "asked_machine": machine}
    return str(row["id"]) if insert_once(connection, test_call, row, ("slot",)) else None


def latest(connection: Connection, most: int) -> Sequence[RowMapping]:
    """The newest first."""
    return connection.execute(select(test_call).order_by(test_call.c.slot.desc()).limit(most)).mappings().all()


def latest_failures(connection: Connection) -> tuple[str | None, ...]:
    """Of the last two that are over, the newest first: how each failed; None: it went through."""
    over = select(test_call.c.result).where(test_call.c.result.is_not(None)).order_by(test_call.c.slot.desc())
    return tuple(None if one == WALKED else str(one) for one in connection.scalars(over.limit(2)))


def ordered(connection: Connection, id_: str, call_sid: str) -> None:
    connection.execute(update(test_call).where(test_call.c.id == id_).values(call_sid=call_sid))


def arrived(connection: Connection, call_sid: str, machine: float) -> bool:
    """The greeting was asked for by a call from our own number, while one of ours is under way: the first such call."""
    under_way = (
        select(test_call.c.id)
        .where(test_call.c.result.is_(None), test_call.c.arrived_sid.is_(None))
        .where(test_call.c.asked_machine > machine - OPEN_SECONDS)
        .order_by(test_call.c.slot.desc())
        .limit(1)
        .scalar_subquery()
    )
    mine = update(test_call).where(test_call.c.id == under_way, test_call.c.arrived_sid.is_(None))
    return connection.execute(mine.values(arrived_sid=call_sid, arrived_machine=machine)).rowcount == 1


def reached_menu(connection: Connection, call_sid: str, machine: float) -> None:
    mine = (test_call.c.arrived_sid == call_sid, test_call.c.menu_machine.is_(None))
    connection.execute(update(test_call).where(*mine).values(menu_machine=machine))


def is_ours(connection: Connection, arrived_sid: str) -> bool:
    return connection.scalar(select(test_call.c.id).where(test_call.c.arrived_sid == arrived_sid)) is not None


def open_ones(connection: Connection) -> Sequence[RowMapping]:
    return connection.execute(select(test_call).where(test_call.c.result.is_(None))).mappings().all()


def conclude(connection: Connection, id_: str, result: Walked, machine: float) -> bool:
    mine = (test_call.c.id == id_, test_call.c.result.is_(None))
    return connection.execute(update(test_call).where(*mine).values(result=result, ended_machine=machine)).rowcount == 1


def verdict(row: RowMapping) -> Walked:
    if row["menu_machine"] is not None:
        return WALKED
    if row["arrived_machine"] is not None:
        return "no_menu"
    return "not_answered" if row["call_sid"] is not None else "not_ordered"


def forget_old(connection: Connection, now: datetime) -> None:
    connection.execute(delete(test_call).where(test_call.c.asked_at < now - KEEP))
