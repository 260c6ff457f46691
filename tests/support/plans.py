"""How the record would carry out what a piece of work asks of it: its statements with their plans.

PostgreSQL plans for all values at once and without reading whole tables, however small they are in a test: a partial
index then serves only a statement that says its condition in words. SQLite is asked with the values themselves.
"""

import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, event

from adapters.database import Database

NAMED = re.compile(r"%\((\w+)\)s")


def plans(database: Database, work: Callable[[], object]) -> list[str]:
    """One for each statement that ``work`` reads or changes rows with."""
    asked: dict[str, Any] = {}

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, many: bool) -> None:
        if statement.split(maxsplit=1)[0] in ("SELECT", "WITH", "UPDATE", "DELETE") and not many:
            asked[statement] = values

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    with database.read() as connection:
        return [_plan(connection, statement, values) for statement, values in asked.items()]


def _plan(connection: Connection, statement: str, values: Any) -> str:
    if connection.dialect.name == "sqlite":
        return str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all())
    names: dict[str, int] = {}
    numbered = NAMED.sub(lambda found: f"${names.setdefault(found[1], len(names) + 1)}", statement)
    connection.exec_driver_sql("SET enable_seqscan = off")
    try:
        return str(connection.exec_driver_sql(f"EXPLAIN (GENERIC_PLAN) {numbered}").all())
    finally:
        connection.exec_driver_sql("RESET enable_seqscan")
