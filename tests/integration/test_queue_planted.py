"""Whoever can write into the queue's memory can make a worker do what its own orders say, or nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from rq import Queue, SimpleWorker
from rq.job import Job
from rq.serializers import JSONSerializer

from adapters.schema import metadata, outbox
from operations.processes import Fleet
from operations.specs import store_spec
from queue_workers import jobs
from queue_workers.allowed import DEAL, EFFECT, QUEUE, AllowedJob, RefusedJob
from tests.support.services import SETTINGS, Town, empty_record


@pytest.fixture
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator["redis.Redis"]:
    root = tmp_path_factory.mktemp("q")
    socket = root / "v.sock"
    fleet = Fleet({}, root, (store_spec(root / "data", socket),))
    fleet.start()
    try:
        yield redis.Redis(unix_socket_path=str(socket))
    finally:
        fleet.stop()


def worked(store: "redis.Redis") -> None:
    """As ``queue_workers.worker`` does it, until the queue is empty."""
    worker = SimpleWorker([QUEUE], connection=store, serializer=JSONSerializer, job_class=AllowedJob)
    worker.work(burst=True, logging_level="CRITICAL")


def planted(store: "redis.Redis", function: str, *args: object, serializer: str = "json") -> Job:
    """By somebody with a plain client of her own: nothing of ours stands in her way but the worker."""
    return Queue(QUEUE, connection=store, serializer=serializer).enqueue(function, args=args)


def test_a_planted_command_is_not_run(store: "redis.Redis", tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    job = planted(store, "os.system", f"touch {trace}")
    worked(store)
    assert not trace.exists()
    assert job.get_status() == "failed"
    result = job.latest_result()
    assert result is not None
    assert RefusedJob.__name__ in str(result.exc_string)


def test_a_planted_pickle_is_not_opened(store: "redis.Redis", tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    planted(store, "os.system", f"touch {trace}", serializer="pickle")
    worked(store)
    assert not trace.exists()


def test_a_planted_callback_is_not_imported(store: "redis.Redis", tmp_path: Path) -> None:
    """RQ imports the module of a callback by its name, before anything is known of the job."""
    trace = tmp_path / "trace"
    module = tmp_path / "planted_module.py"
    module.write_text(f"open({str(trace)!r}, 'w').close()\n\n\ndef call(*args):\n    pass\n")
    job = Job.create(DEAL, connection=store, serializer=JSONSerializer, origin=QUEUE)
    job._failure_callback_name = job._success_callback_name = "planted_module.call"
    job.save()
    store.sadd(Queue.redis_queues_keys, f"rq:queue:{QUEUE}")
    store.rpush(f"rq:queue:{QUEUE}", job.id)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(tmp_path))
        worked(store)
    assert not trace.exists()


# --- jobs that may be run, with ids that nobody has ordered or that are done -----------------------------------------

STRANGE: tuple[tuple[object, ...], ...] = (
    *(("",), ("x",), ("a" * 5_000,), ("../../etc/passwd",), ("'; DROP TABLE outbox; --",), ("%",), ("\x00",)),
    *((None,), (5,), (True,), (["x"],), ({"$ne": None},), (), ("x", "y")),
)


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """A city whose record the worker finds by its own settings; its provider can be reached by nobody."""
    town = Town.over(empty_record("sqlite", tmp_path))
    url = str(town.services.settings.database_url)
    for name, value in {**SETTINGS, "DATABASE_URL": url, "DATA_DIR": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    for made in (jobs.services, jobs.hands):
        made.cache_clear()
    yield town
    jobs.services().database.dispose()
    for made in (jobs.services, jobs.hands):
        made.cache_clear()
    town.services.database.dispose()


def record(town: Town) -> dict[str, list[str]]:
    return {table.name: sorted(map(repr, town.every(table))) for table in metadata.sorted_tables}


def test_an_order_that_is_done_and_one_that_nobody_gave_are_not_carried_out(store: "redis.Redis", town: Town) -> None:
    """Her agent's telephone has rung once: the order's id, planted, or what is none makes it ring no second time."""
    town.agent("aino", telephone="+358405550001")
    town.request()
    town.offered("aino")
    assert town.carry_out() == [("ring_agent", "rung")]
    before = record(town)
    done = [str(order["id"]) for order in town.every(outbox)]
    made = [planted(store, EFFECT, *given) for given in (*((id_,) for id_ in done), *STRANGE)]
    worked(store)
    assert [job.return_value() for job in made[: len(done)]] == [False] * len(done)
    assert {job.get_status(refresh=True) for job in made} <= {"finished", "failed"}, "none is left behind"
    assert record(town) == before


def test_after_planted_jobs_an_order_that_is_due_is_tried_all_the_same(store: "redis.Redis", town: Town) -> None:
    """The test above would pass with a worker that does nothing at all."""
    for given in STRANGE:
        planted(store, EFFECT, *given)
    town.agent("aino", telephone="+358405550001")
    town.request()
    town.offered("aino")
    (order,) = town.every(outbox)
    planted(store, EFFECT, str(order["id"]))
    worked(store)
    assert town.one(outbox, id=order["id"])["tries"] == 1
