"""Two rows that are always written together: one statement where the database can (PostgreSQL), two elsewhere.

A promise writes four rows; each statement less is a round trip less that a caller waits for.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

Make = Callable[[Any], Any]  # a database's own insert -> the insert, without its values


class Pair:
    """Statements are made once for each set of columns. Whatever one of the rows violates, neither is written."""

    def __init__(self, first: Make, second: Make) -> None:
        self._first, self._second = first, second
        self._joined = cache(self._join)
        self._alone = {"first": first(sqlite_insert), "second": second(sqlite_insert).inline()}

    def write(self, connection: Connection, first: Mapping[str, Any], second: Mapping[str, Any]) -> None:
        if connection.dialect.name != "postgresql":
            connection.execute(self._alone["first"], dict(first))
            connection.execute(self._alone["second"], dict(second))
            return
        values = {f"a_{name}": value for name, value in first.items()}
        values |= {f"b_{name}": value for name, value in second.items()}
        connection.execute(self._joined(tuple(first), tuple(second)), values)

    def _join(self, first: tuple[str, ...], second: tuple[str, ...]) -> Any:
        before = self._first(postgres_insert).values({name: bindparam(f"a_{name}") for name in first})
        then = self._second(postgres_insert).values({name: bindparam(f"b_{name}") for name in second})
        return then.inline().add_cte(before.cte("written_first"))
