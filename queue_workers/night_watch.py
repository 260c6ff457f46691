"""The night's look at the days ahead, begun by the clock once each local day, in a process of its own.

A minute of work in the clock's own process would keep callers' matters from being dealt.
"""

import logging
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from operations import watch_store as store

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("clock")
FIRST_HOUR, LAST_HOUR = 3, 6  # local; the quietest hours, and on no day are all of them skipped by a clock change

Begin = Callable[[str], object]


class NightWatch:
    """At most one of this clock's at a time."""

    def __init__(self, begin: Begin | None = None) -> None:
        self._begin = begin or self._process
        self._running: subprocess.Popen[bytes] | None = None

    def begin_due(self, services: "Services") -> None:
        """Two clocks of one instant begin it once: the row of the day is unique."""
        self._reap()
        now, rules = services.clock.now(), services.rules.plain()
        day = due_day(now, rules.time_zone)
        if day is None or self._running is not None:
            return
        with services.database.read() as connection:
            if not store.is_open(connection, day, now):
                return
        if store.claim(services.database, day, rules.version, now):
            self._begin(day)

    def stop(self) -> None:
        """The clock goes: the look is begun again by the next one."""
        if self._running is not None and self._running.poll() is None:
            self._running.terminate()

    def _process(self, day: str) -> None:
        command = [sys.executable, "-m", "operations.watchdog", "--night", day]
        self._running = subprocess.Popen(command, env=dict(os.environ))

    def _reap(self) -> None:
        if self._running is None:
            return
        ended = self._running.poll()
        if ended is not None:
            self._running = None
            if ended:
                LOG.error("the look at the days ahead has failed", extra={"code": ended})


def due_day(now: datetime, time_zone: str) -> str | None:
    """The local day whose look is due now; None: not at this hour."""
    local = now.astimezone(ZoneInfo(time_zone))
    return local.date().isoformat() if FIRST_HOUR <= local.hour < LAST_HOUR else None
