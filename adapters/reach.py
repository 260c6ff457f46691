"""PostgreSQL's connections as a unit of work gets them: known to work, watched to a deadline, refused for a moment
where the record has let us down. SQLite needs none of it: it waits for nothing but one lock.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from adapters.breaker import Breaker
from adapters.deadline import Watcher
from adapters.record_hosts import ONLY_READ, brought_by, freed

FRESH_SECONDS = 1.0  # a connection used that lately is taken to be alive
WATCHER = Watcher()
TICKET = "ticket"  # of a connection in use: its watched block
COMMITS = "commits"  # of a connection in use: whether what it wrote stands can be told by its answer alone


@dataclass(frozen=True)
class Until:
    """How long whoever hears nothing is left so, in monotonic seconds: a unit that has not begun to commit by
    ``answered`` is given up, one that has by ``committed``."""

    answered: float
    committed: float


class Reach:
    """Of one process. ``deadline``: seconds of one statement."""

    def __init__(self, engine: Engine, deadline: float) -> None:
        self._engine, self._deadline = engine, deadline
        self._breaker = Breaker()

    @contextmanager
    def connected(self, seconds: float) -> Iterator[Connection]:
        """A connection whose whole unit has so many seconds; where that is less than a statement's deadline somebody
        waits for it, and finding the connection is within them. After a failure to connect or an unanswered unit the
        next ones fail at once for a moment: a caller must not pay the deadline on every step."""
        if self._breaker.open:
            raise DBAPIError("the record did not answer a moment ago", None, TimeoutError("breaker"))
        hurry = time.monotonic() + seconds if seconds < self._deadline else None
        with self._answering(hurry) as connection:
            if hurry is not None and time.monotonic() >= hurry:  # ours were in use: what was got in the end is kept
                raise DBAPIError("no connection in time", None, TimeoutError("busy"))
            with self._watched(connection, _left(seconds, hurry), hurry is not None):
                yield connection
                connection.info["used"] = time.monotonic()
                self._breaker.answered()

    def commits(self, connection: Connection, until: float) -> None:
        """From here on what was written may stand whatever we hear of it: it has until then (monotonic seconds). If it
        is cut off after all, whoever waits hears the way without a record: asked again, its receipt would tell a
        promise that perhaps no standby has."""
        connection.info[COMMITS] = True
        WATCHER.lengthen(connection.info[TICKET], until)

    def _answering(self, hurry: float | None) -> Connection:
        """A connection that is known to work: one that lay idle is asked first, a dead one is replaced once.

        One that was asked and hung is not replaced: connecting to a hung server would cost the caller two seconds more.
        """
        connection = self._reached(hurry)
        fresh = time.monotonic() - connection.info.get("used", 0.0) < FRESH_SECONDS
        if fresh or self._answers(connection, _left(self._deadline, hurry)):
            return connection
        return self._reached(hurry)

    def _reached(self, hurry: float | None) -> Connection:
        began = time.monotonic()
        try:
            with brought_by(hurry):
                return self._engine.connect()
        except PoolTimeout:  # we are busy ourselves; the record is well
            raise
        except SQLAlchemyError:
            if hurry is not None and time.monotonic() >= hurry:
                self._in_vain_since(began)
            else:
                self._breaker.failed()
            raise

    def _answers(self, connection: Connection, seconds: float) -> bool:
        began = time.monotonic()
        with WATCHER.within(seconds, _socket(connection)) as ticket:
            try:
                connection.exec_driver_sql("SELECT 1")
                connection.rollback()
            except SQLAlchemyError:
                connection.invalidate()
                connection.close()
                if ticket.cut:
                    self._in_vain_since(began)
                    raise
                return False
        return True

    @contextmanager
    def _watched(self, connection: Connection, seconds: float, hurried: bool) -> Iterator[None]:
        """A hurried unit that was cut off before its commit was slow, or met a lock late: nothing of it stands, and in
        a moment it may be done. Unless it shows, with others, that the record is away."""
        began, info = time.monotonic(), connection.info
        with WATCHER.within(seconds, _socket(connection)) as late, freed(info, late):
            info[TICKET], info[COMMITS] = late, False
            try:
                yield
            except SQLAlchemyError as error:
                if late.cut:
                    self._in_vain_since(began)
                    if hurried and not info[COMMITS] and not self._breaker.open:
                        raise DBAPIError("not done while somebody waits", None, TimeoutError("busy")) from error
                if getattr(getattr(error, "orig", None), "sqlstate", None) == ONLY_READ:
                    raise DBAPIError("the record may only be read here", None, TimeoutError("standby")) from error
                raise

    def _in_vain_since(self, began: float) -> None:
        self._breaker.cut(self._deadline, time.monotonic() - began)


def _left(seconds: float, hurry: float | None) -> float:
    return seconds if hurry is None else max(hurry - time.monotonic(), 0.0)


def _socket(connection: Connection) -> int:
    driver: Any = connection.connection.driver_connection
    return int(driver.fileno())
