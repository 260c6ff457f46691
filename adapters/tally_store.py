"""Counts that only grow and outlive their processes: one row for each name and label."""

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from adapters.schema import tally

LONGEST_LABEL = 80


def count(connection: Connection, name: str, label: str) -> None:
    """One more. Two who count at one instant count two."""
    make = sqlite_insert if connection.dialect.name == "sqlite" else postgres_insert
    row = make(tally).values(name=name, label=label[:LONGEST_LABEL], count=1)
    connection.execute(
        row.on_conflict_do_update(index_elements=[tally.c.name, tally.c.label], set_={"count": tally.c.count + 1})
    )
