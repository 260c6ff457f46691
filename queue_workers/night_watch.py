"""The night's look at the days ahead, begun by the clock once each local day, in a process of its own.

A minute of work in the clock's own process would keep callers' matters from being dealt. One that fails or hangs is
in the record as failed, on the board, and texted to the operator; the next night looks again.
"""

import logging
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from operations import watch_store as store
from operations.watch_keeping import keep_failed

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("clock")
FIRST_HOUR, LAST_HOUR = 3, 6  # local; the quietest hours, and on no day are all of them skipped by a clock change

MOST_SECONDS = 20 * 60  # machine time; it takes a minute, and less than this lies between it and a second beginning

Begin = Callable[[str], "subprocess.Popen[bytes] | None"]


@dataclass(frozen=True)
class Running:
    day: str
    process: subprocess.Popen[bytes]
    since_machine: float


class NightWatch:
    """At most one of this clock's at a time."""

    def __init__(self, begin: Begin | None = None) -> None:
        self._begin = begin or _process
        self._running: Running | None = None

    def begin_due(self, services: "Services") -> None:
        """Two clocks of one instant begin it once: the row of the day is unique."""
        self._reap(services)
        now, rules = services.clock.now(), services.rules.plain()
        day = due_day(now, rules.time_zone)
        if day is None or self._running is not None:
            return
        with services.database.read() as connection:
            if not store.is_open(connection, day, now):
                return
        if store.claim(services.database, day, rules.version, now):
            process = self._begin(day)
            if process is not None:
                self._running = Running(day, process, services.clock.machine())

    def stop(self) -> None:
        """The clock goes: the look is begun again by the next one."""
        if self._running is not None and self._running.process.poll() is None:
            self._running.process.terminate()

    def _reap(self, services: "Services") -> None:
        """One that hangs is ended, and seen to have ended at the next tick: the clock waits for nobody."""
        running = self._running
        if running is None:
            return
        ended = running.process.poll()
        if ended is None:
            if services.clock.machine() - running.since_machine > MOST_SECONDS:
                LOG.error("the look at the days ahead hangs and is ended", extra={"day": running.day})
                running.process.kill()
            return
        if ended:
            LOG.error("the look at the days ahead has failed", extra={"code": ended, "day": running.day})
            keep_failed(services, running.day)  # where the record does not take it now, the next tick tries again
        self._running = None


def _process(day: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "operations.watchdog", "--night", day]
    return subprocess.Popen(command, env=dict(os.environ))


def due_day(now: datetime, time_zone: str) -> str | None:
    """The local day whose look is due now; None: not at this hour."""
    local = now.astimezone(ZoneInfo(time_zone))
    return local.date().isoformat() if FIRST_HOUR <= local.hour < LAST_HOUR else None
