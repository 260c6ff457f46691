"""T01 to T04: workers are killed, orphaned, killed at the very points that matter, and frozen."""

import os
import signal
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress

from adapters.fault_points import POINTS
from queue_workers.orders import LEASE_SECONDS
from tests.chaos.city import WEBS, WORKERS
from tests.chaos.fault import Fault, Scene
from tests.rig.waiting import NeverHappened, until

BETWEEN_KILLS = 2.0
REACHED_SECONDS = 4.0
CATCH_SECONDS = 12.0
HELD = "SELECT id, tries FROM outbox WHERE done_machine IS NULL AND lease_machine > :now"
FROZEN_SECONDS = (3.0, 16.0)
assert FROZEN_SECONDS[1] > LEASE_SECONDS, "nothing would be anybody else's before they wake"


def workers_killed(scene: Scene) -> None:
    while scene.wait(BETWEEN_KILLS):
        scene.city.kill(scene.random.choice(WORKERS))
        scene.counts["workers killed"] += 1


def parents_killed(scene: Scene) -> None:
    """Only the parent dies; what it has forked goes on without it until the supervisor ends it."""
    while scene.wait(BETWEEN_KILLS):
        name = scene.random.choice((*WORKERS, *WEBS))
        orphans = len(scene.city.pids(name)) - 1
        scene.city.kill_leader(name)
        scene.counts["parents killed"] += 1
        scene.counts["orphans"] += max(0, orphans)


def killed_at_points(scene: Scene) -> None:
    """Whoever comes to a named point of the work next is killed there, in the middle of it."""
    points = list(POINTS)
    scene.random.shuffle(points)
    while scene.left > 0:
        for point in points:
            if scene.left <= 0:
                return
            scene.city.hold.arm(point)
            with suppress(NeverHappened):
                reached = scene.city.hold.reached(min(REACHED_SECONDS, scene.left + 1))
                scene.city.disturbances.append(f"{reached.process} killed at {point}")
                with suppress(ProcessLookupError):
                    os.kill(reached.pid, signal.SIGKILL)
                scene.counts[f"killed at {point}"] += 1
            scene.city.hold.let_go()
    scene.city.hold.clear()


def workers_frozen(scene: Scene) -> None:
    """First one for a moment, then both for longer than a lease, one of them in the midst of an order: what they held
    is done by others, and when they wake they find it done."""
    short, long = FROZEN_SECONDS
    with scene.city.frozen(scene.random.choice(WORKERS)):
        scene.counts["frozen"] += 1
        scene.wait(short)
    scene.counts["caught in the midst of an order"] += _caught(scene)
    with scene.city.frozen(*WORKERS):
        scene.counts["frozen"] += 2
        held = {str(row["id"]): row["tries"] for row in scene.city.sql(HELD, now=time.time())}
        scene.city.hold.let_go()
        time.sleep(long)  # the length of the standstill is what is tried
        scene.seen = {key: end for key, end in _ends(scene, held).items() if end[0] != held[key] and end[1] is not None}
    scene.city.hold.clear()
    scene.counts["orders taken over"] += len(scene.seen)


def _caught(scene: Scene) -> bool:
    """A worker stands between what it asked of the provider and the note of it, until it is let go."""
    deadline = time.monotonic() + CATCH_SECONDS
    while time.monotonic() < deadline:
        scene.city.hold.arm("rest_created")
        with suppress(NeverHappened):
            if scene.city.hold.reached(max(0.0, deadline - time.monotonic())).process in WORKERS:
                return True
        scene.city.hold.let_go()  # another came to it: the clock has to go on, it takes the order over
    return False


def _ends(scene: Scene, orders: Iterable[str]) -> dict[str, tuple[object, ...]]:
    wanted = set(orders)
    rows = scene.city.sql("SELECT id, tries, done_machine, result FROM outbox")
    return {str(row["id"]): (row["tries"], row["done_machine"], row["result"]) for row in rows if row["id"] in wanted}


def zombies_changed_nothing(scene: Scene) -> list[str]:
    """Whoever took an order over has ended it; who held it before wrote nothing over that when she woke."""
    found = a_process_of_each_comes_back(scene)
    if not scene.seen:
        found.append("no order was taken over: nobody woke to one that was another's")
    return [*found, *written_over(scene.seen, _ends(scene, scene.seen))]


def written_over(then: Mapping[str, tuple[object, ...]], now: Mapping[str, tuple[object, ...]]) -> list[str]:
    """Orders by id as their ends were when the sleepers woke, and as they are: one that is tidied away is not told."""
    return [f"order {key} ended {end}, and now {now[key]}" for key, end in then.items() if now.get(key, end) != end]


def a_process_of_each_comes_back(scene: Scene) -> list[str]:
    """Whoever was killed was started again."""
    found = []
    for name in (*WORKERS, "clock"):
        try:
            until(lambda name=name: scene.city.leader(name), 10, lambda name=name: name)  # type: ignore[misc]
        except NeverHappened:
            found.append(f"{name} did not come back")
    return found


FAULTS = (
    Fault("T01", "a worker is killed with -9 every two seconds", workers_killed, a_process_of_each_comes_back),
    Fault(
        "T02",
        "only a parent is killed: what it forked goes on alone",
        parents_killed,
        a_process_of_each_comes_back,
    ),
    Fault("T03", "killed at the points between claim, order and note", killed_at_points),
    Fault("T04", "workers are frozen for 3 s, then both for 16 s, and wake", workers_frozen, zombies_changed_nothing),
)
