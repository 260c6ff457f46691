"""Rows that are written together: one statement where the database can (PostgreSQL), one after another elsewhere.

A promise writes five rows; each statement less is a round trip less that a caller waits for.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy import bindparam as bind
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

Make = Callable[[Any], Any]  # a database's own insert -> the insert, without its values
Shape = tuple[tuple[Make, tuple[str, ...]], ...]  # of each row: how it is made, and its columns


@dataclass(frozen=True)
class Row:
    """``make`` is made once, at import, and so are its statements."""

    make: Make
    values: Mapping[str, Any]


def new_in(table: Table) -> Make:
    """A row that nobody else writes."""
    return lambda make: make(table)


def write(connection: Connection, rows: Sequence[Row]) -> None:
    """In this order where they go one by one. Whatever one of them violates, the transaction is lost."""
    if connection.dialect.name != "postgresql":
        for row in rows:
            connection.execute(_alone(row.make), dict(row.values))
        return
    values = {f"{name}_{at}": value for at, row in enumerate(rows) for name, value in row.values.items()}
    connection.execute(_joined(tuple((row.make, tuple(row.values)) for row in rows)), values)


@lru_cache(maxsize=64)
def _alone(make: Make) -> Any:
    return make(sqlite_insert).inline()


@lru_cache(maxsize=64)
def _joined(shape: Shape) -> Any:
    """The last row's insert, the others before it; references between them are checked when all are written."""
    *before, last = (
        make(postgres_insert).values({name: bind(f"{name}_{at}") for name in columns}).inline()
        for at, (make, columns) in enumerate(shape)
    )
    for at, insert in enumerate(before):
        last = last.add_cte(insert.cte(f"row_{at}"))
    return last
