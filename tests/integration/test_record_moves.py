"""A record with several hosts: the one that swallows is passed by, and what was lost on the way is told as usual."""

import socket
import time
from collections.abc import Iterator

import pytest
from sqlalchemy.engine import make_url

from adapters.database import Database, DatabaseError
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


def test_nobody_there_is_the_usual_error_in_time(swallowing: int) -> None:
    database = Database(record(("127.0.0.1", swallowing), ("127.0.0.1", swallowing)))
    begun = time.monotonic()
    with pytest.raises(DatabaseError), database.read():
        raise AssertionError("there is no record")
    assert time.monotonic() - begun < 3
    database.dispose()
