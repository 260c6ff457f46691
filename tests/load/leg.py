"""One call as the light provider knows it: who rings whom, what was heard, and the only place where its life waits."""

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.load.pace import Pace

FINAL = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})


class Over(Exception):
    """The call has ended: whatever was being done on it stops."""


class SentOn(Exception):
    """The live call was sent to another document from outside."""


class LeftQueue(Exception):
    """<Leave> in the wait document."""


def new_sid(kind: str) -> str:
    return kind + secrets.token_hex(16)


@dataclass(eq=False)
class Leg:
    caller: str
    callee: str
    direction: str  # inbound | outbound-api | outbound-dial
    pace: Pace
    parent: "Leg | None" = None
    sid: str = field(default_factory=lambda: new_sid("CA"))
    status: str = "queued"
    told: str = ""  # the status callback
    told_of: frozenset[str] = frozenset({"completed"})
    sequence: int = 0
    events: list[dict[str, Any]] = field(default_factory=list)
    partners: set[str] = field(default_factory=set)
    queue: str = ""  # the sid of the queue it stands in
    sent_to: str = ""
    answered_at: datetime | None = None  # business time
    gives_up_at: float | None = None  # loop time at which its owner hangs up, unless she talks with somebody
    ends: Callable[["Leg"], None] = lambda leg: None
    due: float = 0.0  # loop time at which its next webhook was wanted

    def __post_init__(self) -> None:
        self.changed = asyncio.Event()
        self.begun = time.time()

    @property
    def over(self) -> bool:
        return self.status in FINAL

    @property
    def telephone(self) -> str:
        return self.caller if self.direction == "inbound" else self.callee

    def note(self, kind: str, text: str | None = None, language: str | None = None, **data: Any) -> None:
        moment = {"at": self.pace.now().isoformat(), "machine": time.time()}
        event = {"n": len(self.events), "kind": kind, **moment, "text": text, "language": language}
        self.events.append({**event, "data": data})

    def fields(self, account: str) -> dict[str, str]:
        standard = {
            "AccountSid": account, "ApiVersion": "2010-04-01", "CallSid": self.sid, "CallStatus": self.status,
            "Called": self.callee, "Caller": self.caller, "Direction": self.direction, "From": self.caller,
            "To": self.callee, "CallerCountry": "FI", "FromCountry": "FI", "CalledCountry": "FI", "ToCountry": "FI",
        }  # fmt: skip
        return standard if self.parent is None else {**standard, "ParentCallSid": self.parent.sid}

    def check(self) -> None:
        if self.over:
            raise Over
        if self.sent_to:
            raise SentOn

    def taken(self) -> str:
        """Where it was sent."""
        url, self.sent_to = self.sent_to, ""
        self.due = asyncio.get_running_loop().time()  # not when the wait began that was broken off
        return url

    async def wait(self, seconds: float | None, until: Callable[[], bool] = lambda: False) -> bool:
        """Business seconds; True when ``until`` came first. Hanging up and being sent on are found here."""
        loop = asyncio.get_running_loop()
        begun = self.due = max(loop.time(), self.due)
        end = None if seconds is None else begun + self.pace.machine(seconds)
        while True:
            self.check()
            if until():
                self.due = loop.time()
                return True
            now = loop.time()
            if end is not None and now >= end:
                self.due = end
                return False
            nearest = self._nearest(end)
            if nearest is not None and nearest != end and now >= nearest:
                self.ends(self)
                continue
            await self._sleep(None if nearest is None else nearest - now)

    def _nearest(self, end: float | None) -> float | None:
        tired = None if self.partners else self.gives_up_at
        return min((at for at in (end, tired) if at is not None), default=None)

    async def _sleep(self, seconds: float | None) -> None:
        self.changed.clear()
        try:
            async with asyncio.timeout(seconds):
                await self.changed.wait()
        except TimeoutError:
            return

    def seen(self) -> Mapping[str, object]:
        """As the lab of the emulator would tell it; the checker reads it."""
        return {
            "call_sid": self.sid, "from": self.caller, "to": self.callee, "direction": self.direction,
            "status": self.status, "parent": self.parent.sid if self.parent else None, "events": self.events,
        }  # fmt: skip
