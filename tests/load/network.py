"""The light provider: legs, rooms, queues, recordings and texts of one city, without sound. Nothing is played here.

It does what the emulator does on the wire, for a hundredth of its CPU: no thread for each call, no sound, no lab. What
it saw is told in the lab's own shape, so that the checker judges a run of thousands of calls.
"""

import asyncio
import time
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

from tests.load.leg import Leg, new_sid
from tests.load.pace import Pace
from tests.load.wire import Answered, Wire

NEWS = frozenset({"status", "leg"})
MENUS = frozenset({"incoming", "language", "topic", "information"})


@dataclass(eq=False)
class Room:
    name: str
    sid: str = field(default_factory=lambda: new_sid("CF"))
    members: dict[str, bool] = field(default_factory=dict)  # leg -> the room ends when it leaves
    started: bool = False
    over: bool = False


@dataclass(eq=False)
class Recording:
    sid: str
    leg: Leg
    source: str
    told: str
    events: frozenset[str]
    seconds: int = 0
    status: str = "in-progress"
    created: float = field(default_factory=time.time)


class Network:
    def __init__(self, wire: Wire, base: str, account: str, city_number: str, pace: Pace) -> None:
        self.wire, self.base, self.account, self.city_number, self.pace = wire, base, account, city_number, pace
        self.legs: dict[str, Leg] = {}
        self.rooms: dict[str, Room] = {}
        self.recordings: dict[str, Recording] = {}
        self.messages: list[dict[str, str]] = []
        self.webhooks: list[dict[str, Any]] = []
        self.errors_found: list[dict[str, Any]] = []
        self.engaged: dict[str, int] = {}
        self.spent: dict[str, float] = {}  # what the provider would charge for: minutes and messages by kind
        self._tasks: set[asyncio.Task[None]] = set()

    # --- work beside one another ---------------------------------------------------------------------------------

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.problem("", 99999, f"the light provider failed: {error!r}")

    @property
    def busy(self) -> int:
        return len(self._tasks)

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    # --- legs ----------------------------------------------------------------------------------------------------

    def new_leg(self, caller: str, callee: str, direction: str, parent: Leg | None = None) -> Leg:
        leg = Leg(caller, callee, direction, self.pace, parent)
        leg.ends = self.end
        leg.due = asyncio.get_running_loop().time()
        self.legs[leg.sid] = leg
        self.engaged[leg.telephone] = self.engaged.get(leg.telephone, 0) + 1
        return leg

    def progress(self, leg: Leg, status: str) -> None:
        if leg.over:
            return
        leg.status = status
        if status == "in-progress":
            leg.answered_at = self.pace.now()
            leg.note("answered")
        if status == "ringing":
            leg.note("ring")
        self._tell(leg, "answered" if status == "in-progress" else status)

    def end(self, leg: Leg, status: str = "completed") -> None:
        if leg.over:
            return
        if status == "completed" and leg.answered_at is None and leg.direction != "inbound":
            status = "canceled"
        leg.status = status
        self.engaged[leg.telephone] -= 1
        self.part(leg)
        leg.note("end")
        leg.changed.set()
        if leg.parent is not None:
            leg.parent.changed.set()
        self._charge(leg)
        self._tell(leg, "completed")
        for recording in [one for one in self.recordings.values() if one.leg is leg]:
            self.finish(recording)

    def _charge(self, leg: Leg) -> None:
        """Business minutes begun, by the kind of leg."""
        if leg.answered_at is not None:
            kind = "client" if leg.callee.startswith("client:") else leg.direction.partition("-")[0]
            minutes = -(-self.business_seconds(leg) // 60)
            self.spent[kind] = self.spent.get(kind, 0.0) + minutes
            self.spent[f"{kind} legs"] = self.spent.get(f"{kind} legs", 0.0) + 1

    def business_seconds(self, leg: Leg) -> int:
        return 0 if leg.answered_at is None else round((self.pace.now() - leg.answered_at).total_seconds())

    def _tell(self, leg: Leg, event: str) -> None:
        if not leg.told or event not in leg.told_of:
            return
        fields = leg.fields(self.account) | {
            "CallbackSource": "call-progress-events", "SequenceNumber": str(leg.sequence), "Timestamp": self.moment(),
        }  # fmt: skip
        if event == "completed":
            fields["CallDuration"] = str(self.business_seconds(leg))
        leg.sequence += 1
        self.tell(leg.told, fields, leg.sid)

    def moment(self) -> str:
        return format_datetime(self.pace.now().astimezone(UTC))

    # --- who talks with whom -------------------------------------------------------------------------------------

    def join(self, one: Leg, other: Leg) -> None:
        for leg, partner in ((one, other), (other, one)):
            leg.partners.add(partner.sid)
            leg.note("joined", partner.telephone, **{"with": partner.sid})
            leg.changed.set()

    def part(self, leg: Leg) -> None:
        for sid in list(leg.partners):
            other = self.legs[sid]
            leg.partners.discard(sid)
            other.partners.discard(leg.sid)
            for gone, left in ((leg, other), (other, leg)):
                if not gone.over:
                    gone.note("parted", left.telephone, **{"with": left.sid})
            other.changed.set()

    def room(self, name: str) -> Room:
        found = self.rooms.get(name)
        if found is None or found.over:
            found = self.rooms[name] = Room(name)
        return found

    def wake(self, room: Room) -> None:
        for sid in room.members:
            self.legs[sid].changed.set()

    # --- recordings ----------------------------------------------------------------------------------------------

    def record(self, leg: Leg, source: str, told: str, events: str) -> Recording:
        made = Recording(new_sid("RE"), leg, source, told, frozenset(events.split()))
        self.recordings[made.sid] = made
        self._tell_of(made)
        return made

    def finish(self, recording: Recording) -> None:
        """A talk at sixty times the speed leaves a sound of its machine seconds."""
        if recording.status in ("completed", "deleted"):
            return
        recording.seconds = recording.seconds or max(1, round(time.time() - recording.created))
        recording.status = "completed"
        self._tell_of(recording)

    def _tell_of(self, one: Recording) -> None:
        if not one.told or one.status not in one.events:
            return
        fields = {
            "AccountSid": self.account, "CallSid": one.leg.sid, "RecordingChannels": "1", "RecordingSid": one.sid,
            "RecordingSource": one.source, "RecordingStartTime": self.moment(), "RecordingStatus": one.status,
            "RecordingUrl": f"{self.base}/never-fetched",
        }  # fmt: skip
        if one.status == "completed":
            fields["RecordingDuration"] = str(one.seconds)
        self.tell(one.told, fields, one.leg.sid)

    # --- over the wire -------------------------------------------------------------------------------------------

    def tell(self, url: str, fields: Mapping[str, str], about: str) -> None:
        """News: sent without waiting."""

        async def send() -> None:
            await self.send(url, fields, about, asyncio.get_running_loop().time())

        self.begin(send())

    async def send(self, url: str, fields: Mapping[str, str], about: str, due: float) -> Answered:
        kind = kind_of(url)
        for attempt in range(3 if kind == "news" else 2):  # rc=2 on our URLs
            answered = await self.wire.webhook(kind, url, fields, due)
            self.webhooks.append({
                "kind": "webhook", "url": url, "params": dict(fields), "status": answered.status or None,
                "call_sid": about, "body": "", "attempt": attempt,
            })  # fmt: skip
            if 0 < answered.status < 500:
                break
            due = asyncio.get_running_loop().time()  # the next try is a webhook of its own
        if answered.status >= 400:
            self.problem(about, 15003 if kind == "news" else 11200, f"status {answered.status}", url)
        return answered

    def problem(self, call_sid: str, code: int, message: str, url: str = "") -> None:
        self.errors_found.append({"call_sid": call_sid, "code": code, "message": message, "url": url})

    # --- as the emulator's lab would tell it -----------------------------------------------------------------------

    def get(self, path: str, **query: object) -> Any:
        match path:
            case "/lab/phones":
                return {"phones": [{"messages": self.messages, "left": []}]}
            case "/lab/calls":
                return {"calls": [{"call_sid": sid} for sid in self.legs]}
        return self.legs[path.rpartition("/")[2]].seen()

    def history(self) -> Sequence[Mapping[str, object]]:
        return self.webhooks

    def errors(self) -> Sequence[Mapping[str, object]]:
        return self.errors_found


def kind_of(url: str) -> str:
    """What a webhook costs depends on what it is: these are told apart in every table."""
    parts = urlsplit(url).path.split("/")
    last = parts[-1]
    if last in NEWS or "recording" in parts or parts[1] == "sms":
        return "news"
    if "agent" in parts:
        return "agent"
    if last == "incoming" and "step" in parts:
        return "door"  # she was asked to wait before the greeting: more called than are carried
    if last in MENUS:
        return "menu"
    if last == "number":
        return "promise"
    return "wait" if last in ("wait", "hold") else "step"
