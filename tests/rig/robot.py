"""An agent who works by herself: takes what is offered, talks until the other side hangs up, notes it as done."""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import requests

from tests.rig.agent import Agent

LOOK_SECONDS = 0.1


@dataclass(frozen=True)
class Shift:
    agent_id: str
    begins: str  # HH:MM
    ends: str

    def covers(self, now: datetime) -> bool:
        return self.begins <= f"{now:%H:%M}" < self.ends


class Robot:
    """With a ``shift`` she is on duty between its hours only; without, until she is stopped."""

    def __init__(self, agent: Agent, shift: Shift | None = None, now: Callable[[], datetime] | None = None) -> None:
        self.agent = agent
        self._shift = shift
        self._now = now
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        if shift is None:
            agent.available(answers=True)
        self._thread.start()

    def stops(self) -> None:
        self._stopped.set()
        self._thread.join(10)

    def _work(self) -> None:
        while not self._stopped.wait(LOOK_SECONDS):
            self._tries()

    def _tries(self) -> None:
        with suppress(requests.RequestException, AssertionError):  # the service may be dead: an agent tries again
            self._look()

    def _look(self) -> None:
        desk = self.agent.desk()
        offer = desk["offer"]
        if offer is not None and offer["state"] == "wrapup" and self.agent.is_silent():
            self.agent.notes("done")
        elif offer is None and not self._on_duty():
            if desk["presence"] != "offline":
                self.agent.offline()
        elif offer is None and desk["presence"] in ("away", "offline"):
            self.agent.available(answers=True)

    def _on_duty(self) -> bool:
        if self._shift is None or self._now is None:
            return True
        return self._shift.covers(self._now())
