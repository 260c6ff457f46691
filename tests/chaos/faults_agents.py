"""T27: agents' browsers die, lose the network, and do two things at once in two tabs."""

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

import requests

from tests.chaos.fault import Fault, Scene
from tests.rig.agent import Agent, Card
from tests.rig.lab import Impossible
from tests.rig.waiting import NeverHappened, until

OFFLINE_SECONDS = 18.0  # longer than the fifteen after which a browser counts as dead
TABS_SECONDS = 6.0  # in which something rings


def agents_are_lost(scene: Scene) -> None:
    """One after another: her browser dies while it rings, she loses the network, two of her tabs do what excludes the
    other at one moment."""
    workers = list(scene.load.workers)
    while scene.left > 0:
        met = scene.counts["deeds of two tabs"]
        deed = scene.random.choice((*OTHER_TABS, "dies", "network") if met else tuple(OTHER_TABS))
        if deed in OTHER_TABS:
            _two_tabs(scene, deed)
            continue
        worker = scene.random.choice(workers)
        scene.counts[f"agent: {deed}"] += 1
        worker.lost = True
        worker.agent.browser_dies()
        if deed == "dies":
            scene.city.lab.behave(worker.agent.number, "no-answer")
        scene.wait(OFFLINE_SECONDS if deed == "dies" else 4.0)
        scene.city.lab.behave(worker.agent.number, "answer", after=1.0)
        worker.agent.heartbeats()
        worker.lost = False
    for worker in workers:
        worker.lost = False
        worker.agent.heartbeats()


def _two_tabs(scene: Scene, deed: str) -> None:
    """One tab answers what rings; the other answers it too, declines it, or goes away, at the same moment."""
    lab, agents = scene.city.lab, [worker.agent for worker in scene.load.workers]
    for agent in agents:
        lab.behave(agent.number, "manual")
    try:
        within = min(TABS_SECONDS, scene.left)
        agent, sid = until(lambda: _ringing(scene, agents), within, lambda: "nothing rings")
        card = agent.card()
        if card is not None:
            together(lambda: lab.answer(sid), lambda: OTHER_TABS[deed](scene, agent, sid, card))
            scene.counts[f"two tabs: answered, and {deed}"] += 1
            scene.counts["deeds of two tabs"] += 1
    except NeverHappened:
        return
    finally:
        for agent in agents:
            lab.behave(agent.number, "answer", after=1.0)


def _ringing(scene: Scene, agents: Sequence[Agent]) -> tuple[Agent, str] | None:
    calls = ((agent, call) for agent in agents for call in scene.city.lab.phone(agent.number).calls)
    return next(((agent, call.call_sid) for agent, call in calls if call.status == "ringing"), None)


def together(*deeds: Callable[[], object]) -> None:
    """Begun at one instant; whichever of them comes too late is refused, and that is its business."""
    start = threading.Barrier(len(deeds))

    def does(deed: Callable[[], object]) -> None:
        start.wait(10)
        with suppress(requests.RequestException, AssertionError, Impossible):
            deed()

    tabs = [threading.Thread(target=does, args=(deed,), daemon=True) for deed in deeds]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join(30)


def _declines(scene: Scene, agent: Agent, sid: str, card: Card) -> None:
    agent.posts(f"/console/offers/{card.token}/decline", {"reason": "technical"})


OTHER_TABS: Mapping[str, Callable[[Scene, Agent, str, Card], object]] = {
    "answered": lambda scene, agent, sid, card: scene.city.lab.answer(sid),
    "declined": _declines,
    "away": lambda scene, agent, sid, card: agent.away(),
}


def tabs_met(scene: Scene) -> list[str]:
    """The rest is the invariants': one agent one matter, one matter one agent, a legal path."""
    return [] if scene.counts["deeds of two tabs"] else ["no two tabs ever met"]


FAULTS = (Fault("T27", "agents' browsers die, lose the network, do two things in two tabs", agents_are_lost, tabs_met),)
