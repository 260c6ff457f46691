"""A whole record in SQL: every table as it is found, read at one moment, written in one transaction, on each database.

It knows no table by its name; what its rows mean is other rooms' business. Types of our own are left aside, so that
what is written is exactly what was read.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import (
    Boolean,
    Connection,
    DateTime,
    Engine,
    TableClause,
    column,
    create_engine,
    event,
    func,
    insert,
    inspect,
    select,
    table,
    text,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from adapters.schema import UtcTime
from operations.record_rows import Columns, Tally, line_of

RecordError = SQLAlchemyError
MachineTrouble = OperationalError  # of the database's own state, not of what was asked


class RowsRefused(RecordError):
    """The server takes these rows not; the message names the table, and holds no row."""


AT_ONCE = 2000  # rows read, and written, in one journey
NOT_OURS = frozenset({"alembic_version"})
PATIENT = "-c timezone=UTC -c statement_timeout=0 -c idle_in_transaction_session_timeout=0"
BUSY_SECONDS = 20.0  # for the lock that keeps writers out: longer than any of them may take


@dataclass(frozen=True)
class Found:
    """One table of this database."""

    clause: TableClause
    columns: Columns

    @property
    def name(self) -> str:
        return self.clause.name


@contextmanager
def one_moment(url: str) -> Iterator[Connection]:
    """Reads what was committed when it began, however long that takes and whoever writes meanwhile."""
    with _connected(url, "BEGIN") as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        yield connection
        connection.rollback()


@contextmanager
def all_or_nothing(url: str) -> Iterator[Connection]:
    """One transaction that keeps other writers out on SQLite; committed by the caller, or nothing has happened."""
    with _connected(url, "BEGIN IMMEDIATE") as connection:
        connection.begin()
        yield connection


@contextmanager
def _connected(url: str, begin: str) -> Iterator[Connection]:
    """Without the deadlines of the service's own units: a whole record takes its time."""
    waits = {"timeout": BUSY_SECONDS} if url.startswith("sqlite") else {"connect_timeout": 5, "options": PATIENT}
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=waits)
    if url.startswith("sqlite"):
        _begins_itself(engine, begin)
    with engine.connect() as connection:
        yield connection


def _begins_itself(engine: Engine, begin: str) -> None:
    @event.listens_for(engine, "connect")
    def no_hidden_commits(connection: Any, _record: Any) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def begins(connection: Connection) -> None:
        connection.exec_driver_sql(begin)


def file_of(url: str) -> Path | None:
    """Of an SQLite record; None: a server's."""
    parsed = make_url(url)
    return Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None


def shown(url: str) -> str:
    """For a person to read: without the password."""
    return make_url(url).render_as_string(hide_password=True)


def revision(connection: Connection) -> str | None:
    """Of the schema; None: there is none of ours."""
    if "alembic_version" not in inspect(connection).get_table_names():
        return None
    found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return None if found is None else str(found)


def tables(connection: Connection) -> tuple[Found, ...]:
    """In an order in which they can be filled: what is pointed at comes first."""
    seen = inspect(connection)
    names = [name for name, _ in seen.get_sorted_table_and_fkc_names() if name and name not in NOT_OURS]
    return tuple(_found(name, seen.get_columns(name)) for name in names)


def _found(name: str, columns: Sequence[Any]) -> Found:
    kinds = {one["name"]: one["type"] for one in columns}
    names = tuple(sorted(kinds))
    plain = [column(each, _plain(kinds[each])) for each in names]
    times = frozenset(each for each in names if isinstance(kinds[each], DateTime))
    return Found(table(name, *plain), Columns(names, times))


def _plain(kind: Any) -> Any:
    if isinstance(kind, DateTime):
        return UtcTime()
    return Boolean() if isinstance(kind, Boolean) else None


def rows(connection: Connection, found: Found) -> Iterator[Sequence[Any]]:
    yield from connection.execute(select(found.clause), execution_options={"yield_per": AT_ONCE})


def tally(connection: Connection, found: Found) -> Tally:
    counted = Tally()
    for values in rows(connection, found):
        counted.count(line_of(values))
    return counted


def filled(connection: Connection) -> tuple[str, ...]:
    """Tables that hold anything."""
    return tuple(each.name for each in tables(connection) if connection.execute(select(each.clause).limit(1)).first())


def fill(connection: Connection, found: Found, values: Iterable[Sequence[Any]]) -> None:
    if connection.dialect.name == "postgresql":
        _copy(connection, found, values)
        return
    statement, left = insert(found.clause), iter(values)
    while some := [dict(zip(found.columns.names, row, strict=True)) for row in islice(left, AT_ONCE)]:
        connection.execute(statement, some)


def _copy(connection: Connection, found: Found, values: Iterable[Sequence[Any]]) -> None:
    driver: Any = connection.connection.driver_connection
    names = ", ".join(f'"{name}"' for name in found.columns.names)
    command = f'COPY "{found.name}" ({names}) FROM STDIN'
    try:
        with driver.cursor() as cursor, cursor.copy(command) as copying:
            for row in values:
                copying.write_row(row)
    except psycopg.Error as error:
        raise RowsRefused(f"table {found.name}: {error.diag.message_primary or type(error).__name__}") from None


def settle_counters(connection: Connection, found: Iterable[Found]) -> None:
    """The next row gets a number that no row has. SQLite finds it by itself."""
    if connection.dialect.name != "postgresql":
        return
    for each in found:
        if "id" not in each.columns.names:
            continue
        sequence = connection.scalar(select(func.pg_get_serial_sequence(f'"{each.name}"', "id")))
        if sequence is not None:
            most = connection.scalar(select(func.max(each.clause.c.id)))
            connection.execute(select(func.setval(sequence, most or 1, most is not None)))


def loose_ends(connection: Connection) -> int:
    """Rows that point at nothing. PostgreSQL takes none."""
    if connection.dialect.name == "postgresql":
        return 0
    return len(connection.exec_driver_sql("PRAGMA foreign_key_check").all())
