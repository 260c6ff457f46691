"""The live board as frozen values: who waits, what is promised, who is at work, what went wrong. Codes, no words, no
queries. What nothing has measured yet is None, never a guess."""

from dataclasses import dataclass
from datetime import datetime

from callbacks.limit_store import Stop
from callbacks.settlement_store import Report
from desks.line.expected_wait_store import WaitError
from desks.view.card import Sound


@dataclass(frozen=True)
class Caller:
    id: str
    topic_path: tuple[str, ...]
    language: str
    desk: str
    urgent: bool
    state: str
    line_time: datetime
    place_told: int | None
    wait_told_minutes: int | None


@dataclass(frozen=True)
class Promised:
    request_id: str
    code: str
    topic_path: tuple[str, ...]
    language: str
    desk: str
    urgent: bool
    kind: str
    state: str
    due: datetime
    window_start: datetime
    window_end: datetime
    attempts: int
    contact: str = "ring"
    interpreter: str | None = None
    sounds: tuple[Sound, ...] = ()


@dataclass(frozen=True)
class Talk:
    """What an agent has in hand. ``token``: of a talk that can be listened to; None: nobody talks just now."""

    state: str
    topic_path: tuple[str, ...]
    request_id: str | None
    caller_id: str | None
    since: datetime
    token: str | None = None
    listened_by: str | None = None  # agent id of the supervisor who hears it


@dataclass(frozen=True)
class Colleague:
    name: str
    desks: tuple[str, ...]
    languages: tuple[str, ...]
    presence: str
    since: datetime
    talk: Talk | None


@dataclass(frozen=True)
class Item:
    """``request`` None: a duty that nobody answered, without a number to ring; ``sounds``: what was left there."""

    kind: str
    made_at: datetime
    request: Promised | None
    last_agent: str | None
    id: str = ""
    detail: str | None = None
    sounds: tuple[Sound, ...] = ()
    number: str | None = None  # who rang a duty in vain


@dataclass(frozen=True)
class Figures:
    """One desk in one language, now and since midnight. ``still``: promises of today that are still to be kept."""

    desk: str
    language: str
    waiting: int = 0
    longest_since: datetime | None = None
    due: int = 0
    overdue: int = 0
    next_hour: int = 0
    kept: int = 0
    late: int = 0
    broken: int = 0
    still: int = 0


@dataclass(frozen=True)
class Pause:
    desk_id: str
    desk: str
    reason: str
    made_at: datetime
    until: datetime | None
    author: str


@dataclass(frozen=True)
class Overview:
    callers: tuple[Caller, ...]
    colleagues: tuple[Colleague, ...]
    items: tuple[Item, ...]
    figures: tuple[Figures, ...]
    pauses: tuple[Pause, ...]
    stops: tuple[Stop, ...]
    reports: tuple[Report, ...]  # closings since yesterday's midnight, the newest first
    wait_error: WaitError | None  # of today's newest callers; None: nothing to measure it by yet
