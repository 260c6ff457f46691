"""A flood of the console: strangers at its front page, agents' desks and supervisors' boards, asked again and again."""

import threading
from collections.abc import Callable
from contextlib import suppress

import requests

from tests.chaos.fault import Scene
from tests.rig.agent import Agent

PAGES, DESKS, BOARDS = "console pages asked", "desks asked", "boards asked"
STRANGERS, COLLEAGUES = 24, 4  # browsers; of desks and of boards so many each
PAUSE_SECONDS = 0.2  # a browser that does not wait at all would only take the callers' own processor
PATIENCE_SECONDS = 2.0
AGENT, SUPERVISOR = "matti", "sirkka"  # signed in, and not on duty


class Flood:
    """Signed in when it is made, which takes its time; asks from ``begins`` to ``ends``."""

    def __init__(self, scene: Scene) -> None:
        self._scene, self._over = scene, threading.Event()
        self._lock = threading.Lock()
        agent, supervisor = scene.city.agent(AGENT), scene.city.agent(SUPERVISOR)
        browsers = [(PAGES, _stranger(scene)) for _ in range(STRANGERS)]
        browsers += [(DESKS, _desk(agent)) for _ in range(COLLEAGUES)]
        browsers += [(BOARDS, _board(supervisor)) for _ in range(COLLEAGUES)]
        self._threads = [threading.Thread(target=self._ask, args=each, daemon=True) for each in browsers]

    def begins(self) -> None:
        for thread in self._threads:
            thread.start()

    def ends(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(15)

    def _ask(self, what: str, look: Callable[[], object]) -> None:
        while not self._over.wait(PAUSE_SECONDS):
            with self._lock:
                self._scene.counts[what] += 1
            with suppress(requests.RequestException):
                look()


def _stranger(scene: Scene) -> Callable[[], object]:
    http = requests.Session()
    http.trust_env = False
    return lambda: http.get(f"{scene.city.installation.web}/console/sign-in", timeout=PATIENCE_SECONDS)


def _desk(agent: Agent) -> Callable[[], object]:
    return agent.desk


def _board(supervisor: Agent) -> Callable[[], object]:
    return supervisor.line
