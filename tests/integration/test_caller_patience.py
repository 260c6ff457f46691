"""What a caller waits for when others hold the record, or it hangs: less than a second, whatever everybody else waits.

What is waited for is counted, or asked of the database, and timed only where seconds tell it from fractions.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, event, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from adapters.database import CALLER_DEADLINES, TRIES, WRITE_DEADLINES, Database, DatabaseError, Transaction
from adapters.held import is_held
from adapters.schema import phone_number
from adapters.together import Row, new_in
from tests.support.cable import Cable
from tests.support.postgres import fresh_database
from tests.support.statements import asked_of

DEADLINE = 0.2  # of one statement; a real one is a second, and everything else is in proportion
CONNECTING = 2.0  # seconds that the driver itself waits for a server that swallows
OFTEN = 8  # more than the driver needs to prepare a statement
A_SECOND = 1.0
NUMBER = {"id": "n1", "e164": "+358401234567", "created_at": datetime(2026, 11, 24, tzinfo=UTC)}
Work = Callable[[Transaction], object]


@pytest.fixture
def postgres() -> Iterator[Database]:
    yield from with_numbers(fresh_database())


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    yield from with_numbers(f"sqlite:///{tmp_path}/record.db")


def with_numbers(url: str) -> Iterator[Database]:
    engine = create_engine(url)
    with engine.begin() as connection:
        phone_number.create(connection)
    engine.dispose()
    one = Database(url, DEADLINE)
    yield one
    one.dispose()


@contextmanager
def held(database: Database) -> Iterator[None]:
    engine = create_engine(database.url)
    with engine.connect() as other:
        other.exec_driver_sql(
            "BEGIN IMMEDIATE" if database.is_sqlite else "LOCK TABLE phone_number IN ACCESS EXCLUSIVE MODE"
        )
        yield
        other.rollback()
    engine.dispose()


def change(tx: Transaction) -> None:
    tx.connection.execute(update(phone_number).values(e164="+358401234567"))


@contextmanager
def sqlite_waits(database: Database) -> Iterator[list[int]]:
    """Milliseconds for which SQLite was told to wait for others' writing before each transaction."""
    told: list[int] = []
    now = int(DEADLINE * WRITE_DEADLINES * 1000)

    def before(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        nonlocal now
        if statement.startswith("PRAGMA busy_timeout="):
            now = int(statement.partition("=")[2])
        if statement == "BEGIN IMMEDIATE":
            told.append(now)

    event.listen(database.engine, "before_cursor_execute", before)
    try:
        yield told
    finally:
        event.remove(database.engine, "before_cursor_execute", before)


def test_sqlite_is_told_how_long_a_caller_waits_and_everybody_else_waits_as_ever(sqlite: Database) -> None:
    with sqlite_waits(sqlite) as told:
        sqlite.run(change, until=sqlite.caller_waits_until())
        sqlite.run(change)
        with held(sqlite), pytest.raises(OperationalError, match="locked"):
            sqlite.run(change, until=sqlite.caller_waits_until())
    callers, others = DEADLINE * CALLER_DEADLINES * 1000, DEADLINE * WRITE_DEADLINES * 1000
    assert told[0] <= callers
    assert told[1] == others
    assert told[2:] == [told[2]], "once"
    assert told[2] <= callers


def test_postgres_asks_once_more_for_a_lock_only_while_somebody_still_waits(postgres: Database) -> None:
    with held(postgres):
        with asked_of(postgres) as seen, pytest.raises(OperationalError):
            postgres.run(change, until=postgres.caller_waits_until())
        assert seen.begins == 1
        with asked_of(postgres) as seen, pytest.raises(OperationalError):
            postgres.run(change)
        assert seen.begins == TRIES


def test_a_callers_lock_costs_no_connection_and_the_next_unit_has_its_own_deadlines(postgres: Database) -> None:
    postgres.run(change)
    made: list[object] = []
    event.listen(postgres.engine, "connect", lambda *_: made.append(_))
    with held(postgres):
        for _ in range(OFTEN):
            with pytest.raises(OperationalError):
                postgres.run(change, until=postgres.caller_waits_until())
    postgres.run(lambda tx: deadlines_are_the_sessions(tx.connection))
    assert made == []


def deadlines_are_the_sessions(connection: Connection) -> None:
    for name, share in (("lock_timeout", 0.5), ("statement_timeout", 1.0)):
        assert connection.exec_driver_sql(f"SHOW {name}").scalar() == f"{int(DEADLINE * 1000 * share)}ms"


def test_the_server_is_told_how_long_a_caller_waits(postgres: Database) -> None:
    def told(tx: Transaction) -> dict[str, int]:
        names = ("lock_timeout", "statement_timeout")
        return {
            name: int(str(tx.connection.exec_driver_sql(f"SHOW {name}").scalar()).removesuffix("ms")) for name in names
        }

    for _ in range(OFTEN):
        found = postgres.run(told, until=postgres.caller_waits_until())
        assert 0 < found["lock_timeout"] <= DEADLINE * 0.5 * 1000
        assert 0 < found["statement_timeout"] <= DEADLINE * CALLER_DEADLINES * 1000


SLOW = "SET statement_timeout = 0; SELECT pg_sleep(5)"
AT_COMMIT = """
    CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN PERFORM pg_sleep({seconds}); RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER late AFTER INSERT ON phone_number DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION late();
"""


def test_a_look_that_is_slow_is_asked_for_again_and_no_outage(postgres: Database) -> None:
    """Long enough that a watcher who looks late on a busy machine does not make an outage of it."""
    patient = Database(postgres.url, A_SECOND)
    with pytest.raises(DatabaseError) as given_up, patient.read(patient.caller_waits_until()) as connection:
        connection.exec_driver_sql(SLOW)
    assert is_held(given_up.value)
    patient.run(change)
    patient.dispose()


def slow_to_commit(database: Database, seconds: float) -> None:
    engine = create_engine(database.url)
    with engine.begin() as connection:
        connection.exec_driver_sql(AT_COMMIT.format(seconds=seconds))
    engine.dispose()


def alone(tx: Transaction) -> None:
    """One statement, which is the transaction: it commits by itself."""
    tx.add(Row(new_in(phone_number), NUMBER))


def begun(tx: Transaction) -> None:
    tx.connection.execute(phone_number.insert().values(NUMBER))


@pytest.mark.parametrize("work", [alone, begun], ids=lambda one: one.__name__)
def test_a_commit_that_has_begun_has_the_patience_of_everybody(postgres: Database, work: Work) -> None:
    """A standby that takes its time is no fault that a caller should hear of."""
    slow_to_commit(postgres, DEADLINE * 1.6)
    postgres.run(work, until=postgres.caller_waits_until())


@pytest.mark.parametrize("work", [alone, begun], ids=lambda one: one.__name__)
def test_a_commit_that_was_cut_off_is_not_asked_about_again(postgres: Database, work: Work) -> None:
    """It may stand on this one host only, and its receipt would tell the promise. Others are answered: no outage."""
    slow_to_commit(postgres, 5.0)
    with others_are_answered(postgres), pytest.raises(DatabaseError) as given_up:
        postgres.run(work, until=postgres.caller_waits_until())
    assert not is_held(given_up.value)


@contextmanager
def others_are_answered(database: Database) -> Iterator[None]:
    over = Event()

    def ask() -> None:
        while not over.is_set():
            with suppress(DatabaseError), database.read() as connection:
                connection.exec_driver_sql("SELECT 2")

    other = Thread(target=ask)
    other.start()
    try:
        yield
    finally:
        over.set()
        other.join()


def test_a_note_is_given_up_with_the_rest(postgres: Database) -> None:
    """Nothing is told that a note says: it may stand or not."""
    slow_to_commit(postgres, 5.0)
    patient = Database(postgres.url, A_SECOND)
    begun_at = monotonic()
    with pytest.raises(DatabaseError), patient.write(0.3, until=patient.caller_waits_until()) as tx:
        alone(tx)
    assert monotonic() - begun_at < WRITE_DEADLINES
    patient.dispose()


def test_a_connection_that_comes_too_late_is_not_spent_on_whoever_waits_no_more(postgres: Database) -> None:
    postgres.run(change)
    until, made = postgres.caller_waits_until(), []
    event.listen(postgres.engine, "connect", lambda *_: made.append(_))
    event.listen(postgres.engine, "checkout", lambda *_: Event().wait(max(until.answered - monotonic(), 0.0)))
    with pytest.raises(DatabaseError) as given_up, postgres.read(until) as connection:
        connection.exec_driver_sql(SLOW)
    assert is_held(given_up.value)
    postgres.run(change)
    assert made == []


def test_that_all_our_connections_are_in_use_is_no_outage() -> None:
    assert is_held(PoolTimeout())


@pytest.fixture
def cable() -> Iterator[Cable]:
    made = Cable()
    yield made
    made.close()


@pytest.mark.parametrize("connections", [0, 1])
def test_a_server_that_swallows_costs_a_caller_a_moment_also_where_she_needs_a_new_connection(
    cable: Cable, connections: int
) -> None:
    url = make_url(fresh_database()).set(host="127.0.0.1", port=cable.port, query={"sslmode": "disable"})
    database = Database(url.render_as_string(hide_password=False), DEADLINE)
    with database.read() as connection:
        connection.exec_driver_sql("SELECT 2")
    if not connections:
        database.engine.dispose()
    cable.cut.set()
    begun = monotonic()
    with pytest.raises(DatabaseError), database.read(database.caller_waits_until()) as connection:
        connection.exec_driver_sql("SELECT 3")
    assert monotonic() - begun < min(A_SECOND, CONNECTING)
    database.dispose()
