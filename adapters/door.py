"""The door of one web process: while it is asked more than it can answer, newcomers are let in at the pace it carries.

The pace is found, not set: it falls while webhooks are slow or many, and grows while they are quick. Whoever has
knocked longer goes first, and nobody knocks for ever. Each process judges alone; the caller's own address counts her
knocks, so any process may answer the next one.
"""

import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Protocol

from adapters.load import CALM_MANY, CALM_SECONDS, MANY, Level, asked_for

LOG = logging.getLogger("web")
CROWDED: Level = 2  # one above that from which whoever waits is spared her place (ivr/dialogue/crowd.py)
MOST_KNOCKS = 8  # then she is let in, whatever the pace: some five minutes
BURST = 3.0  # calls that may be saved up for; a newcomer needs so many, so that who came before her finds hers
DEEPEST = -10.0  # what those who were let in beyond the pace cost the ones after them, at most
SHARE_AT_FIRST, SHARE_LATER = 0.5, 0.7  # of those who came; of the pace, while it is busy
GROWTH, SLOW_GROWTH = 1.08, 1.03  # of the pace, each second: while it is calm, while it is neither
LEAST = 0.1  # calls a second: a city's busiest hour has twice that, and there are two processes
CUT_SECONDS = 6.0  # a caller let in is felt some seconds later, in her menus
LOOK_SECONDS, LOOK_BACK_SECONDS = 1.0, 10.0
MOST_GROWN_SECONDS = 10.0  # at one look: it sees now, not what was while nobody came
UNASKED_SECONDS = 10.0  # calm, and nobody turned back for so long: the door stands open again


class Measured(Protocol):
    """What the door asks of ``adapters.load.Load``."""

    @property
    def level(self) -> Level: ...

    @property
    def in_work(self) -> int: ...

    def slowest(self) -> float: ...


class Door:
    """``now`` is machine time that never goes back. The pace is calls a second; None: everybody is let in."""

    def __init__(self, load: Measured, now: Callable[[], float] = time.monotonic) -> None:
        self._load, self._now = load, now
        self._lock = threading.Lock()
        self._pace: float | None = None
        self._saved = 0.0
        self._let_in: deque[float] = deque(maxlen=1000)
        self._filled = self._looked = self._cut = self._refused = now()

    @property
    def pace(self) -> float | None:
        return self._pace

    def lets_in(self, knocks: int) -> bool:
        """``knocks``: how often this caller has been asked to wait here already."""
        now = self._now()
        with self._lock:
            if now - self._looked >= LOOK_SECONDS:
                unseen, self._looked = now - self._looked, now
                self._look(now, min(unseen, MOST_GROWN_SECONDS))
            if self._pace is not None and not self._spends(self._pace, knocks, now):
                self._refused = now
                return False
            self._let_in.append(now)
            return True

    def _spends(self, pace: float, knocks: int, now: float) -> bool:
        self._saved = min(BURST, self._saved + (now - self._filled) * pace)
        self._filled = now
        if self._saved < needed(knocks):
            return False
        self._saved = max(DEEPEST, self._saved - 1.0)
        return True

    def _look(self, now: float, unseen: float) -> None:
        """``unseen``: seconds since the last look, by which the pace grows: few who knock are few looks."""
        slowest, many = self._load.slowest(), self._load.in_work
        calm = slowest < CALM_SECONDS and many <= CALM_MANY
        if self._pace is None:
            if is_crowded(self._load.level, many):
                self._keep(now)
        elif calm and now - self._refused >= UNASKED_SECONDS:
            self._pace = None
            LOG.warning("newcomers are let in again as they come")
        elif not asked_for(slowest, many):
            self._pace *= (GROWTH if calm else SLOW_GROWTH) ** unseen
            if calm:
                self._saved = max(self._saved, 0.0)  # what was let in beyond the pace has been carried
        elif now - self._cut >= CUT_SECONDS:
            self._pace, self._cut = max(LEAST, self._pace * SHARE_LATER), now

    def _keep(self, now: float) -> None:
        came = sum(1 for at in self._let_in if at >= now - LOOK_BACK_SECONDS) / LOOK_BACK_SECONDS
        self._pace = max(LEAST, came * SHARE_AT_FIRST)
        self._saved, self._filled, self._cut, self._refused = 0.0, now, now, now
        LOG.warning("newcomers are let in at a pace", extra={"calls_a_second": round(self._pace, 2)})


def is_crowded(level: Level, many: int) -> bool:
    """Slow alone is no crowd: a record that answers slowly to few callers is not mended by turning them back. Pure."""
    return level >= CROWDED and many >= MANY[0]


def needed(knocks: int) -> float:
    """What must be saved up before this caller is let in: less with each knock, at last nothing. Pure."""
    return -math.inf if knocks >= MOST_KNOCKS else BURST - (BURST - 1) * knocks / (MOST_KNOCKS - 1)
