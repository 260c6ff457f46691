"""The seals of the log of deeds: rows that are read and written. What a seal is made of: ``sealing``."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from adapters.schema import audit_event, audit_seal

AT_ONCE = 1000
STRAGGLERS = 1000  # a deed may be committed after others that were numbered later: so far back is looked


def last(connection: Connection) -> tuple[int, str]:
    """Number and seal of the newest; 0 and nothing: none was made yet."""
    row = connection.execute(
        select(audit_seal.c.number, audit_seal.c.seal).order_by(audit_seal.c.number.desc()).limit(1)
    ).first()
    return (0, "") if row is None else (int(row.number), str(row.seal))


def unsealed(connection: Connection, most: int = AT_ONCE) -> list[Row[Any]]:
    """Deeds without a seal, the oldest first."""
    newest = connection.execute(select(func.max(audit_seal.c.event_id))).scalar() or 0
    return list(
        connection.execute(
            select(audit_event)
            .outerjoin(audit_seal, audit_seal.c.event_id == audit_event.c.id)
            .where(audit_event.c.id > newest - STRAGGLERS, audit_seal.c.number.is_(None))
            .order_by(audit_event.c.id)
            .limit(most)
        )
    )


def without_seal(connection: Connection, most: int = AT_ONCE) -> list[Row[Any]]:
    """Every deed that has none, however long ago; ``passed``: it is so far back that none will be made for it."""
    newest = connection.execute(select(func.max(audit_seal.c.event_id))).scalar() or 0
    return list(
        connection.execute(
            select(audit_event.c.id, audit_event.c.machine, (audit_event.c.id <= newest - STRAGGLERS).label("passed"))
            .outerjoin(audit_seal, audit_seal.c.event_id == audit_event.c.id)
            .where(audit_seal.c.number.is_(None))
            .order_by(audit_event.c.id)
            .limit(most)
        )
    )


def put(connection: Connection, rows: list[dict[str, Any]]) -> None:
    connection.execute(insert(audit_seal), rows)


def drop_salts(connection: Connection, after: int, most: int = AT_ONCE) -> int:
    """Of deeds whose words are forgotten, among the next ``most`` seals; returns how far it came, 0 at the end."""
    among = audit_seal.c.number.between(after + 1, after + most)
    forgotten = select(audit_event.c.id).where(
        audit_event.c.id == audit_seal.c.event_id, audit_event.c.detail.is_(None)
    )
    connection.execute(
        update(audit_seal).where(among, audit_seal.c.salt.is_not(None), forgotten.exists()).values(salt=None)
    )
    return after + most if connection.execute(select(audit_seal.c.number).where(among).limit(1)).first() else 0


def sealed_deeds(connection: Connection) -> Iterator[Row[Any]]:
    """Every seal in order, with its deed beside it; without one where it was taken out."""
    after = 0
    while True:
        rows = connection.execute(
            select(audit_seal.c.number, audit_seal.c.event_id, audit_seal.c.salt, audit_seal.c.words, audit_seal.c.seal,
                   audit_event)
            .outerjoin(audit_event, audit_event.c.id == audit_seal.c.event_id)
            .where(audit_seal.c.number > after)
            .order_by(audit_seal.c.number)
            .limit(AT_ONCE)
        ).all()  # fmt: skip
        if not rows:
            return
        yield from rows
        after = int(rows[-1].number)
