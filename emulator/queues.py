"""Queues of waiting calls: made by name when first needed, first in first out, and their figures."""

from dataclasses import dataclass, field
from datetime import datetime

from emulator.calls import Call
from emulator.network import Network
from emulator.sids import new_sid

DEFAULT_MAX = 1000


@dataclass(frozen=True)
class QueueMember:
    """`since` is a reading of the clock's elapsed business seconds."""

    call: Call
    since: float
    enqueued: datetime


@dataclass(eq=False)
class WaitingQueue:
    sid: str
    name: str
    created: datetime
    max_size: int = DEFAULT_MAX
    members: list[QueueMember] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)

    @property
    def average(self) -> int:
        return round(sum(self.waited) / len(self.waited)) if self.waited else 0

    def position(self, member: QueueMember) -> int:
        return self.members.index(member) + 1 if member in self.members else 0


class Queues:
    def __init__(self, network: Network) -> None:
        self._network = network
        self.all: dict[str, WaitingQueue] = {}
        network.reset_listeners.append(self.all.clear)

    def named(self, name: str) -> WaitingQueue:
        with self._network.lock:
            for queue in self.all.values():
                if queue.name == name:
                    return queue
            queue = WaitingQueue(new_sid("QU"), name, self._network.clock.now())
            self.all[queue.sid] = queue
            return queue

    def enter(self, queue: WaitingQueue, call: Call) -> QueueMember | None:
        """None when the queue is full."""
        with self._network.lock:
            if len(queue.members) >= queue.max_size:
                return None
            member = QueueMember(call, self._network.clock.elapsed(), self._network.clock.now())
            queue.members.append(member)
            call.in_queue = queue.name
            call.note("queued", queue.name, queue_sid=queue.sid, position=len(queue.members))
            return member

    def leave(self, queue: WaitingQueue, member: QueueMember, result: str) -> int:
        """The whole business seconds waited."""
        with self._network.lock:
            seconds = self.seconds(member)
            if member in queue.members:
                queue.members.remove(member)
                queue.waited.append(seconds)
            member.call.in_queue = None
            member.call.note("left-queue", queue.name, result=result, seconds=seconds)
            return seconds

    def seconds(self, member: QueueMember) -> int:
        return int(self._network.clock.elapsed() - member.since)
