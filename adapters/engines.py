"""How the record is connected to: what each connection is told before its first statement. No unit of work here.

SQLite: WAL, ``synchronous=FULL`` (less for one unit). PostgreSQL: statement and lock deadlines, UTC, and no BEGIN of
the driver's own.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import SQLAlchemyError

from adapters.record_hosts import ONLY_READ, know, session, way_to

LOG = logging.getLogger("database")
# Connections kept, and more at once. One is kept for each thread that answers (operations/gunicorn_web.py): more are
# made anew for each unit, at more cost than what is asked by them. Each process deals in a thread or two.
POOL, POOL_DEALING = (16, 4), (2, 2)
FULL = 2  # SQLite's number of the level at which each commit waits for the disk


def sqlite(url: str, deadline: float, patience: float) -> Engine:
    """``deadline``: seconds that a free connection is waited for; ``patience``: that another process's writing is."""
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=POOL[0],
        max_overflow=POOL[1],
        pool_timeout=deadline,
        connect_args={"timeout": patience, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # the driver opens no transaction of its own: BEGIN IMMEDIATE is ours
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


@contextmanager
def syncing_less(connection: Connection) -> Iterator[None]:
    """SQLite's commit inside does not wait for the disk. What the unit raises is what its asker sees, whatever becomes
    of the connection."""
    if connection.exec_driver_sql("PRAGMA synchronous").scalar() != FULL:
        yield
        return
    try:
        connection.exec_driver_sql("PRAGMA synchronous=NORMAL")
        yield
    finally:
        if not connection.invalidated:
            _sync_again(connection)


def _sync_again(connection: Connection) -> None:
    """Or it never goes back to the pool: a promise that is committed by it later would be spoken before it lasts."""
    full = False
    try:
        connection.exec_driver_sql("PRAGMA synchronous=FULL")
        full = True
    except SQLAlchemyError:
        LOG.exception("not synced again")
    finally:
        if not full:
            connection.invalidate()


def postgres(url: str, deadline: float, pool: tuple[int, int], *, planned_once: bool) -> Engine:
    """``deadline``: of one statement, in seconds."""
    engine = create_engine(
        url,
        hide_parameters=True,  # a traceback must not print what residents said or were promised
        isolation_level="AUTOCOMMIT",  # the driver sends no BEGIN of its own before each first statement: ours does
        pool_size=pool[0],
        max_overflow=pool[1],
        pool_timeout=deadline,
        connect_args={"options": session(deadline, planned_once), "connect_timeout": 2, "keepalives_idle": 10},
    )
    event.listen(engine, "connect", know)
    event.listen(engine, "handle_error", _holds_it_no_longer)
    event.listen(engine, "do_connect", way_to(engine.dialect.create_connect_args(engine.url)[1]))
    return engine


def _holds_it_no_longer(context: ExceptionContext) -> None:
    """A host that was in charge and may only be read now: every connection that was made before leads to it, so all of
    them are made anew, and find who is in charge."""
    if getattr(context.original_exception, "sqlstate", None) == ONLY_READ:
        context.is_disconnect = True
