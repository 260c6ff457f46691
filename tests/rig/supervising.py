"""A supervisor's day: she looks at the line every hour, and now and then listens to a talk or coaches its agent."""

import random
from collections import Counter
from datetime import datetime, timedelta

import requests

from tests.rig.city import City

BETWEEN_MINUTES = (8, 25)
LISTENS_SECONDS = 75.0
MODES = ("listen", "listen", "coach")
TALKS = """SELECT token FROM offer LEFT JOIN waiting_caller ON waiting_caller.id = offer.caller_id
    LEFT JOIN callback_request ON callback_request.id = offer.request_id WHERE offer.state = 'connected'
    AND coalesce(waiting_caller.desk, callback_request.desk) IN ('housing', 'extended') ORDER BY token"""


class Supervisor:
    """``turn`` is hers: called again and again, it does what is due."""

    def __init__(self, city: City, luck: random.Random) -> None:
        self._city, self._luck = city, luck
        self.agent = city.agent("sirkka")
        city.lab.behave(self.agent.number, "answer", after=1.0)
        self.done: Counter[str] = Counter()
        self._next: datetime | None = None
        self._hears: tuple[str, datetime] | None = None

    def looks(self) -> str:
        return self.agent.line()

    def turn(self, now: datetime) -> None:
        try:
            self._turn(now)
        except (requests.RequestException, AssertionError):
            self._hears = None  # refused, or that talk is over: there will be another

    def _turn(self, now: datetime) -> None:
        if self._hears is not None:
            token, since = self._hears
            if (now - since).total_seconds() > LISTENS_SECONDS:
                self._hears = None
                self.agent.supervises(token, "stop-listening")
                self.done["stopped listening"] += 1
        elif self._next is None:
            self._next = now + timedelta(minutes=self._luck.uniform(*BETWEEN_MINUTES))
        elif now >= self._next and (talks := self._city.sql(TALKS)):
            self._next = None
            token, mode = str(self._luck.choice(talks)["token"]), self._luck.choice(MODES)
            self.agent.supervises(token, "listen", mode=mode)
            self._hears = (token, now)
            self.done[mode] += 1
