"""What happened to one resident of the practice desk: when she was answered, what she was told, whether it was kept."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from emulator.history import Json

State = Literal["to-begin", "rings", "in-line", "talks", "on-hold", "expects", "over", "stopped"]
Deed = Literal[
    "rang",
    "line",
    "told",
    "answered",
    "held",
    "hung-up",
    "cut-off",
    "gave-up",
    "rung",
    "missed",
    "machine",
    "waited-in-vain",
]
Verdict = Literal["none", "open", "kept", "early", "late"]
ZONE = ZoneInfo("Europe/Helsinki")  # the clock on the wall of those who practise; a told time is read by it


@dataclass(frozen=True)
class Happened:
    at: datetime
    deed: Deed
    text: str = ""
    seconds: int | None = None


@dataclass(frozen=True)
class Window:
    begins: datetime
    ends: datetime


@dataclass(eq=False)
class Report:
    state: State = "to-begin"
    happened: list[Happened] = field(default_factory=list)
    window: Window | None = None
    verdict: Verdict = "none"
    answered_after: int | None = None
    calls: list[str] = field(default_factory=list)
    judged: Verdict = "none"  # of the promise before this one
    known: set[Window] = field(default_factory=set)  # the same text is read again and again

    def note(self, at: datetime, deed: Deed, text: str = "", seconds: float | None = None) -> None:
        self.happened.append(Happened(at, deed, text, None if seconds is None else round(seconds)))
        if deed == "answered" and self.verdict == "open":  # she rang in herself: nobody owes her that ring any more
            self.window, self.verdict = None, self.judged

    def promised(self, window: Window) -> None:
        if window not in self.known:
            self.known.add(window)
            self.judged = self.judged if self.verdict == "open" else self.verdict
            self.window, self.verdict = window, "open"

    def rung(self, now: datetime) -> None:
        """Judges an open promise: the first ring counts, answered or not."""
        if self.window is None or self.verdict != "open":
            return
        if now < self.window.begins:
            self.verdict = "early"
        else:
            self.verdict = "kept" if now <= self.window.ends else "late"

    def as_json(self) -> dict[str, Json]:
        happened: list[Json] = [
            {"at": one.at.isoformat(), "deed": one.deed, "text": one.text, "seconds": one.seconds}
            for one in self.happened
        ]
        return {
            "state": self.state,
            "answered_after": self.answered_after,
            "verdict": self.verdict,
            "from": self.window.begins.isoformat() if self.window else None,
            "to": self.window.ends.isoformat() if self.window else None,
            "happened": happened,
        }


def read_window(text: str, pattern: re.Pattern[str], now: datetime) -> Window | None:
    """The time that a text message tells: its next such day of the month from today on."""
    found = pattern.search(text)
    if found is None:
        return None
    day = _day(now.astimezone(ZONE), int(found["day"]))
    if day is None:
        return None
    begins = _at(day, found["from_hour"], found["from_minute"])
    ends = _at(day, found["to_hour"], found["to_minute"])
    return Window(begins, ends if ends > begins else ends + timedelta(days=1))


def _day(today: datetime, wanted: int) -> datetime | None:
    for ahead in range(62):
        day = today + timedelta(days=ahead)
        if day.day == wanted:
            return day
    return None


def _at(day: datetime, hour: str, minute: str | None) -> datetime:
    """24 is the end of the day."""
    midnight = day.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(hours=int(hour), minutes=int(minute or 0))
