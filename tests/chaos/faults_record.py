"""T10 to T14: the record stops in mid-transaction, hangs, is locked by others, loses what is not synced, is full."""

import resource
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import psycopg

from tests.chaos.city import WEBS, WORKERS
from tests.chaos.cluster import OwnCluster
from tests.chaos.drained import comes_to_rest
from tests.chaos.fault import Fault, Scene
from tests.chaos.synced import cut_to_synced, sync, unsynced

DOWN_SECONDS = 8.0
HUNG_SECONDS = 6.0
LOCKED_SECONDS = 4.0
FULL_SECONDS = 6.0
UNSYNCED_SECONDS, LOOK_SECONDS = 5.0, 0.01  # a moment with something unsynced is waited for so long
ROOM_LEFT = 1024  # bytes: no file grows beyond
OURS = (*WEBS, *WORKERS, "clock")
HOT_TABLES = ("callback_request", "waiting_caller", "outbox", "offer")


def cluster_of(scene: Scene) -> OwnCluster:
    found = scene.city.postgresql
    assert found is not None, "this fault is PostgreSQL's"
    return found


# --- T10, T11: PostgreSQL ---------------------------------------------------------------------------------------------


def crashed(scene: Scene) -> None:
    """Stopped in the middle of its work; started again after some seconds; and once more, only for a moment."""
    cluster = cluster_of(scene)
    for seconds in (DOWN_SECONDS, 0.5):
        scene.city.disturbances.append("postgresql stopped")
        cluster.stop_immediately()
        scene.counts["stopped"] += 1
        scene.wait(seconds)
        cluster.start()
        scene.wait(3)


def hangs(scene: Scene) -> None:
    """It answers nobody; then a stranger holds its hottest tables; then strangers hold every connection."""
    cluster = cluster_of(scene)
    scene.city.disturbances.append("postgresql hangs")
    cluster.freeze()
    scene.counts["frozen"] += 1
    scene.wait(HUNG_SECONDS)
    cluster.thaw()
    with _tables_locked(cluster):
        scene.counts["tables locked"] += len(HOT_TABLES)
        scene.wait(LOCKED_SECONDS)
    with _connections_taken(cluster) as taken:
        scene.counts["connections taken"] += taken
        scene.wait(LOCKED_SECONDS)


@contextmanager
def _tables_locked(cluster: OwnCluster) -> Iterator[None]:
    with cluster.connect() as connection, connection.transaction():
        connection.execute(f"LOCK TABLE {', '.join(HOT_TABLES)} IN EXCLUSIVE MODE")
        yield


@contextmanager
def _connections_taken(cluster: OwnCluster) -> Iterator[int]:
    """Every one that is left; those whom the service holds it keeps."""
    with ExitStack() as held:
        taken = 0
        with suppress(psycopg.OperationalError):
            while True:
                held.enter_context(cluster.connect())
                taken += 1
        yield taken


# --- T12: SQLite ------------------------------------------------------------------------------------------------------


def locked_by_another(scene: Scene) -> None:
    """A stranger writes for ten seconds in all. Later, when nobody rings, everything stops, its leftovers are removed,
    and it starts again."""
    for _ in range(2):
        connection = sqlite3.connect(scene.city.sqlite_file, isolation_level=None, timeout=10)
        try:
            connection.execute("BEGIN IMMEDIATE")
            scene.city.disturbances.append("the record is locked")
            scene.counts["seconds locked"] += 5
            scene.wait(5)
            connection.execute("ROLLBACK")
        finally:
            connection.close()
        scene.wait(1)
    scene.wait(scene.left)
    scene.load.no_more_calls()
    comes_to_rest(scene.city, len(scene.load.pace.agents))
    names = (*OURS, "events")
    for name in names:
        scene.city.fleet.pause_restart(name)
        scene.city.terminate(name)
    _all_down(scene, names)
    _closed_cleanly(scene)
    for name in names:
        scene.city.start_process(name)
    scene.counts["stopped and started"] += 1


def _all_down(scene: Scene, names: tuple[str, ...]) -> None:
    deadline = time.monotonic() + 10
    while any(scene.city.leader(name) for name in names) and time.monotonic() < deadline:
        time.sleep(0.05)
    for name in names:
        scene.city.kill(name)


def _closed_cleanly(scene: Scene) -> None:
    """As an operator's tool does: the log is brought into the file, then its own files go."""
    scene.city.engine.dispose()
    connection = sqlite3.connect(scene.city.sqlite_file, timeout=10)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    for end in ("-wal", "-shm"):
        scene.city.sqlite_file.with_name(scene.city.sqlite_file.name + end).unlink(missing_ok=True)


def the_file_is_whole(scene: Scene) -> list[str]:
    connection = sqlite3.connect(scene.city.sqlite_file, timeout=10)
    found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
    connection.close()
    return [] if found == ["ok"] else found


# --- T13: the power ---------------------------------------------------------------------------------------------------


def power_cut(scene: Scene) -> None:
    """Every process of ours dies at one instant, and of the files only what was synced is left."""
    sync(scene.city.synced_log, scene.city.installation.root)
    for _ in range(2):
        scene.wait(4)
        names = (*OURS, "events", "valkey")
        for name in names:
            scene.city.fleet.pause_restart(name)
        _stand_still_unsynced(scene, names)
        scene.city.engine.dispose()  # the last to close a record writes its log into the file: never we
        for name in names:
            scene.city.kill(name)
        _all_down(scene, names)
        lost = cut_to_synced(scene.city.synced_log, scene.city.installation.root)
        scene.counts["power cut"] += 1
        scene.counts["bytes lost"] += lost
        for name in ("valkey", *names[:-1]):
            scene.city.start_process(name)


def _stand_still_unsynced(scene: Scene, names: tuple[str, ...]) -> None:
    """At a moment when something is not synced: a cut that takes nothing shows nothing. Bounded: it may not come."""
    log, below = scene.city.synced_log, scene.city.installation.root
    until = time.monotonic() + UNSYNCED_SECONDS
    while time.monotonic() < until:
        if unsynced(log, below):
            for name in names:
                scene.city.freeze(name)
            if unsynced(log, below):
                return
            for name in names:
                scene.city.thaw(name)
        time.sleep(LOOK_SECONDS)
    scene.counts["cuts with everything synced"] += 1


# --- T14: no room -----------------------------------------------------------------------------------------------------


def no_room(scene: Scene) -> None:
    """No file of ours can grow: neither the record (on SQLite), nor sounds, nor logs."""
    for _ in range(2):
        pids = [pid for name in OURS for pid in scene.city.pids(name)]
        scene.city.disturbances.append("no room")
        with _limited(pids):
            scene.counts["processes without room"] += len(pids)
            scene.wait(FULL_SECONDS)
        scene.wait(3)


@contextmanager
def _limited(pids: list[int]) -> Iterator[None]:
    before: dict[int, tuple[int, int]] = {}
    for pid in pids:
        with suppress(OSError):
            before[pid] = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (ROOM_LEFT, before[pid][1]))
    try:
        yield
    finally:
        for pid, limit in before.items():
            with suppress(OSError):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, limit)


FAULTS = (
    Fault("T10", "PostgreSQL is stopped in mid-transaction, for 8 s and for a moment", crashed, None, ("postgresql",)),
    Fault("T11", "PostgreSQL hangs; its tables are locked; its connections taken", hangs, None, ("postgresql",)),
    Fault(
        "T12",
        "SQLite is locked by another for 10 s; later all stops",
        locked_by_another,
        the_file_is_whole,
        ("sqlite",),
    ),
    Fault(
        "T13",
        "the power fails: only what was synced is left",
        power_cut,
        the_file_is_whole,
        ("sqlite",),
        caller_may_notice=True,  # nothing of ours lives at that moment
    ),
    Fault("T14", "the disk is full for record, sounds and logs", no_room),
)
