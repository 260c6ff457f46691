"""The record: one engine, two kinds of unit. ``write`` is one transaction and one commit; ``read`` promises no write.

SQLite: WAL, ``synchronous=FULL``, ``BEGIN IMMEDIATE``, writers of one process one after another (they would only
fight for the file's lock). PostgreSQL: statement and lock deadlines, so that no webhook waits for a stuck
row; ``Transaction`` begins its transactions, each statement of a read is one of its own.
"""

import logging
import math
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection, Table
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from adapters.engines import POOL, POOL_DEALING, postgres, sqlite, syncing_less
from adapters.held import LOST_LOCK
from adapters.moved import noticing
from adapters.reach import Reach, Until
from adapters.record_hosts import refuse_if_alone
from adapters.together import Row
from adapters.together import write as write_together

LOG = logging.getLogger("database")
T = TypeVar("T")
DatabaseError = SQLAlchemyError
TRIES = 3
READ_DEADLINES, WRITE_DEADLINES, NOTE_DEADLINES = 1.5, 2.5, 1.0  # of one statement's deadline, for a whole unit
CALLER_DEADLINES = 0.7  # for all units of a webhook while a caller hears nothing: then she is asked to wait a moment
LOCK_DEADLINES = 0.5  # for one lock on PostgreSQL: ``record_hosts.session``
NOTICEABLE_SECONDS = 0.01


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

    It begins with the first statement that is not ``glance``'s, by the words ``begin``, None where it has begun. If all
    that is ever written is one statement, that statement is the transaction: neither a BEGIN nor a COMMIT travels.
    """

    def __init__(self, connection: Connection, begin: Callable[[], str] | None = lambda: "BEGIN") -> None:
        self._connection = connection
        self._begin = begin
        self._waiting: list[Row] = []
        self.hooks: list[Callable[[], object]] = []

    @property
    def connection(self) -> Connection:
        if self._begin is not None:
            self._connection.exec_driver_sql(self._begin())
            self._begin = None
        self.write_waiting()
        return self._connection

    @property
    def glance(self) -> Connection:
        """For a look that locks nothing: under READ COMMITTED it sees the same inside the transaction and before it."""
        return self.connection if self._waiting else self._connection

    @property
    def begun(self) -> bool:
        return self._begin is None

    def add(self, *rows: Row) -> None:
        """New rows. IntegrityError, when they are written: a neighbour has written one of them meanwhile."""
        self._waiting.extend(rows)

    def write_waiting(self) -> None:
        if self._waiting:
            rows, self._waiting = self._waiting, []
            write_together(self._connection, rows)

    def after_commit(self, hook: Callable[[], object]) -> None:
        self.hooks.append(hook)


def _milliseconds(seconds: float) -> int:
    """Never 0, which would be for ever."""
    return max(int(seconds * 1000), 1)


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
        self._dealing: Database | None = None
        self._making_dealing = threading.Lock()
        self.engine = (
            sqlite(url, deadline, deadline * WRITE_DEADLINES)
            if self.is_sqlite
            else postgres(url, deadline, POOL_DEALING if planned_once else POOL, planned_once=planned_once)
        )
        self._reach = Reach(self.engine, deadline)

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

    def caller_waits_until(self) -> Until:
        """Of one webhook that begins now, however many units it has. Workers, clock and agents have more patience; a
        commit that has begun has as much as theirs."""
        now = time.monotonic()
        return Until(now + self._deadline * CALLER_DEADLINES, now + self._deadline * WRITE_DEADLINES)

    def caller_waits_once(self) -> Until:
        """The same for a webhook whose question is not asked again: as patient as a worker's unit, all in all."""
        longest = time.monotonic() + self._deadline * WRITE_DEADLINES
        return Until(longest, longest)

    @contextmanager
    def read(self, until: Until | None = None) -> Iterator[Connection]:
        with self._connected(self._within(READ_DEADLINES, until)) as connection:
            yield connection
            connection.rollback()

    @contextmanager
    def write(
        self, patience: float | None = None, *, synced: bool = True, until: Until | None = None
    ) -> Iterator[Transaction]:
        """``patience``: seconds that others' writing is waited for, where that is to be less than the deadline's. Such
        a unit waits for no connection of ours either, and is given up sooner where the record hangs. ``until``: when
        nobody waits for it any more. ``synced``: see ``run_light``."""
        usual = self._deadline * WRITE_DEADLINES
        last = until.answered if until is not None else math.inf
        waits = min(time.monotonic() + (usual if patience is None else patience), last)
        deadlines = self._within(WRITE_DEADLINES if patience is None else NOTE_DEADLINES, until)
        with (
            self._turn(waits),
            self._connected(deadlines, patience) as connection,
            nullcontext() if synced or not self.is_sqlite else syncing_less(connection),
        ):
            if self.is_sqlite:
                self._begin_sqlite(connection, waits)
            words = partial(self._begin_postgres, waits, until)
            transaction = Transaction(connection, None if self.is_sqlite else words)
            try:
                yield transaction
                if until is not None and patience is None:
                    self._commits(connection, transaction, until)
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

    def _commits(self, connection: Connection, transaction: Transaction, until: Until) -> None:
        """What is left to do may stand whatever we hear of it: the last rows alone, if they are the transaction."""
        if self.is_sqlite:
            return
        if transaction.begun:
            transaction.write_waiting()
        self._reach.commits(connection, until.committed)

    def _within(self, deadlines: float, until: Until | None) -> float:
        """Of them, what is left of the time that somebody waits. With nothing left nothing is begun."""
        if until is None:
            return deadlines
        left = until.answered - time.monotonic()
        if left <= 0:
            raise DBAPIError("nobody waits any more", None, TimeoutError("busy"))
        return min(deadlines, left / self._deadline)

    def _begin_sqlite(self, connection: Connection, until: float) -> None:
        """Waiting for this process's writers and for other processes' is one wait: a caller hears nothing meanwhile."""
        left, usual = until - time.monotonic(), self._deadline * WRITE_DEADLINES
        if usual - left < NOTICEABLE_SECONDS:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            return
        connection.exec_driver_sql(f"PRAGMA busy_timeout={_milliseconds(left)}")
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        finally:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={_milliseconds(usual)}")

    def _begin_postgres(self, waits: float, until: Until | None) -> str:
        """A unit that somebody waits for ends at the server too, so that its connection is not lost: in the same
        message as its BEGIN. A single statement that needs none has the session's own deadlines."""
        if until is None:
            return "BEGIN"
        now = time.monotonic()
        lock, statement = min(waits - now, self._deadline * LOCK_DEADLINES), min(until.answered - now, self._deadline)
        return (
            f"BEGIN; SET LOCAL lock_timeout = {_milliseconds(lock)};"
            f" SET LOCAL statement_timeout = {_milliseconds(statement)}"
        )

    def run(self, work: Callable[[Transaction], T], *, synced: bool = True, until: Until | None = None) -> T:
        """``work`` in one transaction, begun anew (twice at most) when it lost a lock to a neighbour's. ``until``: when
        nobody waits for it any more: a lock that would be waited for beyond is not tried again."""
        for _ in range(TRIES - 1):
            try:
                with self.write(synced=synced, until=until) as transaction:
                    return work(transaction)
            except OperationalError as error:
                if getattr(error.orig, "sqlstate", None) not in LOST_LOCK or not self._time_for_a_lock(until):
                    raise
        with self.write(synced=synced, until=until) as transaction:
            return work(transaction)

    def _time_for_a_lock(self, until: Until | None) -> bool:
        return until is None or until.answered - time.monotonic() > self._deadline * LOCK_DEADLINES

    def run_light(self, work: Callable[[Transaction], T]) -> T:
        """For what may be lost in a power cut because it is then simply done again: nobody outside was told of it.

        SQLite's commit does not wait for the disk, and the next ``run`` makes it last. A process that dies takes
        nothing along. On PostgreSQL it is as ``run``: its machine may go down alone, and whoever wrote lives on."""
        return self.run(work, synced=False)

    @contextmanager
    def _connected(self, deadlines: float, patience: float | None = None) -> Iterator[Connection]:
        """A connection whose whole unit has a deadline."""
        if patience is not None and self._all_in_use():
            raise DBAPIError("every connection is in use", None, TimeoutError("busy"))
        if self.is_sqlite:
            with noticing(self.url), self.engine.connect() as connection:
                yield connection
            return
        with self._reach.connected(self._deadline * deadlines) as connection:
            yield connection

    def _all_in_use(self) -> bool:
        pool = self.engine.pool
        return isinstance(pool, QueuePool) and pool.checkedout() >= sum(POOL)

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
