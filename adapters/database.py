"""The record: one engine, two kinds of unit. ``write`` is one transaction and one commit; ``read`` promises no write.

SQLite: WAL, ``synchronous=FULL``, ``BEGIN IMMEDIATE``, writers of one process one after another (they would only
fight for the file's lock). PostgreSQL: statement and lock deadlines, so that no webhook waits for a stuck
row; ``Transaction`` begins its transactions, each statement of a read is one of its own.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, TypeVar

from sqlalchemy import Connection, Table
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool

from adapters.breaker import Breaker
from adapters.deadline import Watcher
from adapters.engines import POOL, POOL_DEALING, postgres, sqlite, syncing_less
from adapters.moved import noticing
from adapters.record_hosts import freed, refuse_if_alone
from adapters.together import Row
from adapters.together import write as write_together

LOG = logging.getLogger("database")
T = TypeVar("T")
DatabaseError = SQLAlchemyError
TRIES = 3
FRESH_SECONDS = 1.0  # a connection used that lately is taken to be alive
READ_DEADLINES, WRITE_DEADLINES, NOTE_DEADLINES = 1.5, 2.5, 1.0  # of one statement's deadline, for a whole unit
NOTICEABLE_SECONDS = 0.01
WATCHER = Watcher()
LOST_LOCK = frozenset({"55P03", "40P01", "40001"})  # lock_not_available, deadlock_detected, serialization_failure


def insert_once(connection: Connection, table: Table, values: Mapping[str, Any], key: Sequence[str]) -> bool:
    """False: a row with this key is there already (a neighbour's, perhaps of this very instant)."""
    make = sqlite_insert if connection.dialect.name == "sqlite" else postgres_insert
    row = make(table).values(**values).on_conflict_do_nothing(index_elements=list(key))
    counted = row.execution_options(preserve_rowcount=True)  # psycopg forgets an INSERT's count otherwise: -1
    return connection.execute(counted).rowcount == 1


class Transaction:
    """One unit of work. What is registered with ``after_commit`` runs once the commit has returned, never before.

    Rows that are only ``add``-ed wait for one another and are written in one statement: before anything else is asked
    of the record, at the latest before the commit. Take ``connection`` anew for each statement, so that none misses
    them.

    It begins with the first statement that is not ``glance``'s. If all that is ever written is one statement, that
    statement is the transaction: neither a BEGIN nor a COMMIT travels.
    """

    def __init__(self, connection: Connection, begun: bool = False) -> None:
        self._connection = connection
        self._begun = begun
        self._waiting: list[Row] = []
        self.hooks: list[Callable[[], object]] = []

    @property
    def connection(self) -> Connection:
        if not self._begun:
            self._connection.exec_driver_sql("BEGIN")
            self._begun = True
        self.write_waiting()
        return self._connection

    @property
    def glance(self) -> Connection:
        """For a look that locks nothing: under READ COMMITTED it sees the same inside the transaction and before it."""
        return self.connection if self._waiting else self._connection

    def add(self, *rows: Row) -> None:
        """New rows. IntegrityError, when they are written: a neighbour has written one of them meanwhile."""
        self._waiting.extend(rows)

    def write_waiting(self) -> None:
        if self._waiting:
            rows, self._waiting = self._waiting, []
            write_together(self._connection, rows)

    def after_commit(self, hook: Callable[[], object]) -> None:
        self.hooks.append(hook)


def _hint(hook: Callable[[], object]) -> None:
    """What is committed stays committed: a hint that fails must not turn a promise into an apology."""
    try:
        hook()
    except Exception:
        LOG.exception("hint failed")


class Database:
    """``deadline`` in seconds bounds each statement, each lock wait and the wait for this process's writer.

    ``planned_once``: PostgreSQL plans a statement once for all values, so that a statement of many parts costs its
    work, not its planning. Such a statement must name its order and its limit: the planner does not see the values.
    """

    def __init__(self, url: str, deadline: float = 1.0, *, planned_once: bool = False) -> None:
        self.url = url
        self._planned_once = planned_once
        self.is_sqlite = url.startswith("sqlite")
        self._deadline = deadline
        self._writer = threading.Lock()
        self._breaker = Breaker()
        self._dealing: Database | None = None
        self._making_dealing = threading.Lock()
        self.engine = (
            sqlite(url, deadline, deadline * WRITE_DEADLINES)
            if self.is_sqlite
            else postgres(url, deadline, POOL_DEALING if planned_once else POOL, planned_once=planned_once)
        )

    @property
    def for_dealing(self) -> "Database":
        """The same record, by connections that plan once: a deal asks some thirty statements, most of them long.

        Made once, whichever thread deals first: a second pool, dropped at once, would keep its connections open, and
        the server has only so many for every process together.
        """
        if self.is_sqlite or self._planned_once:
            return self
        with self._making_dealing:
            if self._dealing is None:
                self._dealing = type(self)(self.url, self._deadline, planned_once=True)
            return self._dealing

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self._connected(READ_DEADLINES) as connection:
            yield connection
            connection.rollback()

    @contextmanager
    def write(self, patience: float | None = None, *, synced: bool = True) -> Iterator[Transaction]:
        """``patience``: seconds that others' writing is waited for, where that is to be less than the deadline's. Such
        a unit waits for no connection of ours either, and is given up sooner where the record hangs. ``synced``: see
        ``run_light``."""
        until = time.monotonic() + (self._deadline * WRITE_DEADLINES if patience is None else patience)
        deadlines = WRITE_DEADLINES if patience is None else NOTE_DEADLINES
        with (
            self._turn(until),
            self._connected(deadlines, patience) as connection,
            nullcontext() if synced or not self.is_sqlite else syncing_less(connection),
        ):
            if self.is_sqlite:
                self._begin_sqlite(connection, patience is not None, until)
            transaction = Transaction(connection, begun=self.is_sqlite)
            try:
                yield transaction
                transaction.write_waiting()
            except BaseException:
                connection.rollback()
                raise
            try:
                connection.commit()
                refuse_if_alone(connection.info)
            except BaseException:
                connection.invalidate()  # in the pool it would keep its transaction, and hold every other writer up
                raise
        for hook in transaction.hooks:
            _hint(hook)

    def _begin_sqlite(self, connection: Connection, hurried: bool, until: float) -> None:
        """Waiting for this process's writers and for other processes' is one wait: a caller hears nothing meanwhile."""
        left, usual = until - time.monotonic(), self._deadline * WRITE_DEADLINES
        if not hurried and usual - left < NOTICEABLE_SECONDS:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            return
        connection.exec_driver_sql(f"PRAGMA busy_timeout={max(int(left * 1000), 1)}")
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        finally:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={int(usual * 1000)}")

    def run(self, work: Callable[[Transaction], T], *, synced: bool = True) -> T:
        """``work`` in one transaction, begun anew (twice at most) when it lost a lock to a neighbour's."""
        for _ in range(TRIES - 1):
            try:
                with self.write(synced=synced) as transaction:
                    return work(transaction)
            except OperationalError as error:
                if getattr(error.orig, "sqlstate", None) not in LOST_LOCK:
                    raise
        with self.write(synced=synced) as transaction:
            return work(transaction)

    def run_light(self, work: Callable[[Transaction], T]) -> T:
        """For what may be lost in a power cut because it is then simply done again: nobody outside was told of it.

        SQLite's commit does not wait for the disk, and the next ``run`` makes it last. A process that dies takes
        nothing along. On PostgreSQL it is as ``run``: its machine may go down alone, and whoever wrote lives on."""
        return self.run(work, synced=False)

    @contextmanager
    def _connected(self, deadlines: float, patience: float | None = None) -> Iterator[Connection]:
        """A connection whose whole unit has a deadline. After a failure to connect or an unanswered unit the next ones
        fail at once for a moment: a caller must not pay the deadline on every step."""
        if patience is not None and self._all_in_use():
            raise DBAPIError("every connection is in use", None, TimeoutError("busy"))
        if self.is_sqlite:
            with noticing(self.url), self.engine.connect() as connection:
                yield connection
            return
        if self._breaker.open:
            raise DBAPIError("the record did not answer a moment ago", None, TimeoutError("breaker"))
        with self._answering() as connection, self._watched(connection, deadlines):
            yield connection
            connection.info["used"] = time.monotonic()
            self._breaker.answered()

    def _all_in_use(self) -> bool:
        pool = self.engine.pool
        return isinstance(pool, QueuePool) and pool.checkedout() >= sum(POOL)

    def _answering(self) -> Connection:
        """A connection that is known to work: one that lay idle is asked first, a dead one is replaced once.

        One that was asked and hung is not replaced: connecting to a hung server would cost the caller two seconds more.
        """
        connection = self._reached()
        if time.monotonic() - connection.info.get("used", 0.0) < FRESH_SECONDS or self._answers(connection):
            return connection
        return self._reached()

    def _reached(self) -> Connection:
        try:
            return self.engine.connect()
        except PoolTimeout:  # we are busy ourselves; the record is well
            raise
        except SQLAlchemyError:
            self._breaker.failed()
            raise

    def _answers(self, connection: Connection) -> bool:
        with WATCHER.within(self._deadline, self._socket(connection)) as ticket:
            try:
                connection.exec_driver_sql("SELECT 1")
                connection.rollback()
            except SQLAlchemyError:
                connection.invalidate()
                connection.close()
                if ticket.cut:
                    self._breaker.cut(self._deadline)
                    raise
                return False
        return True

    @contextmanager
    def _watched(self, connection: Connection, deadlines: float) -> Iterator[None]:
        with WATCHER.within(self._deadline * deadlines, self._socket(connection)) as late, freed(connection.info, late):
            try:
                yield
            except SQLAlchemyError:
                if late.cut:
                    self._breaker.cut(self._deadline)
                raise

    @staticmethod
    def _socket(connection: Connection) -> int:
        driver: Any = connection.connection.driver_connection
        return int(driver.fileno())

    def dispose(self) -> None:
        self.engine.dispose()
        if self._dealing is not None:
            self._dealing.dispose()

    @contextmanager
    def _turn(self, until: float) -> Iterator[None]:
        if not self.is_sqlite:
            yield
            return
        if not self._writer.acquire(timeout=max(until - time.monotonic(), 0.0)):
            raise DBAPIError("waiting for this process's writer", None, TimeoutError("busy"))
        try:
            yield
        finally:
            self._writer.release()
