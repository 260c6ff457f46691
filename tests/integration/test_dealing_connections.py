"""Connections to the record: those that a deal asks by are few, and made once however many threads deal first; those
of a web process are kept."""

import re
import threading
from collections.abc import Iterator

import pytest
from sqlalchemy.exc import TimeoutError as PoolTimeout

from adapters.database import Database
from adapters.engines import POOL, POOL_DEALING
from adapters.places import ROOT
from tests.support.postgres import fresh_database

THREADS = 4
MOST_OF_ONE_PROCESS = 25  # of the hundred that a PostgreSQL gives by default to two web processes, workers and clock
PATIENCE = 10.0
NOBODY_LISTENS = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"


@pytest.fixture
def database() -> Iterator[Database]:
    one = Database(fresh_database(), deadline=0.3)
    yield one
    one.dispose()


class MadeSlowly(Database):
    """Its maker waits until every other thread has asked as well, or for a moment: where one at a time is let in,
    nobody else comes."""

    made: list[Database]
    meet: threading.Barrier

    def __init__(self, url: str, deadline: float = 1.0, *, planned_once: bool = False) -> None:
        super().__init__(url, deadline, planned_once=planned_once)
        if not planned_once:
            return
        self.made.append(self)
        try:
            self.meet.wait(timeout=0.5)
        except threading.BrokenBarrierError:
            return


def test_threads_of_one_instant_deal_by_the_same_connections() -> None:
    MadeSlowly.made, MadeSlowly.meet = [], threading.Barrier(THREADS)
    database = MadeSlowly(NOBODY_LISTENS)
    found: list[Database] = []
    threads = [threading.Thread(target=lambda: found.append(database.for_dealing)) for _ in range(THREADS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(PATIENCE)
    assert len(found) == THREADS
    assert len(MadeSlowly.made) == 1
    assert {id(one) for one in found} == {id(MadeSlowly.made[0])}
    database.dispose()


def test_they_are_few_and_whoever_asks_for_more_is_refused_in_time(database: Database) -> None:
    dealing = database.for_dealing
    assert dealing.for_dealing is dealing
    assert sum(POOL_DEALING) <= 4
    assert sum(POOL) + sum(POOL_DEALING) <= MOST_OF_ONE_PROCESS
    held = [dealing.engine.connect() for _ in range(sum(POOL_DEALING))]
    try:
        with pytest.raises(PoolTimeout), dealing.read():
            raise AssertionError("one more than may be")
        with database.read() as connection:  # a webhook's own are not touched by it, and no breaker is open
            assert connection.exec_driver_sql("SELECT 1").scalar() == 1
    finally:
        for one in held:
            one.close()
    with dealing.read() as connection:
        assert connection.exec_driver_sql("SHOW plan_cache_mode").scalar() == "force_generic_plan"


def test_they_end_with_the_record(database: Database) -> None:
    with database.for_dealing.read() as connection:
        connection.exec_driver_sql("SELECT 1")
    assert database.for_dealing.engine.pool.checkedin() == 1  # type: ignore[attr-defined]
    database.dispose()
    assert database.for_dealing.engine.pool.checkedin() == 0  # type: ignore[attr-defined]


def test_a_file_has_no_second_set(tmp_path: object) -> None:
    one = Database(f"sqlite:///{tmp_path}/record.db")
    assert one.for_dealing is one
    one.dispose()


def test_as_many_as_answer_at_once_are_kept_and_none_is_made_anew(database: Database) -> None:
    """A connection costs the server more than what a turn asks by it."""

    def at_once() -> set[int]:
        met, pids = threading.Barrier(gunicorn_threads()), set[int]()

        def asks() -> None:
            with database.read() as connection:
                pids.add(int(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar() or 0))
                met.wait(PATIENCE)

        threads = [threading.Thread(target=asks) for _ in range(gunicorn_threads())]
        for one in threads:
            one.start()
        for one in threads:
            one.join(PATIENCE)
        return pids

    first = at_once()
    assert len(first) == gunicorn_threads()
    assert at_once() == first


def gunicorn_threads() -> int:
    """Of one web process; its settings cannot be imported here, for they begin to serve."""
    [told] = re.findall(r"^threads = (\d+)", (ROOT / "operations" / "gunicorn_web.py").read_text(), re.MULTILINE)
    return int(told)
