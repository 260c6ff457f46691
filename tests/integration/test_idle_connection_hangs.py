"""One idle connection that hangs refuses nobody else, as long as others are answered: it is no outage."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

import adapters.reach
from adapters.database import Database, DatabaseError
from tests.support.postgres import fresh_database

PING, HANGS = "SELECT 1", "SET statement_timeout = 0; SELECT pg_sleep(1)"


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """Each of its connections has lain idle for long enough to be asked first."""
    monkeypatch.setattr(adapters.reach, "FRESH_SECONDS", 0.0)
    one = Database(fresh_database(), deadline=0.3)
    asked(one)
    yield one
    one.dispose()


def asked(database: Database) -> None:
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT 2").scalar() == 2


@contextmanager
def the_next_that_is_asked_hangs(database: Database, hangs: threading.Event) -> Iterator[None]:
    def strike(_connection: Any, _cursor: Any, statement: str, given: Any, *_more: Any) -> tuple[str, Any]:
        if statement != PING or hangs.is_set():
            return statement, given
        hangs.set()
        return HANGS, given

    event.listen(database.engine, "before_cursor_execute", strike, retval=True)
    try:
        yield
    finally:
        event.remove(database.engine, "before_cursor_execute", strike)


@contextmanager
def others_are_answered(database: Database, since: threading.Event) -> Iterator[None]:
    over = threading.Event()

    def ask() -> None:
        since.wait(5)
        while not over.is_set():
            asked(database)

    other = threading.Thread(target=ask)
    other.start()
    try:
        yield
    finally:
        over.set()
        other.join()


def test_whoever_comes_next_is_answered_where_others_just_were(database: Database) -> None:
    hangs = threading.Event()
    with the_next_that_is_asked_hangs(database, hangs), others_are_answered(database, hangs):
        with pytest.raises(DatabaseError):
            asked(database)
        asked(database)


def test_where_nobody_was_answered_meanwhile_the_record_is_spared_for_a_moment(database: Database) -> None:
    with the_next_that_is_asked_hangs(database, threading.Event()):
        with pytest.raises(DatabaseError):
            asked(database)
        with pytest.raises(DatabaseError, match="did not answer a moment ago"):
            asked(database)
