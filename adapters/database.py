"""The record: one engine, two kinds of unit. ``write`` is one transaction and one commit; ``read`` promises no write.

SQLite: WAL, ``synchronous=FULL``, ``BEGIN IMMEDIATE``, writers of one process one after another (they would only
fight for the file's lock). PostgreSQL: statement and lock deadlines, so that no webhook waits for a stuck row.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

T = TypeVar("T")
DatabaseError = SQLAlchemyError
TRIES = 3
LOST_LOCK = frozenset({"55P03", "40P01", "40001"})  # lock_not_available, deadlock_detected, serialization_failure


class Transaction:
    """One unit of work. What is registered with ``after_commit`` runs once the commit has returned, never before."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.hooks: list[Callable[[], object]] = []

    def after_commit(self, hook: Callable[[], object]) -> None:
        self.hooks.append(hook)


class Database:
    """``deadline`` in seconds bounds each statement, each lock wait and the wait for this process's writer."""

    def __init__(self, url: str, deadline: float = 1.0) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self._deadline = deadline
        self._writer = threading.Lock()
        self.engine = self._sqlite(url) if self.is_sqlite else self._postgres(url)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self.engine.connect() as connection:
            yield connection
            connection.rollback()

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        with self._turn(), self.engine.connect() as connection:
            transaction = Transaction(connection)
            if self.is_sqlite:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield transaction
            except BaseException:
                connection.rollback()
                raise
            connection.commit()
        for hook in transaction.hooks:
            hook()

    def run(self, work: Callable[[Transaction], T]) -> T:
        """``work`` in one transaction, begun anew (twice at most) when it lost a lock to a neighbour's."""
        for _ in range(TRIES - 1):
            try:
                with self.write() as transaction:
                    return work(transaction)
            except OperationalError as error:
                if getattr(error.orig, "sqlstate", None) not in LOST_LOCK:
                    raise
        with self.write() as transaction:
            return work(transaction)

    def dispose(self) -> None:
        self.engine.dispose()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self.is_sqlite:
            yield
            return
        if not self._writer.acquire(timeout=self._deadline * 3):
            raise DBAPIError("waiting for this process's writer", None, TimeoutError("busy"))
        try:
            yield
        finally:
            self._writer.release()

    def _sqlite(self, url: str) -> Engine:
        engine = create_engine(url, connect_args={"timeout": self._deadline * 3, "check_same_thread": False})

        @event.listens_for(engine, "connect")
        def prepare(connection: Any, record: Any) -> None:
            connection.isolation_level = None  # the driver opens no transaction of its own: BEGIN IMMEDIATE is ours
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
                connection.execute(f"PRAGMA {pragma}")

        return engine

    def _postgres(self, url: str) -> Engine:
        milliseconds = int(self._deadline * 1000)
        options = (
            f"-c statement_timeout={milliseconds} -c lock_timeout={milliseconds // 2} "
            "-c idle_in_transaction_session_timeout=5000 -c timezone=UTC"
        )
        return create_engine(
            url,
            pool_size=10,
            max_overflow=10,
            pool_timeout=self._deadline,
            pool_pre_ping=True,
            connect_args={"options": options, "connect_timeout": 2, "keepalives_idle": 10},
        )
