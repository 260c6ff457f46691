"""Whoever can write into the queue's memory can make a worker do what its own orders say, or nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from rq import Queue, SimpleWorker
from rq.job import Job
from rq.serializers import JSONSerializer

from operations.processes import Fleet
from operations.specs import store_spec
from queue_workers.allowed import DEAL, QUEUE, AllowedJob, RefusedJob


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
