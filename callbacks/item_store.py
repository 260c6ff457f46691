"""The supervisor's list in SQL: what a person must look at, each thing once."""

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from adapters.ids import new_id
from adapters.schema import supervisor_item as item


def raise_item(
    connection: Connection,
    kind: str,
    now: datetime,
    request_id: str | None,
    detail: str | None = None,
    number_id: str | None = None,
) -> bool:
    """Once for each request (or detail: a duty, a recording), kind and telephone. False: it stands there already."""
    known = select(item.c.id).where(
        item.c.kind == kind,
        item.c.request_id == request_id,
        item.c.detail == detail,
        item.c.number_id == number_id,
        item.c.closed_at.is_(None),
    )
    if connection.scalar(known) is not None:
        return False
    new = {"id": new_id(), "kind": kind, "request_id": request_id, "detail": detail, "made_at": now}
    connection.execute(insert(item).values(**new, number_id=number_id))
    return True


def close_items(connection: Connection, now: datetime, request_id: str, kind: str | None = None) -> None:
    """One kind or all: somebody has seen to it."""
    mine = [item.c.request_id == request_id, item.c.closed_at.is_(None)]
    if kind is not None:
        mine.append(item.c.kind == kind)
    connection.execute(update(item).where(*mine).values(closed_at=now))


def close_rung_in_vain(connection: Connection, now: datetime, number_id: str) -> None:
    """What said no more than that this telephone rang a duty in vain."""
    alone = (item.c.number_id == number_id, item.c.closed_at.is_(None))
    connection.execute(update(item).where(*alone).values(closed_at=now))
