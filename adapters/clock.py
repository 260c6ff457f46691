"""The two clocks. Business time may be shifted and sped up through one file; machine time never is.

The file (``CLOCK_FILE``): ``{"business_time": "2026-11-21T17:05:00+02:00", "as_of": 1763737500.0, "rate": 60}``.
"""

import json
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """Business time, aware UTC."""

    def machine(self) -> float:
        """Machine time, Unix seconds."""


@dataclass(frozen=True)
class _Setting:
    business: datetime
    as_of: float
    rate: float


class SystemClock:
    """Business time is real time."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def machine(self) -> float:
        return time.time()


class FileClock:
    """Business time from a file that every process reads; re-read as soon as it changes.

    A broken file keeps the last good setting: a clock that jumps would ring people at night.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self._setting: _Setting | None = None

    def now(self) -> datetime:
        machine = self.machine()
        self._look()
        if self._setting is None:
            return datetime.now(UTC)
        return self._setting.business + timedelta(seconds=(machine - self._setting.as_of) * self._setting.rate)

    def machine(self) -> float:
        return time.time()

    def _look(self) -> None:
        try:
            stat = os.stat(self._path)
        except OSError:
            self._setting, self._stamp = None, None
            return
        stamp = (stat.st_mtime_ns, stat.st_ino)
        if stamp == self._stamp:
            return
        try:
            read = json.loads(self._path.read_text())
            business = datetime.fromisoformat(read["business_time"]).astimezone(UTC)
            self._setting = _Setting(business, float(read["as_of"]), float(read["rate"]))
            self._stamp = stamp
        except (OSError, ValueError, KeyError, TypeError):
            return


def clock_for(path: Path | None) -> Clock:
    return SystemClock() if path is None else FileClock(path)
