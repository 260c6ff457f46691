"""An agent who uses her whole desk: she holds, transfers, promises for the caller, sets an interpreter's hour."""

import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from tests.rig.agent import Agent
from tests.rig.cards import Cards
from tests.rig.robot import Robot, Shift

HOLDS, TRANSFERS, PROMISES, INTERPRETS = 0.08, 0.12, 0.10, 0.15  # of all talks
HOLD_SECONDS = 40.0
DESKS = ("housing", "waterworks", "streets", "families", "advice", "extended")


class WorkingRobot(Robot):
    """``done``: how often she did what, for the day's table."""

    def __init__(
        self, agent: Agent, shift: Shift, now: Callable[[], datetime], luck: random.Random, cards: Cards
    ) -> None:
        self._luck = luck
        self._cards = cards
        self._begun: set[str] = set()  # talks in which she has decided what to do
        self._held: tuple[str, datetime] | None = None
        self.done: dict[str, int] = {}
        super().__init__(agent, shift=shift, now=now)

    def _look(self) -> None:
        desk = self._cards.look(self.agent.id, self.agent.desk)
        offer = desk["offer"]
        if offer is not None and offer["state"] == "connected":
            self._in_a_talk(offer)
        super()._look()

    def _in_a_talk(self, offer: Mapping[str, Any]) -> None:
        token = str(offer["token"])
        if self._held is not None and self._held[0] == token:
            self._takes_back(offer)
        elif token not in self._begun:
            self._begun.add(token)
            self._does_something(offer)

    def _takes_back(self, offer: Mapping[str, Any]) -> None:
        assert self._held is not None
        assert self._now is not None
        if (self._now() - self._held[1]).total_seconds() > HOLD_SECONDS:
            self._held = None
            self.agent.does("hold", on="no")
            self._counts("taken off hold")

    def _does_something(self, offer: Mapping[str, Any]) -> None:
        assert self._now is not None
        wish = self._luck.random()
        if (wish := wish - HOLDS) < 0:
            self.agent.does("hold", on="yes")
            self._held = (str(offer["token"]), self._now())
            self._counts("hold")
        elif (wish := wish - TRANSFERS) < 0:
            self.agent.does(
                "transfer", kind="blind", goal_kind="desk", goal=self._luck.choice(DESKS), note="from the day"
            )
            self._counts("blind transfer")
        elif (wish := wish - PROMISES) < 0:
            self._promises(offer)
        elif wish < INTERPRETS and offer["request_id"] is not None:
            self._interprets(offer)

    def _promises(self, offer: Mapping[str, Any]) -> None:
        next_time = offer.get("next_time")
        if next_time is not None:
            self.agent.does("promise", topic=next_time["topic"], window=next_time["code"])
            self._counts("promise on behalf")

    def _interprets(self, offer: Mapping[str, Any]) -> None:
        """Tomorrow at ten or so: an exact time of her own, which nobody rings before."""
        assert self._now is not None
        tomorrow = self._now() + timedelta(days=1)
        at = f"{tomorrow:%Y-%m-%d}T{self._luck.choice(('10:00', '11:15', '13:30'))}"
        self.agent.asks(f"/console/requests/{offer['request_id']}/interpreter", at=at, which="an interpreter")
        self._counts("interpreter")

    def _counts(self, what: str) -> None:
        self.done[what] = self.done.get(what, 0) + 1
