"""Locks as two neighbours meet them: a row that is held while somebody else works, a lock that is lost once."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from adapters.database import Database

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
PATIENCE = 5.0


class _Lost(Exception):
    sqlstate = "40P01"  # deadlock_detected


@contextmanager
def a_lock_is_lost(database: Database, word: str) -> Iterator[None]:
    """The first statement with this word in it loses its lock to a neighbour's; later ones do not."""
    lost: list[str] = []

    def lose(_connection: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        if word in statement and not lost:
            lost.append(statement)
            raise OperationalError(statement, values, _Lost())

    event.listen(database.engine, "before_cursor_execute", lose)
    try:
        yield
    finally:
        event.remove(database.engine, "before_cursor_execute", lose)
    assert lost, f"nothing asked for {word}"


@dataclass
class Neighbour:
    """Somebody else's work, in a thread of its own."""

    work: Callable[[], object]
    failed: list[Exception] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            self.work()
        except Exception as error:
            self.failed.append(error)

    def waits(self, connection: Connection) -> bool:
        """It stands before a lock (PostgreSQL); False: it has gone through."""
        until = monotonic() + PATIENCE
        while self.thread.is_alive() and monotonic() < until:
            if connection.exec_driver_sql(WAITING).scalar():
                return True
            sleep(0.005)
        return False

    def done(self) -> None:
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()
        assert self.failed == []
