"""One call: a leg between the network and one telephone, its state and everything heard on it.

What is played on it lives in `player`, who it is with in `network`. All state is guarded by the network's one lock;
`wait` is the only place where a call's thread sleeps, and the only place where it learns that it was hung up or
sent to another document.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import inf
from typing import Literal

from emulator.clock import Clock
from emulator.history import Json
from emulator.voice import Sound, Voice, clipped

Direction = Literal["inbound", "outbound-api", "outbound-dial"]
CallStatus = Literal[
    "queued", "initiated", "ringing", "in-progress", "completed", "busy", "failed", "no-answer", "canceled"
]
FINAL: frozenset[CallStatus] = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
KEY_SECONDS = 0.2  # business seconds that a key sounds
LONGEST_NAP = 0.5  # machine seconds; a changed rate is noticed this soon


class CallEnded(Exception):
    """The call is over: whatever was being done on it stops."""


class CallRedirected(Exception):
    """Somebody sent the live call to another document."""


@dataclass(frozen=True)
class Fetch:
    """A document to be requested."""

    url: str
    method: str = "POST"
    params: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Inline:
    """A document that was given in the request itself."""

    twiml: str


Source = Fetch | Inline


@dataclass(frozen=True)
class Event:
    n: int
    kind: str
    at: str
    machine: float
    text: str | None = None
    language: str | None = None
    voice: str | None = None
    data: dict[str, Json] = field(default_factory=dict)
    cut: bool = False


@dataclass(frozen=True)
class Gathering:
    """What is listened for. `speech` ends with the first key, `keys` with the first word: the first input wins."""

    digits: int | None
    finish: str
    keys: bool = True
    speech: bool = False
    language: str = ""


@dataclass(frozen=True)
class Said:
    """Speech that a Gather hears; `end` in elapsed business seconds."""

    text: str
    confidence: float | None
    end: float


@dataclass(frozen=True)
class RecordingNow:
    sid: str
    finish: str
    longest: int
    timeout: int


@dataclass(frozen=True)
class StatusSubscription:
    """Who wants to hear of this call's progress."""

    url: str = ""
    method: str = "POST"
    events: frozenset[str] = frozenset({"completed"})


@dataclass(eq=False)
class Call:
    sid: str
    caller: str
    callee: str
    direction: Direction
    clock: Clock
    lock: threading.RLock
    parent: "Call | None" = None
    status: CallStatus = "queued"
    fallback: Fetch | None = None
    subscription: StatusSubscription = StatusSubscription()
    sequence: int = 0
    answered_by: str | None = None
    created: datetime = field(init=False)
    answered_at: float | None = None
    started: datetime | None = None
    ended: datetime | None = None
    duration: int = 0
    events: list[Event] = field(default_factory=list)
    keys: deque[str] = field(default_factory=deque)
    guards: list[Callable[[], None]] = field(default_factory=list)
    gathering: Gathering | None = None
    said: Said | None = None
    recording: RecordingNow | None = None
    voice: Voice = field(default_factory=Voice)
    tones: list[Sound] = field(default_factory=list)  # of its own keys
    played: list[Sound] = field(default_factory=list)  # to it alone, by documents
    in_queue: str | None = None
    queue_sid: str | None = None
    conference: str | None = None
    partners: set[str] = field(default_factory=set)
    hears: set[str] = field(default_factory=set)  # without being heard by them: muted, or coaching another one
    picked_up: bool = False
    sent_to: str | None = None  # the document a live call was last sent to from outside
    refused: Literal["busy", "declined", "unreachable"] | None = None
    parameters: dict[str, str] = field(default_factory=dict)
    on_event: Callable[["Call", Event], None] | None = None
    on_hang_up: Callable[["Call", str], None] | None = None

    def __post_init__(self) -> None:
        self.changed = threading.Condition(self.lock)
        self.created = self.clock.now()
        self._redirect: Source | None = None

    @property
    def over(self) -> bool:
        return self.status in FINAL

    @property
    def interrupted(self) -> bool:
        """A key or a word that somebody listens for: what is being played stops."""
        listening = self.gathering is None or self.gathering.keys
        return self.said is not None or (listening and bool(self.keys))

    @property
    def redirect_wanted(self) -> bool:
        return self._redirect is not None

    def note(
        self,
        kind: str,
        text: str | None = None,
        language: str | None = None,
        voice: str | None = None,
        **data: Json,
    ) -> Event:
        with self.lock:
            at = self.clock.now().isoformat()
            event = Event(len(self.events), kind, at, time.time(), text, language, voice, data)
            self.events.append(event)
            self.changed.notify_all()
            if self.on_event:
                self.on_event(self, event)
            return event

    def mark_cut(self, event: Event) -> None:
        """A key was pressed, or a word spoken, while this was being said."""
        with self.lock:
            self.events[event.n] = replace(self.events[event.n], cut=True)
            self.note("barge", event=event.n)

    def press(self, digits: str) -> None:
        with self.lock:
            self.note("key", digits)
            self._sound_keys(digits)
            self.keys.extend(digits)
            self.changed.notify_all()

    def _sound_keys(self, digits: str) -> None:
        at = max(self.clock.elapsed(), self.tones[-1].end if self.tones else 0.0)
        for place, digit in enumerate(digits):
            begin = at + place * KEY_SECONDS
            self.tones.append(Sound(begin, begin + KEY_SECONDS, digit, key=True))

    @contextmanager
    def sounding(self, text: str, seconds: float = inf) -> Iterator[None]:
        """While inside, this is heard on the leg: for so many business seconds, or until it is left."""
        with self.lock:
            begin, place = self.clock.elapsed(), len(self.played)
            self.played.append(Sound(begin, begin + seconds, text))
        try:
            yield
        finally:
            with self.lock:
                heard = clipped(self.played[place : place + 1], 0, self.clock.elapsed())
                self.played[place : place + 1] = heard or (Sound(begin, begin, ""),)

    def hang_up(self, by: str) -> None:
        if self.on_hang_up:
            self.on_hang_up(self, by)

    def send_to(self, source: Source) -> None:
        with self.lock:
            self._redirect = source
            self.changed.notify_all()

    def take_redirect(self) -> Source | None:
        with self.lock:
            source, self._redirect = self._redirect, None
            self.sent_to = source.url if isinstance(source, Fetch) else ""
            return source

    def check(self) -> None:
        """Raises what stops the document that is being played."""
        if self.over:
            raise CallEnded
        if self._redirect is not None:
            raise CallRedirected
        for guard in self.guards:
            guard()

    @contextmanager
    def guarded_by(self, guard: Callable[[], None]) -> Iterator[None]:
        """While inside, `guard` is asked at every wait; it raises to stop what is being played."""
        self.guards.append(guard)
        try:
            yield
        finally:
            self.guards.remove(guard)

    def wait(self, business_seconds: float | None, until: Callable[[], bool] = lambda: False) -> bool:
        """Sleeps that many business seconds (None: for ever); True as soon as `until` holds, False at the end."""
        with self.lock:
            deadline = None if business_seconds is None else self.clock.elapsed() + business_seconds
            while True:
                self.check()
                if until():
                    return True
                remaining = self._remaining(deadline)
                if remaining <= 0:
                    return False
                self.changed.wait(min(LONGEST_NAP, remaining))

    def _remaining(self, deadline: float | None) -> float:
        if deadline is None:
            return LONGEST_NAP
        return self.clock.machine_seconds(deadline - self.clock.elapsed())
