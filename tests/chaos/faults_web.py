"""T15 to T17: the instances that answer webhooks die in the middle of an answer, are replaced, and hang."""

import os
import signal
from contextlib import suppress

from tests.chaos import machine
from tests.chaos.city import WEBS
from tests.chaos.fault import Fault, Scene
from tests.rig.waiting import NeverHappened

BETWEEN_KILLS = 1.0
HUNG_SECONDS = 12.0
AT_ANSWER = ("answer_ready", "accepted")


def killed_in_an_answer(scene: Scene) -> None:
    """Now any of the processes, now the very one that has committed and is about to answer."""
    while scene.wait(BETWEEN_KILLS):
        if scene.random.random() < 0.5:
            scene.city.kill_web_process(scene.random.choice(_answering(scene) or [0]) or None)
            scene.counts["killed"] += 1
            continue
        scene.city.hold.arm(scene.random.choice(AT_ANSWER))
        with suppress(NeverHappened):
            reached = scene.city.hold.reached(2)
            scene.city.disturbances.append("web process killed in an answer")
            with suppress(ProcessLookupError):
                os.kill(reached.pid, signal.SIGKILL)
            scene.counts["killed in an answer"] += 1
        scene.city.hold.let_go()
    scene.city.hold.clear()


def _answering(scene: Scene) -> list[int]:
    return [pid for name in WEBS for pid in scene.city.pids(name) if pid != scene.city.leader(name)]


def replaced(scene: Scene) -> None:
    """As a deploy does it: one instance after the other ends its work and begins anew."""
    for name in WEBS:
        starts = scene.city.fleet.starts(name)
        scene.city.terminate(name)
        scene.city.restarted(name, starts)
        scene.counts["replaced"] += 1
        scene.wait(2)


def nobody_noticed(scene: Scene) -> list[str]:
    """No try of a webhook was refused or left without an answer, and the fallback was never asked. On a machine that
    starved us, whoever was not waited for long enough proves nothing: a refusal still does."""
    hooks = [entry for entry in scene.city.lab.history() if entry["kind"] == "webhook"]
    starved = scene.stretch > machine.STARVED
    refused = [h for h in hooks if h["status"] not in (200, 204) and not (starved and h["status"] is None)]
    asked = [hook for hook in hooks if "/voice/fallback" in str(hook["url"]) and not starved]
    return [f"{hook['status']} {hook['outcome']} from {hook['url']}" for hook in (*refused, *asked)]


def one_hangs(scene: Scene) -> None:
    """One instance takes requests and answers none."""
    with scene.city.frozen(scene.random.choice(WEBS)):
        scene.counts["seconds hung"] += int(HUNG_SECONDS)
        scene.wait(HUNG_SECONDS)


FAULTS = (
    Fault(
        "T15",
        "web processes are killed with -9, in the middle of answers too",
        killed_in_an_answer,
    ),
    Fault(
        "T16",
        "a deploy: one web instance after the other is replaced",
        replaced,
        nobody_noticed,
    ),
    Fault("T17", "one web instance hangs for 12 s", one_hangs),
)
