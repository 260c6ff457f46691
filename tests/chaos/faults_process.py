"""T01 to T04: workers are killed, orphaned, killed at the very points that matter, and frozen."""

import os
import signal
from contextlib import suppress

from adapters.fault_points import POINTS
from tests.chaos.city import WEBS, WORKERS
from tests.chaos.fault import Fault, Scene
from tests.rig.waiting import NeverHappened, until

BETWEEN_KILLS = 2.0
REACHED_SECONDS = 4.0
FROZEN_SECONDS = (3.0, 12.0)


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
    """First one for a moment, then both for longer than a lease: what they held is done by others when they wake."""
    short, long = FROZEN_SECONDS
    with scene.city.frozen(scene.random.choice(WORKERS)):
        scene.counts["frozen"] += 1
        scene.wait(short)
    with scene.city.frozen(*WORKERS):
        scene.counts["frozen"] += 2
        scene.wait(long)


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
    Fault("T04", "workers are frozen for 3 s, then both for 12 s, and wake", workers_frozen),
)
