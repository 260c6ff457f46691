"""The record of what went over the wire: webhooks, REST requests, legs, messages, faults, and Twilio's errors.

Entries are kept as plain JSON objects because they leave the process as such and are never read back inside.
"""

import itertools
import threading
import time
from dataclasses import asdict, dataclass
from typing import TypeAlias

from emulator.clock import Clock

Json: TypeAlias = "None | bool | int | float | str | list[Json] | dict[str, Json]"


@dataclass(frozen=True)
class Problem:
    """Something the provider would not accept: its error code and what exactly was wrong."""

    code: int
    message: str


@dataclass(frozen=True)
class ErrorEntry:
    call_sid: str
    code: int
    message: str
    document: str
    url: str
    machine: float


class History:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._counter = itertools.count()
        self._entries: list[dict[str, Json]] = []
        self._errors: list[ErrorEntry] = []

    def add(self, kind: str, **content: Json) -> None:
        entry: dict[str, Json] = {"kind": kind, "machine": time.time(), "at": self._clock.now().isoformat()}
        with self._lock:
            self._entries.append({"n": next(self._counter), **entry, **content})

    def since(self, number: int) -> tuple[list[dict[str, Json]], int]:
        with self._lock:
            first = self._entries[0]["n"] if self._entries else 0
            start = max(0, number - int(str(first)))
            chosen = self._entries[start:]
            following = int(str(self._entries[-1]["n"])) + 1 if self._entries else number
            return chosen, following

    def add_error(self, problem: Problem, call_sid: str, document: str, url: str) -> None:
        with self._lock:
            self._errors.append(ErrorEntry(call_sid, problem.code, problem.message, document, url, time.time()))

    def errors(self) -> list[dict[str, Json]]:
        with self._lock:
            return [asdict(error) for error in self._errors]

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
            self._errors.clear()
