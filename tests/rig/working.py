"""An agent who uses her whole desk: she holds, asks colleagues and partners, hands on, promises for the caller, sets an
interpreter's hour, and leaves a message where a machine has answered.
"""

import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from tests.rig.agent import Agent
from tests.rig.cards import Cards
from tests.rig.robot import Robot, Shift

HOLDS, BLIND, WARM, PARTNERS, PROMISES, INTERPRETS = 0.08, 0.08, 0.16, 0.08, 0.10, 0.15  # of all talks
HOLD_SECONDS = 40.0
CONSULT_SECONDS = 30.0  # in each stage of a transfer
GOES_ON = (("complete", 0.5), ("join", 0.8), ("take-back", 1.0))  # after a consultation, adding up
DESKS = ("housing", "waterworks", "streets", "families", "advice", "extended")
PARTNER_DESKS = ("waste", "county")


class WorkingRobot(Robot):
    """``done``: how often she did what, for the day's table."""

    def __init__(
        self, agent: Agent, shift: Shift, now: Callable[[], datetime], luck: random.Random, cards: Cards
    ) -> None:
        self._luck = luck
        self._cards = cards
        self._begun: set[str] = set()  # talks in which she has decided what to do
        self._since: tuple[str, datetime] = ("", datetime.min)  # the stage of her talk, and when it began
        self.done: dict[str, int] = {}
        super().__init__(agent, shift=shift, now=now)

    def _look(self) -> None:
        desk = self._cards.look(self.agent.id, self.agent.desk)
        offer = desk["offer"]
        if offer is not None and offer["state"] == "connected" and offer["consulted"] is None:
            self._in_a_talk(offer)  # whoever is consulted only talks: the caller is a colleague's
        super()._look()

    def _in_a_talk(self, offer: Mapping[str, Any]) -> None:
        token, transfer = str(offer["token"]), offer["transfer"]
        if transfer is not None:
            self._transferring(f"{token} {transfer['state']}", str(transfer["state"]))
        elif offer["on_hold"]:
            if self._lasts(f"{token} hold") > HOLD_SECONDS:
                self._does("hold", "taken off hold", on="no")
        elif offer["kind"] != "live" and self.agent.hears_a_machine():
            self.agent.notes("machine")
            self._counts("machine answered")
        elif token not in self._begun:
            self._begun.add(token)
            self._does_something(offer)

    def _lasts(self, stage: str) -> float:
        """For how many business seconds this has gone on."""
        assert self._now is not None
        if self._since[0] != stage:
            self._since = (stage, self._now())
        return (self._now() - self._since[1]).total_seconds()

    def _transferring(self, stage: str, state: str) -> None:
        if state == "asked" or self._lasts(stage) < CONSULT_SECONDS:
            return
        luck = self._luck.random()
        way = next(way for way, up_to in GOES_ON if luck < up_to)
        if state == "joined" and way == "join":
            way = "complete"
        self._does(f"transfer/{way}", f"consulted, then {way}")

    def _does_something(self, offer: Mapping[str, Any]) -> None:
        wish = self._luck.random()
        if (wish := wish - HOLDS) < 0:
            self._does("hold", "hold", on="yes")
        elif (wish := wish - BLIND) < 0:
            self._hands_on("blind", "desk", self._luck.choice(DESKS))
        elif (wish := wish - WARM) < 0:
            self._hands_on("warm", "desk", self._luck.choice(DESKS))
        elif (wish := wish - PARTNERS) < 0:
            self._hands_on(self._luck.choice(("warm", "blind")), "partner", self._luck.choice(PARTNER_DESKS))
        elif (wish := wish - PROMISES) < 0:
            self._promises(offer)
        elif wish < INTERPRETS and offer["request_id"] is not None:
            self._interprets(offer)

    def _hands_on(self, kind: str, goal_kind: str, goal: str) -> None:
        """Refused where nobody is there: then the talk goes on as it was."""
        said = {"kind": kind, "goal_kind": goal_kind, "goal": goal, "note": "from the day"}
        self._does("transfer", f"{kind} transfer to a {goal_kind}", **said)

    def _promises(self, offer: Mapping[str, Any]) -> None:
        next_time = offer.get("next_time")
        if next_time is not None:
            self._does("promise", "promise on behalf", topic=next_time["topic"], window=next_time["code"])

    def _interprets(self, offer: Mapping[str, Any]) -> None:
        """Tomorrow at ten or so: an exact time of her own, which nobody rings before."""
        assert self._now is not None
        tomorrow = self._now() + timedelta(days=1)
        at = f"{tomorrow:%Y-%m-%d}T{self._luck.choice(('10:00', '11:15', '13:30'))}"
        self.agent.asks(f"/console/requests/{offer['request_id']}/interpreter", at=at, which="an interpreter")
        self._counts("interpreter")

    def _does(self, deed: str, called: str, **body: object) -> None:
        self.agent.does(deed, **body)
        self._counts(called)

    def _counts(self, what: str) -> None:
        self.done[what] = self.done.get(what, 0) + 1
