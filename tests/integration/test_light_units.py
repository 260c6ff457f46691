"""A unit that does not wait for the disk leaves no connection behind that would not either, however it ended."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from adapters.database import Database, Transaction
from adapters.engines import FULL

NORMAL = 1
AGAIN = "PRAGMA synchronous=FULL"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    one = Database(f"sqlite:///{tmp_path}/record.db")
    yield one
    one.dispose()


@contextmanager
def struck(database: Database, name: str, harm: Callable[..., object]) -> Iterator[None]:
    event.listen(database.engine, name, harm)
    try:
        yield
    finally:
        event.remove(database.engine, name, harm)


def level(tx: Transaction) -> Any:
    return tx.connection.exec_driver_sql("PRAGMA synchronous").scalar()


def full(_connection: object) -> None:
    raise OperationalError("COMMIT", None, OSError("no space left on device"))


def refused(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
    if statement == AGAIN:
        raise OperationalError(statement, None, sqlite3.OperationalError("disk I/O error"))


def test_it_waits_for_no_disk_and_the_next_one_does_again(database: Database) -> None:
    assert (database.run_light(level), database.run(level)) == (NORMAL, FULL)


def test_a_commit_that_fails_is_told_as_it_is(database: Database) -> None:
    with struck(database, "commit", full), pytest.raises(OperationalError, match="no space left"):
        database.run_light(level)
    assert database.run(level) == FULL


def test_a_fault_of_the_work_is_told_as_it_is_although_syncing_cannot_begin_again(database: Database) -> None:
    def fails(_tx: Transaction) -> None:
        raise RuntimeError("in the middle")

    with struck(database, "before_cursor_execute", refused), pytest.raises(RuntimeError, match="in the middle"):
        database.run_light(fails)
    assert database.run(level) == FULL


def test_a_connection_that_would_not_sync_again_serves_nobody(database: Database) -> None:
    """What it has committed stays committed: only whoever comes next needs another."""
    with struck(database, "before_cursor_execute", refused):
        assert database.run_light(level) == NORMAL
    assert database.run(level) == FULL
