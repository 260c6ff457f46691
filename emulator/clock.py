"""Business time as the emulator reads, sets and spends it.

Two readings: `now` is the calendar (it jumps when someone sets it), `elapsed` is the business time that has been
spent since the start (a jump of the calendar does not make a sentence end sooner). Deadlines of HTTP are machine
time and have no place here.
"""

import json
import os
import tempfile
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path


@dataclass(frozen=True)
class Reading:
    """One setting of the clock: business time was `business_time` at machine time `as_of`, running at `rate`."""

    business_time: datetime
    as_of: float
    rate: float

    def at(self, machine: float) -> datetime:
        return self.business_time + timedelta(seconds=(machine - self.as_of) * self.rate)


def real_time() -> Reading:
    machine = time.time()
    return Reading(datetime.fromtimestamp(machine, UTC), machine, 1.0)


class Clock:
    """Reads the clock file again whenever it changes, since other processes may set the time too."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._stamp: tuple[int, int] | None = None
        self._reading = real_time()
        self._spent = 0.0
        self._since = time.monotonic()
        self._refresh()

    def now(self) -> datetime:
        with self._lock:
            self._refresh()
            return self._reading.at(time.time())

    @property
    def rate(self) -> float:
        with self._lock:
            self._refresh()
            return self._reading.rate

    def elapsed(self) -> float:
        """Business seconds spent since the start; never goes backwards and never jumps."""
        with self._lock:
            self._refresh()
            return self._spent + (time.monotonic() - self._since) * self._reading.rate

    def machine_seconds(self, business_seconds: float) -> float:
        return business_seconds / self.rate

    def set(self, business_time: datetime | None, rate: float | None) -> Reading:
        with self._lock:
            self._refresh()
            machine = time.time()
            reading = Reading(business_time or self._reading.at(machine), machine, rate or self._reading.rate)
            self._write(reading)
            self._adopt(reading)
            return reading

    def reading(self) -> Reading:
        with self._lock:
            self._refresh()
            machine = time.time()
            return Reading(self._reading.at(machine), machine, self._reading.rate)

    def _adopt(self, reading: Reading) -> None:
        moment = time.monotonic()
        self._spent += (moment - self._since) * self._reading.rate
        self._since = moment
        self._reading = reading

    def _refresh(self) -> None:
        if self._path is None:
            return
        stamp = _stamp(self._path)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        self._adopt(_read(self._path) if stamp else real_time())

    def _write(self, reading: Reading) -> None:
        if self._path is None:
            return
        content = {
            "business_time": reading.business_time.isoformat(),
            "as_of": reading.as_of,
            "rate": reading.rate,
        }
        write_atomically(self._path, json.dumps(content))
        self._stamp = _stamp(self._path)


def write_atomically(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    Path(name).replace(path)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_mtime_ns, status.st_ino


def _read(path: Path) -> Reading:
    content = json.loads(path.read_text(encoding="utf-8"))
    return Reading(datetime.fromisoformat(content["business_time"]), float(content["as_of"]), float(content["rate"]))
