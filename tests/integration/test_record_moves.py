"""A record with several hosts: the one that swallows is passed by, and what was lost on the way is told as usual."""

import socket
import threading
import time
from collections.abc import Iterator, Sequence

import psycopg
import pytest
from sqlalchemy.engine import make_url

from adapters.breaker import BREAKER_SECONDS
from adapters.database import Database, DatabaseError
from tests.rig.waiting import until
from tests.support.postgres import cluster, fresh_database


@pytest.fixture
def swallowing() -> Iterator[int]:
    """A host that takes connections and never answers: what a cut link looks like from here."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as server:
        yield int(server.getsockname()[1])


def record(*hosts: tuple[str, int]) -> str:
    url = make_url(fresh_database())
    names, ports = ",".join(host for host, _ in hosts), ",".join(str(port) for _, port in hosts)
    query = {"host": names, "port": ports, "target_session_attrs": "read-write"}
    return url.set(query=query).render_as_string(hide_password=False)


def directory() -> str:
    return str(make_url(cluster().server.get_uri()).query["host"])


def test_the_host_that_holds_the_record_is_found_behind_one_that_swallows(swallowing: int) -> None:
    database = Database(record(("127.0.0.1", swallowing), (directory(), 5432)))
    begun = time.monotonic()
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1
    first, begun = time.monotonic() - begun, time.monotonic()
    assert first < 2.5, "a webhook has three seconds"
    database.dispose()
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT 2").scalar() == 2
    assert time.monotonic() - begun < first, "who was right last time is asked first"
    database.dispose()


@pytest.fixture
def without_its_standby() -> Iterator[str]:
    """A record whose operator wants each commit on a standby too, and the standby is away."""
    url = fresh_database()
    with psycopg.connect(cluster().server.get_uri(), autocommit=True) as connection:
        try:
            connection.execute("ALTER SYSTEM SET synchronous_standby_names = 'away'")
            connection.execute("SELECT pg_reload_conf()")
            yield url
        finally:
            connection.execute("ALTER SYSTEM RESET synchronous_standby_names")
            connection.execute("SELECT pg_reload_conf()")


def test_what_no_standby_has_confirmed_is_not_promised_and_waits_for_it_no_longer(without_its_standby: str) -> None:
    database, ran = Database(without_its_standby, deadline=0.3), list[str]()
    for statements in (("CREATE TABLE one (n int)",), ("SELECT 1", "INSERT INTO one VALUES (1)")):
        with pytest.raises(DatabaseError):
            _written(database, ran, statements)
        until(lambda: not _waiting_for_a_standby(), 10, lambda: "the server still waits, with its locks")
        time.sleep(BREAKER_SECONDS)  # of ours, not of the server's
    assert ran == []
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM one").scalar() == 1, "written, and told by nobody"
    database.dispose()


def test_a_wait_for_the_standby_that_somebody_calls_off_is_no_promise_either(without_its_standby: str) -> None:
    database, ran = Database(without_its_standby, deadline=10.0), list[str]()
    caller = threading.Thread(target=_calls_off, daemon=True)
    caller.start()
    with pytest.raises(DatabaseError, match="standby"):
        _written(database, ran, ("CREATE TABLE one (n int)",))
    caller.join()
    assert ran == []
    database.dispose()


def _written(database: Database, ran: list[str], statements: Sequence[str]) -> None:
    with database.write() as tx:
        tx.after_commit(lambda: ran.append("told"))
        for statement in statements:
            tx.connection.exec_driver_sql(statement)


def _waiting_for_a_standby() -> list[int]:
    with psycopg.connect(cluster().server.get_uri(), autocommit=True) as connection:
        waiting = connection.execute("SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
        return [int(row[0]) for row in waiting.fetchall()]


def _calls_off() -> None:
    waiting = until(lambda: _waiting_for_a_standby() or None, 10, lambda: "nobody waits")
    with psycopg.connect(cluster().server.get_uri(), autocommit=True) as connection:
        connection.execute("SELECT pg_cancel_backend(%s)", waiting[:1])


def test_nobody_there_is_the_usual_error_in_time(swallowing: int) -> None:
    database = Database(record(("127.0.0.1", swallowing), ("127.0.0.1", swallowing)))
    begun = time.monotonic()
    with pytest.raises(DatabaseError), database.read():
        raise AssertionError("there is no record")
    assert time.monotonic() - begun < 3
    database.dispose()
