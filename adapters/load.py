"""How busy this web process is, measured where callers feel it: requests in work or waiting for a thread, and how long
the provider's webhooks take from the moment they are read off the line.

A measure that no webhook is in (processor time, a queue elsewhere) would shed too early or too late. Going up is quick
and a step at a time; going down takes a quiet while, and a longer one after each relapse, so that a page does not
flicker between two paces.
"""

import math
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Literal

Level = Literal[0, 1, 2, 3]
LEVELS: tuple[Level, ...] = (0, 1, 2, 3)
WINDOW_SECONDS = 3.0  # of webhooks that are judged together
SLOW_SECONDS = (0.5, 0.8, 1.2)  # nine of ten webhooks are quicker, or the level begins; a menu may take one second
MANY = (10, 14, 18)  # requests in work or waiting: a process has sixteen threads
CALM_SECONDS, CALM_MANY = 0.25, 5
UP_SECONDS, DOWN_SECONDS = 1.0, 8.0  # as long must it be so before the level changes by one
RELAPSE_SECONDS, MOST_PATIENCE = 20.0, 64.0  # up again so soon after a step down: the next one takes twice as long
LOOK_SECONDS = 0.2
MOST_WEBHOOKS = 1000  # that are judged together: more than a process answers in the window
Way = Literal[-1, 0, 1]
FROM_MEMORY = "one_number.from_memory"  # in a request's environment: a crowd's short answer, which is no measure


class Waiting:
    """Requests that were taken from the line and have no thread yet; the server counts them (``gunicorn_thread``)."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._mine = threading.local()
        self.count = 0

    def joined(self) -> None:
        with self._lock:
            self.count += 1

    def begins(self, waited: float) -> None:
        """In the thread that will answer it."""
        with self._lock:
            self.count -= 1
        self._mine.seconds = waited

    def seconds(self) -> float:
        """How long this thread's request waited; told once, for a kept connection's next request is another."""
        found = float(getattr(self._mine, "seconds", 0.0))
        self._mine.seconds = 0.0
        return found


class Load:
    """Of one process. ``now`` is machine time that never goes back."""

    def __init__(self, waiting: Waiting, now: Callable[[], float] = time.monotonic) -> None:
        self._waiting, self._now = waiting, now
        self._lock = threading.Lock()
        self._in_work = 0
        self._webhooks: deque[tuple[float, float]] = deque(maxlen=MOST_WEBHOOKS)  # when, and how long it took
        self._level: Level = 0
        self._way: Way = 0  # whither what was measured asks for the next step, and since when
        self._since = 0.0
        self._patience, self._went_down = DOWN_SECONDS, -math.inf
        self._looked = now()

    @property
    def in_work(self) -> int:
        return self._in_work + self._waiting.count

    @property
    def level(self) -> Level:
        now = self._now()
        with self._lock:
            self._look(now)
            return self._level

    def begun(self) -> None:
        with self._lock:
            self._in_work += 1

    def over(self, webhook: bool, seconds: float) -> None:
        """``seconds``: from the line to the answer, the wait for a thread included."""
        now = self._now()
        with self._lock:
            self._in_work -= 1
            if webhook:
                self._webhooks.append((now, seconds))
            self._look(now)

    def slowest(self) -> float:
        """What nine of ten webhooks of the last seconds were quicker than; 0 without any."""
        with self._lock:
            return self._slowest(self._now())

    def _slowest(self, now: float) -> float:
        while self._webhooks and self._webhooks[0][0] < now - WINDOW_SECONDS:
            self._webhooks.popleft()
        took = sorted(seconds for _, seconds in self._webhooks)
        return took[min(len(took) - 1, int(len(took) * 0.9))] if took else 0.0

    def _look(self, now: float) -> None:
        """Whenever a request is over, not only when a page asks: what nobody looked at was neither busy nor calm."""
        unseen = now - self._looked
        if unseen < LOOK_SECONDS:
            return
        self._looked = now
        if unseen >= self._patience and self._calm(now):
            self._level = 0  # for so long not one request was over, and none is in work
        self._judge(now)

    def _calm(self, now: float) -> bool:
        return self._slowest(now) < CALM_SECONDS and self.in_work <= CALM_MANY

    def _judge(self, now: float) -> None:
        if asked_for(self._slowest(now), self.in_work) > self._level:
            self._step(now, 1, UP_SECONDS)
        elif self._level and self._calm(now):
            self._step(now, -1, self._patience)
        else:
            self._way = 0

    def _step(self, now: float, way: Way, patience: float) -> None:
        """Once it has asked for this way so long; a while that asked for the other one is none of it."""
        if way != self._way:
            self._way, self._since = way, now
        elif now - self._since >= patience:
            self._level, self._since = LEVELS[self._level + way], now
            self._note(now, way)

    def _note(self, now: float, way: Way) -> None:
        if way < 0:
            self._went_down = now
        elif now - self._went_down < RELAPSE_SECONDS:
            self._patience = min(self._patience * 2, MOST_PATIENCE)
        elif self._level == 1:
            self._patience = DOWN_SECONDS


def asked_for(slowest: float, many: int) -> Level:
    """The level that these figures ask for. Pure."""
    by_time = sum(slowest >= bar for bar in SLOW_SECONDS)
    by_number = sum(many >= bar for bar in MANY)
    return LEVELS[max(by_time, by_number)]
