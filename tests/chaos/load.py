"""The load on the city while it is harmed: residents who ring at random moments, agents who take what they are dealt.

Residents look at their telephones a few times a second, no oftener: what is measured is the service, not its callers.
"""

import random
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass

import requests

from tests.chaos.agents import Worker
from tests.chaos.city import ChaosCity
from tests.chaos.plans import PLANS, Heard, Telephone

AGENTS = ("aino", "oili", "sanna", "paavo", "eino")
PER_AGENT = 0.9  # calls a second that one more agent is worth
TALK_SECONDS = (8.0, 20.0)
MISSES = 0.05  # of all residents do not answer when they are rung back
CALLER_PATIENCE = 60.0  # machine seconds after which the last callers are given up


@dataclass(frozen=True)
class Pace:
    calls_per_second: float
    series: int = 700  # three digits in the residents' numbers: no two runs of one city share one

    @property
    def agents(self) -> tuple[str, ...]:
        """So many that they are busy: most residents shall be asked whether they want to be rung back."""
        return AGENTS[: min(len(AGENTS), 1 + int(self.calls_per_second / PER_AGENT))]


class Load:
    """``begin`` .. ``end``. What people heard is kept here, as the residents tell it."""

    def __init__(self, city: ChaosCity, luck: random.Random, pace: Pace) -> None:
        self.city, self.pace = city, pace
        self.heard: list[Heard] = []  # promises that residents heard to their end
        self.counts: Counter[str] = Counter()  # calls by plan, and how they ended
        self.numbers: list[str] = []  # everybody who ever rang
        self._luck = luck
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._callers: list[threading.Thread] = []
        self._starter = threading.Thread(target=self._ring_in, daemon=True)
        self.workers: list[Worker] = []

    def begin(self) -> "Load":
        self.workers = [Worker(self.city.agent(agent)) for agent in self.pace.agents]
        self._starter.start()
        return self

    def no_more_calls(self) -> None:
        """Nobody rings any more; whoever is on the telephone ends her call."""
        self._over.set()
        self._starter.join()
        deadline = time.monotonic() + CALLER_PATIENCE
        for caller in self._callers:
            caller.join(max(0.0, deadline - time.monotonic()))
        self.counts["gave up waiting"] += sum(caller.is_alive() for caller in self._callers)

    def end(self) -> None:
        if not self._over.is_set():
            self.no_more_calls()
        for worker in self.workers:
            worker.stops()

    def rings(self, plan: str, number: str = "") -> threading.Thread:
        """One more resident rings, now, with a plan of ``plans.PLANS``."""
        with self._lock:
            who = number or f"+35840{self.pace.series:03}{len(self.numbers):04}"
            self.numbers.append(who)
            seed = self._luck.random()
        caller = threading.Thread(target=self._one_call, args=(who, plan, random.Random(seed)), daemon=True)
        self._callers.append(caller)
        caller.start()
        return caller

    def _ring_in(self) -> None:
        while not self._over.wait(self._luck.expovariate(self.pace.calls_per_second)):
            names, weights = zip(*((name, plan.weight) for name, plan in PLANS.items()), strict=True)
            self.rings(self._luck.choices(names, weights)[0])

    def _one_call(self, number: str, plan: str, luck: random.Random) -> None:
        on_ring = "no-answer" if luck.random() < MISSES else "answer"
        telephone = Telephone(self.city, number, luck)
        ending = "could not ring"
        with suppress(requests.RequestException, AssertionError):
            self.city.lab.behave(number, on_ring, after=luck.uniform(1, 4), talk=luck.uniform(*TALK_SECONDS))
            telephone.rings()
            ending = PLANS[plan].lived(telephone)
        with self._lock:
            self.counts[plan] += 1
            self.counts[ending] += 1
            if telephone.heard is not None:
                self.heard.append(telephone.heard)
