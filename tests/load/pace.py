"""Business time of a city at speed: written for the service, kept by the same reckoning for the residents."""

import json
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

HELSINKI = ZoneInfo("Europe/Helsinki")


@dataclass
class Pace:
    """One for all who share a city: when its rate changes, everybody reckons with the new one; a wait that has begun
    keeps the old one."""

    begins: datetime  # business time at ``as_of``
    as_of: float  # machine time, Unix seconds
    rate: float

    @staticmethod
    def starting(begins: str, rate: float) -> "Pace":
        return Pace(datetime.fromisoformat(begins), time.time(), rate)

    def write(self, path: Path) -> "Pace":
        setting = {"business_time": self.begins.isoformat(), "as_of": self.as_of, "rate": self.rate}
        fresh = path.with_suffix(".part")
        fresh.write_text(json.dumps(setting))
        fresh.replace(path)
        return self

    def changes(self, rate: float, path: Path) -> None:
        """From now on; no time is skipped or lived twice. The service reads the file at its next look at the time."""
        self.begins, self.as_of, self.rate = self.now(), time.time(), rate
        self.write(path)

    def now(self) -> datetime:
        gone = (time.time() - self.as_of) * self.rate
        return (self.begins + timedelta(seconds=gone)).astimezone(HELSINKI)

    def machine(self, business_seconds: float) -> float:
        return business_seconds / self.rate
