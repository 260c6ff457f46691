"""Which error of a database is waited for, and what is told of it: never a piece of its address."""

import sqlite3

import psycopg
import pytest
from psycopg import errors
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from operations.record_trouble import passes, told

AT = 'connection failed: connection to server at "10.0.0.7", port 5432 failed: '


def in_files(code: int) -> sqlite3.Error:
    error = sqlite3.OperationalError("of a file")
    error.sqlite_errorcode = code
    return error


PASSING = [
    psycopg.OperationalError(AT + "Connection refused"),
    psycopg.OperationalError(AT + "FATAL:  the database system is starting up"),
    psycopg.OperationalError(AT + "FATAL:  sorry, too many clients already"),
    errors.CannotConnectNow(),
    errors.AdminShutdown(),
    errors.QueryCanceled(),
    errors.ConnectionFailure(),
    errors.DiskFull(),
    errors.LockNotAvailable(),
    errors.DeadlockDetected(),
    in_files(sqlite3.SQLITE_BUSY),
    in_files(sqlite3.SQLITE_BUSY_SNAPSHOT),
    in_files(sqlite3.SQLITE_FULL),
]
LASTING = [
    psycopg.OperationalError(AT + 'FATAL:  password authentication failed for user "city"'),
    psycopg.OperationalError(AT + 'FATAL:  database "city" does not exist'),
    psycopg.OperationalError(AT + 'FATAL:  role "city" does not exist'),
    psycopg.OperationalError(AT + 'FATAL:  no pg_hba.conf entry for host "10.0.0.9", user "city"'),
    psycopg.OperationalError(AT + 'FATAL:  permission denied for database "city"'),
    psycopg.OperationalError(AT + "fe_sendauth: no password supplied"),
    errors.InvalidPassword(),
    in_files(sqlite3.SQLITE_READONLY),
    in_files(sqlite3.SQLITE_ERROR),
]


@pytest.mark.parametrize("error", PASSING, ids=repr)
def test_what_may_be_well_again_by_itself_is_waited_for(error: Exception) -> None:
    assert passes(OperationalError("SELECT 1", None, error))


@pytest.mark.parametrize("error", LASTING, ids=repr)
def test_what_a_person_must_mend_is_not_waited_for(error: Exception) -> None:
    assert not passes(OperationalError("SELECT 1", None, error))


def test_only_the_machines_own_trouble_is_waited_for() -> None:
    assert not passes(ProgrammingError("ALTER TABLE x", None, errors.InsufficientPrivilege()))
    assert not passes(DBAPIError("every connection is in use", None, TimeoutError("busy")))


def test_the_servers_words_are_told_and_nothing_of_the_address() -> None:
    refused = OperationalError("connect", None, LASTING[0])
    assert told(refused) == (
        "The database of DATABASE_URL does not do it"
        ' (OperationalError: password authentication failed for user "city").'
    )
    unknown = psycopg.OperationalError("failed to resolve host 'word@db'")  # the half of a password with an @
    assert told(OperationalError("connect", None, unknown)).endswith("(OperationalError).")
    assert told(OperationalError("x", None, errors.DiskFull())).endswith("(OperationalError, 53100: DiskFull).")
