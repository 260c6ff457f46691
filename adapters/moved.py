"""Where a record has gone that was moved to another database: it says so itself.

Closing the old record is one commit: before it the old one goes on, after it every statement on the old one fails and
whoever starts is led to the new one. There is no moment in which both are written, or in which nobody knows which.
The new address stands in the old file, which is as secret as the record itself.
"""

import logging
import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

LOG = logging.getLogger("database")
TABLE = "moved_to"
PREFIX = "moved_"  # before the name of every table of a record that has gone
AWAY_SECONDS = 5.0


def followed(url: str) -> str:
    """The record's present address; the same one where it was not moved, or cannot be read just now."""
    if not url.startswith("sqlite:///"):
        return url
    return _goal(Path(make_url(url).database or "")) or url


def end_this_process() -> None:
    """Whoever watches it starts another, which follows the record: nobody has to know which processes there are."""
    LOG.warning("the record was moved: this process begins anew")
    os.kill(os.getpid(), signal.SIGTERM)


@contextmanager
def noticing(url: str, then: Callable[[], object] = end_this_process) -> Iterator[None]:
    """Around whatever asks the record at ``url``: one that has gone answers nothing any more. What is raised then tells
    of a record that is away: that its tables are missing would look like a fault of whoever asked."""
    try:
        yield
    except SQLAlchemyError as error:
        if followed(url) == url:
            raise
        then()
        raise DBAPIError("the record was moved", None, TimeoutError("moved")) from error


def never_made_anew(engine: Engine) -> None:
    """For whoever serves callers. SQLite's driver would make an empty file where the old one of a moved record was
    destroyed, or a disk is not mounted yet, and a process that was started anew would serve them from nothing."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "do_connect", _only_what_is_there)


def _only_what_is_there(dialect: Any, _record: Any, arguments: Any, _parameters: Any) -> None:
    if not Path(str(arguments[0])).is_file():
        raise dialect.loaded_dbapi.OperationalError("there is no record at this place")


def _goal(file: Path) -> str | None:
    if not file.is_file():
        return None
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=AWAY_SECONDS)) as reading:
            row = reading.execute(f"SELECT url FROM {TABLE}").fetchone()  # noqa: S608  a constant
    except sqlite3.Error:  # no such table: it is still here
        return None
    return None if row is None else str(row[0])
