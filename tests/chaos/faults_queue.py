"""T05 to T09: the queue's memory is wiped, lost, frozen, away, slow and ill. It is no record: nobody may notice."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import redis

from tests.chaos.fault import Fault, Scene
from tests.chaos.stakes import due

ILL_SECONDS = 4.0
FROZEN_SECONDS = 12.0
SLOW_MS = 400
HOLDERS = 4  # residents whose requests are due while it is away
PASSWORD = "not told to anybody"


def flushed(scene: Scene) -> None:
    while scene.wait(scene.random.uniform(1, 3)):
        scene.city.flush()
        scene.counts["flushed"] += 1


def comes_back_changed(scene: Scene) -> None:
    """Killed three times: it comes back with what it had written, with half of it, and with nothing."""
    for what, change in (("whole", _unchanged), ("cut short", _cut_short), ("empty", _emptied)):
        scene.city.stop_valkey()
        scene.counts[f"killed, back {what}"] += 1
        change(scene)
        scene.wait(2)
        scene.city.start_valkey()
        scene.wait(3)


def _unchanged(scene: Scene) -> None:
    """What it wrote is what it finds."""


def _cut_short(scene: Scene) -> None:
    """The last bytes never reached the disk: a store that finds that forgets what it cannot read."""
    for path in scene.city.valkey_directory.rglob("*.incr.aof"):
        with path.open("r+b") as file:
            file.truncate(path.stat().st_size * 2 // 3)


def _emptied(scene: Scene) -> None:
    for path in scene.city.valkey_directory.rglob("*"):
        if path.is_file():
            path.unlink()


def frozen(scene: Scene) -> None:
    with scene.city.frozen("valkey"):
        scene.counts["seconds frozen"] += int(FROZEN_SECONDS)
        scene.wait(FROZEN_SECONDS)


def away(scene: Scene) -> None:
    """For the whole window: callbacks are promised and rung without it; some are due at once, whatever the load is."""
    scene.city.stop_valkey()
    began = len(rung(scene))
    scene.counts["seconds away"] += int(scene.left)
    scene.counts["requests due"] += len(due(scene, HOLDERS))
    scene.wait(scene.left)
    scene.counts["rung meanwhile"] = len(rung(scene)) - began
    scene.city.start_valkey()


def rung(scene: Scene) -> list[str]:
    """Residents' telephones that the city has rung."""
    calls = scene.city.lab.get("/lab/calls")["calls"]
    mine = set(scene.load.numbers)
    return [call["call_sid"] for call in calls if call["direction"] != "inbound" and call["to"] in mine]


def somebody_was_rung(scene: Scene) -> list[str]:
    return [] if scene.counts["rung meanwhile"] else ["nobody was rung while the queue was away"]


@contextmanager
def read_only(store: redis.Redis) -> Iterator[None]:
    store.replicaof("127.0.0.1", 1)
    try:
        yield
    finally:
        store.replicaof("NO", "ONE")


@contextmanager
def out_of_memory(store: redis.Redis) -> Iterator[None]:
    store.config_set("maxmemory", "1")
    try:
        yield
    finally:
        store.config_set("maxmemory", "0")


@contextmanager
def locked(store: redis.Redis) -> Iterator[None]:
    """A password that nobody was told; whoever is connected has to come again. We stay, and take it away."""
    store.config_set("requirepass", PASSWORD)
    for client in store.client_list():
        if client["id"] != str(store.client_id()):
            store.client_kill_filter(_id=client["id"])
    try:
        yield
    finally:
        store.config_set("requirepass", "")


Illness = Callable[[redis.Redis], AbstractContextManager[None]]
ILLS: tuple[tuple[str, Illness], ...] = (
    ("read only", read_only),
    ("out of memory", out_of_memory),
    ("locked", locked),
)


def ill(scene: Scene) -> None:
    order = list(ILLS)
    scene.random.shuffle(order)
    store = redis.Redis.from_url(scene.city.settings.redis_url, socket_timeout=5, single_connection_client=True)
    with store:
        _slow(scene, store)
        for what, illness in order:
            with illness(store):
                scene.counts[what] += 1
                scene.wait(ILL_SECONDS)


def _slow(scene: Scene, store: redis.Redis) -> None:
    until = time.monotonic() + min(ILL_SECONDS, scene.left)
    while time.monotonic() < until:
        store.client_pause(SLOW_MS, all=True)
        scene.counts["paused"] += 1
        time.sleep(SLOW_MS / 1000 + 0.02)


FAULTS = (
    Fault("T05", "the queue's memory is wiped every few seconds", flushed),
    Fault("T06", "the queue is killed; it comes back whole, cut short, empty", comes_back_changed),
    Fault("T07", "the queue hangs for 12 s", frozen),
    Fault("T08", "the queue is away for the whole window", away, somebody_was_rung),
    Fault("T09", "the queue is slow, read-only, out of memory, locked", ill),
)
