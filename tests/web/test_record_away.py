"""While the record is silent the console says so calmly, in her language, and when to come back; a fault stays one."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from sqlalchemy import event
from sqlalchemy.exc import (
    DBAPIError,
    InterfaceError,
    InternalError,
    InvalidRequestError,
    NoResultFound,
    OperationalError,
    ProgrammingError,
    ResourceClosedError,
    StatementError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.test import TestResponse

from tests.web.console_rig import City

CALM = {"fi": "Palvelu ei juuri nyt vastaa", "sv": "Tjänsten svarar inte just nu", "en": "does not answer just now"}


@contextmanager
def silent(city: City, error: Exception | None = None) -> Iterator[None]:
    def fail(*_asked: object) -> None:
        raise error or OperationalError("SELECT", None, ConnectionError("the record is away"))

    engine = city.services.database.engine
    event.listen(engine, "before_cursor_execute", fail)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", fail)


def is_calm(answer: TestResponse) -> bool:
    return answer.status_code == 503 and 4 <= int(answer.headers["Retry-After"]) <= 8


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_a_page_says_calmly_that_it_cannot_be_shown(empty: City, language: str) -> None:
    empty.agent("aino")
    aino = empty.signed_in("aino")
    aino.client.set_cookie("console_language", language)
    with silent(empty):
        for path in ("/console/", "/console/queue", "/console/sign-in"):
            answer = aino.client.get(path, headers={"Accept": "text/html"})
            assert is_calm(answer), path
            assert CALM[language] in answer.text
            assert answer.headers["Content-Security-Policy"]
    assert aino.client.get("/console/").status_code == 200, "she is still signed in"


def test_scripts_are_told_when_to_come_back_and_a_deed_is_not_done(empty: City) -> None:
    empty.agent("aino")
    aino = empty.signed_in("aino")
    with silent(empty):
        part = aino.client.get("/console/part", headers={"Accept": "application/json, text/html"})
        deed = aino.client.post(
            "/console/presence", json={"state": "available"}, headers={"Accept": "application/json"}
        )
    assert is_calm(part)
    assert is_calm(deed)
    assert part.get_json() == {"error": "away"}


@pytest.mark.parametrize(
    "error",
    [
        InterfaceError("SELECT", None, ConnectionError("closed")),
        PoolTimeout("every connection is in use"),
        DBAPIError("the record did not answer a moment ago", None, TimeoutError("breaker")),
    ],
    ids=lambda one: type(one).__name__,
)
def test_whatever_tells_that_the_record_is_silent_is_told_calmly(empty: City, error: Exception) -> None:
    empty.agent("aino")
    aino = empty.signed_in("aino")
    with silent(empty, error):
        assert is_calm(aino.client.get("/console/"))


@pytest.mark.parametrize(
    "error",
    [
        ProgrammingError("SELECT", None, ValueError("no such column")),
        InternalError("SELECT", None, ValueError("the transaction has failed already")),
        StatementError("a value is missing", "SELECT", None, ValueError("a value is missing")),
        NoResultFound("no row was found when one was required"),
        InvalidRequestError("this connection is closed"),
        ResourceClosedError("this result returns no rows"),
    ],
    ids=lambda one: type(one).__name__,
)
def test_what_the_record_was_asked_wrongly_is_a_fault_of_ours(empty: City, error: Exception) -> None:
    empty.agent("aino")
    aino = empty.signed_in("aino")
    with silent(empty, error):
        assert aino.client.get("/console/").status_code == 500


def test_a_column_that_is_not_there_is_a_fault_of_ours_with_sqlite_too(empty: City) -> None:
    """Which calls it operational, like a disk that is full."""
    empty.agent("aino")
    aino = empty.signed_in("aino")
    with closing(sqlite3.connect(":memory:")) as other, pytest.raises(sqlite3.OperationalError) as found:
        other.execute("SELECT nothing_of_this_name")
    with silent(empty, OperationalError("SELECT", None, found.value)):
        assert aino.client.get("/console/").status_code == 500
