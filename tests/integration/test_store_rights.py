"""What the service may do in its live store: all that it does, by a store's own log of refusals, and no more."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import redis
from rq import Queue, SimpleWorker, command
from rq.job import Job
from rq.serializers import JSONSerializer

from adapters.places import ROOT
from adapters.redis_live import WORKERS, LiveHints, connect, connect_patiently
from adapters.schema import outbox
from adapters.settings import load_settings
from console.hub import CHANNEL
from ivr.doctor.look_here import live_store
from ivr.doctor.model import RedisSays
from operations.processes import Fleet, ProcessSpec
from operations.ready import AnswersPing, Started, is_ready
from operations.specs import STORE_RULES, specs_for, store_server
from operations.valkey import rules
from queue_workers.allowed import DEAL, QUEUE, AllowedJob
from queue_workers.enqueue import Enqueuer
from tests.integration.test_deployment import UNITS, lines
from tests.rig.waiting import until
from tests.support.services import SETTINGS, Town, empty_record

PASSWORD = "Pine73Cone"
NOBODYS = "of-another-service"  # a key and a channel in the same store that are not ours


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("q")


@pytest.fixture
def operator(place: Path) -> Iterator["redis.Redis"]:
    """Who may do everything in a store that knows the service by its name, as in compose.yaml or a city's own store."""
    socket = place / "v.sock"
    user = ("--user", "one-number", "on", f">{PASSWORD}", *rules(STORE_RULES))
    kept = ("--port", "0", "--unixsocket", str(socket), "--dir", str(place), "--appendonly", "yes", "--save", "")
    fleet = Fleet({}, place, (ProcessSpec("store", (store_server(), *kept, *user), AnswersPing(socket)),))
    fleet.start()
    try:
        with redis.Redis(unix_socket_path=str(socket)) as client:
            yield client
    finally:
        fleet.stop()


@pytest.fixture
def url(operator: "redis.Redis", place: Path) -> str:
    return f"unix://one-number:{PASSWORD}@{place / 'v.sock'}"


def refused(operator: "redis.Redis") -> list[str]:
    """Each command, key or channel that somebody was refused, by the store's own account."""
    return [f"{entry['reason']}: {entry['object']}" for entry in operator.acl_log()]


# --- all that the service does -----------------------------------------------------------------------------------


def test_hints_are_said_and_heard(operator: "redis.Redis", url: str) -> None:
    live, heard = LiveHints(url), list[str]()
    listener = Thread(target=lambda: heard.append(next(iter(live.subscribe(CHANNEL)))), daemon=True)
    listener.start()
    until(lambda: operator.pubsub_numsub(CHANNEL)[0][1] == 1, 30, lambda: f"nobody listens; {refused(operator)}")
    assert live.publish(CHANNEL, "all")
    listener.join(30)
    assert heard == ["all"]
    assert refused(operator) == []


def test_a_job_goes_all_its_ways_through_the_queue(operator: "redis.Redis", url: str) -> None:
    """Failed, doubled, planned for later, cancelled, fetched back, and cleaned up after."""
    with closing(connect_patiently(url)) as connection:
        queue = Queue(QUEUE, connection=connection, serializer=JSONSerializer, job_class=AllowedJob)
        enqueuer = Enqueuer(LiveHints(url))
        assert enqueuer.effect("of-nobody")
        assert enqueuer.effect("of-nobody"), "asked twice, one job"
        failing = queue.enqueue("os.getcwd", failure_ttl=60)
        later = queue.enqueue_in(_in(60), DEAL)
        dropped = queue.enqueue(DEAL)
        dropped.cancel()
        worker = SimpleWorker([QUEUE], connection=connection, serializer=JSONSerializer, job_class=AllowedJob)
        worker.work(burst=True, logging_level="CRITICAL")
        worker.run_maintenance_tasks()  # type: ignore[no-untyped-call]
        worker.clean_registries()  # type: ignore[no-untyped-call]
        assert failing.get_status() == "failed"
        result = failing.latest_result()
        assert result is not None
        assert "RefusedJob" in str(result.exc_string)
        assert {*queue.failed_job_registry.get_job_ids()} == {failing.id, "effect-of-nobody"}
        assert later.id in queue.scheduled_job_registry
        for job in (failing, later, dropped):
            job.delete()
        Job.fetch("effect-of-nobody", connection=connection, serializer=JSONSerializer).requeue()
        assert queue.empty() == 1  # type: ignore[no-untyped-call]
    assert refused(operator) == []


def waits_beside(operator: "redis.Redis", former: bytes) -> bool:
    """Another worker waits for jobs: one that is still beginning does not hear signals, but stands on the list."""
    others: Any = operator.smembers(WORKERS)
    return any(operator.hget(name, "state") == b"idle" for name in others - {former})


def test_a_worker_reports_works_gives_signs_of_life_and_leaves(
    operator: "redis.Redis", url: str, place: Path, tmp_path: Path
) -> None:
    """The real process, an order of the record, an end by command and one by signal."""
    town = Town.over(empty_record("sqlite", tmp_path), redis_url=url)
    given = {"DATABASE_URL": str(town.services.settings.database_url), "DATA_DIR": str(tmp_path), "REDIS_URL": url}
    argv = (sys.executable, "-m", "queue_workers.worker")
    fleet = Fleet({**SETTINGS, **given}, place, (ProcessSpec("worker", argv, Started()),))
    live = LiveHints(url)
    fleet.start()
    try:
        until(lambda: live.workers() == 1, 60, lambda: fleet.log_file("worker").read_text()[-2000:])
        town.agent("aino", telephone="+358405550001")
        town.request()
        town.offered("aino")
        assert town.services.live.up()
        tried = lambda: any(order["tries"] for order in town.every(outbox))  # noqa: E731
        until(tried, 60, lambda: f"no order is tried; {refused(operator)}")
        members: Any = operator.smembers(WORKERS)
        (name,) = members
        command.send_shutdown_command(connect(url), name.decode().removeprefix("rq:worker:"))
        until(lambda: fleet.starts("worker") == 2, 60, lambda: "it does not hear what is said to it")
        until(lambda: waits_beside(operator, name), 60, lambda: "nobody after it")
    finally:
        fleet.stop()
        town.services.database.dispose()
    assert operator.scard(WORKERS) == 0, "it took its name off the list"
    assert refused(operator) == []


def test_the_doctor_still_sees_whether_the_store_keeps_what_it_is_told(operator: "redis.Redis", url: str) -> None:
    assert live_store(url) == RedisSays("yes", "noeviction", 0)
    operator.config_set("maxmemory-policy", "allkeys-lru")
    operator.config_set("appendonly", "no")
    assert live_store(url) == RedisSays("no", "allkeys-lru", 0)
    assert refused(operator) == []


def _in(seconds: int) -> timedelta:
    return timedelta(seconds=seconds)


# --- and no more -------------------------------------------------------------------------------------------------

FORBIDDEN = (
    "CONFIG GET requirepass", "CONFIG SET dir /tmp", "CONFIG REWRITE", "MODULE LIST",
    "FLUSHALL", "FLUSHDB", "SWAPDB 0 1", "SHUTDOWN NOSAVE", "SAVE", "BGREWRITEAOF",
    "REPLICAOF 127.0.0.1 1", "FAILOVER ABORT", "PSYNC ? -1", "MIGRATE 127.0.0.1 1 rq:x 0 10",
    "ACL LIST", "ACL SETUSER guest on nopass ~* +@all", "ACL WHOAMI",
    "SCRIPT FLUSH", "SCRIPT KILL", "FUNCTION FLUSH", "FUNCTION LIST", "FCALL x 0",
    "KEYS *", "SCAN 0", "RANDOMKEY", "DBSIZE", "MONITOR", "CLIENT LIST", "CLIENT KILL TYPE normal", "CLIENT PAUSE 1",
    "CLUSTER RESET", "SLOWLOG GET", "SORT rq:x", "RESTORE rq:x 0 x", "DUMP rq:x", "MOVE rq:x 1", "PUBSUB CHANNELS",
    f"GET {NOBODYS}", f"SET {NOBODYS} x", f"DEL {NOBODYS}", f"EXISTS {NOBODYS}", f"RENAME rq:x {NOBODYS}",
    f"XREAD STREAMS {NOBODYS} 0", f"PUBLISH {NOBODYS} x", f"SUBSCRIBE {NOBODYS}", "PSUBSCRIBE *",
    f"EVAL return(redis.call('GET','{NOBODYS}')) 0", "EVAL return(redis.call('FLUSHALL')) 0",
)  # fmt: skip


def asked(client: "redis.Redis", words: str) -> str:
    """``OK``, or the first word of why not."""
    connection = client.connection_pool.get_connection()
    try:
        connection.send_command(*words.split())  # type: ignore[no-untyped-call]
        connection.read_response()
    except redis.ResponseError as error:
        said = str(error)
        return "refused" if "permissions" in said else said
    finally:
        connection.disconnect()  # type: ignore[no-untyped-call]
    return "OK"


def test_it_may_do_nothing_else(operator: "redis.Redis", url: str) -> None:
    operator.set(NOBODYS, "kept")
    with closing(connect(url)) as service:
        assert {words: asked(service, words) for words in FORBIDDEN} == dict.fromkeys(FORBIDDEN, "refused")
    assert operator.get(NOBODYS) == b"kept"


def test_the_unit_starts_it_with_these_limits(tmp_path: Path) -> None:
    words = lines(UNITS / "one-number-valkey.service", "ExecStart")[0].replace("/opt/one-number", str(ROOT)).split()[1:]
    socket = tmp_path / "private" / "valkey.sock"
    *command_, _, _, rights = words
    process = subprocess.Popen([sys.executable, *command_, str(tmp_path / "data"), str(socket), rights], cwd=ROOT)
    try:
        until(lambda: is_ready(AnswersPing(socket)), 30, lambda: f"it does not answer, {process.poll()}")
        with redis.Redis(unix_socket_path=str(socket)) as service, pytest.raises(redis.exceptions.NoPermissionError):
            service.flushall()
    finally:
        process.terminate()
        process.wait(30)


def test_whoever_reaches_the_socket_of_a_city_that_serves_may_do_no_more(tmp_path: Path) -> None:
    """Only whoever may enter the directory reaches it; she is the service there, and there is nobody else to be."""
    settings = load_settings({**SETTINGS, "DATA_DIR": str(tmp_path / "data")})
    (store,) = (spec for spec in specs_for(settings, tmp_path, emulator=False) if spec.name == "valkey")
    fleet = Fleet({}, tmp_path, (store,))
    fleet.start()
    try:
        with closing(connect(settings.redis_url)) as service:
            assert {words: asked(service, words) for words in FORBIDDEN} == dict.fromkeys(FORBIDDEN, "refused")
            assert LiveHints(settings.redis_url).workers() == 0
            assert Enqueuer(LiveHints(settings.redis_url)).deal()
            assert service.llen(f"rq:queue:{QUEUE}") == 1
    finally:
        fleet.stop()
