"""The promise as frozen values: states, kinds, windows, outcomes. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

State = Literal[
    "requested", "offered", "dialing", "connected", "unreached", "needs_human", "done", "cancelled", "expired"
]
OPEN_STATES: frozenset[str] = frozenset({"requested", "offered", "dialing", "connected", "unreached", "needs_human"})
FINAL_STATES: frozenset[str] = frozenset({"done", "cancelled", "expired"})
Kind = Literal["asap", "slot", "retry"]
Missed = Literal["no_answer", "busy", "machine", "bad_moment", "failed"]


@dataclass(frozen=True)
class Window:
    start: datetime  # business time, UTC
    end: datetime


def code_of(window: Window) -> str:
    """A window's name in a URL: its start in minutes since 1970; unique within one department's slots."""
    return str(int(window.start.timestamp()) // 60)


def start_of(code: str) -> datetime:
    """The start of the slot that a code names; 1970 for what names none."""
    minutes = int(code) if code.isascii() and code.isdigit() and len(code) < 10 else 0
    return datetime.fromtimestamp(minutes * 60, UTC)


@dataclass(frozen=True)
class Refused:
    """An expected "no", with a reason that names an announcement key or a message."""

    reason: str
