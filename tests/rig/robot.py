"""An agent who works by herself: takes what is offered, talks until the other side hangs up, notes it as done."""

import threading
from collections.abc import Callable

import requests

from tests.rig.agent import Agent, Card

LOOK_SECONDS = 0.1


def always_done(card: Card) -> str:
    return "done"


class Robot:
    def __init__(self, agent: Agent, outcome: Callable[[Card], str] = always_done) -> None:
        self.agent = agent
        self._outcome = outcome
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        agent.available(answers=True)
        self._thread.start()

    def stops(self) -> None:
        self._stopped.set()
        self._thread.join(10)

    def _work(self) -> None:
        while not self._stopped.wait(LOOK_SECONDS):
            try:
                self._look()
            except (requests.RequestException, AssertionError):
                continue  # the service may be dead at this moment: an agent tries again

    def _look(self) -> None:
        desk = self.agent.desk()
        card = self.agent.card()
        if card and card.state == "wrapup":
            self.agent.notes(self._outcome(card))
        elif card is None and desk["presence"] == "away":
            self.agent.available(answers=True)
