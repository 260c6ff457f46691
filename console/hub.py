"""Hints fanned out: one listener on Redis for this process, one small queue for each open page.

A hint says only that something has changed; the page asks the record what. With Redis away, each page gets a hint
every two seconds, so that nothing is missed and nothing has to be repaired afterwards. A hint for one agent goes out at
once; one for everybody is spread (console/spread.py).
"""

import itertools
import logging
import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from console.spread import Spread

LOG = logging.getLogger("console.hub")

CHANNEL = "desk"
EVERYBODY = "all"
PING_SECONDS = 5.0
WITHOUT_REDIS_SECONDS = 2.0
STREAMS_PER_AGENT = 2

HINT = 'data: {"changed": true}\n\n'
PING = ": ping\n\n"


@dataclass(frozen=True)
class Stream:
    agent_id: str
    number: int
    # one place is enough: two hints say the same as one
    hints: "queue.Queue[bool]" = field(default_factory=lambda: queue.Queue(maxsize=1), compare=False)

    def put(self, go_on: bool) -> None:
        try:
            self.hints.put_nowait(go_on)
        except queue.Full:
            if not go_on:  # the last word replaces a waiting hint
                self._empty()
                self.hints.put_nowait(False)

    def _empty(self) -> None:
        try:
            self.hints.get_nowait()
        except queue.Empty:
            return


class Hub:
    def __init__(
        self, subscribe: Callable[[str], Iterator[str]], without_redis_seconds: float = WITHOUT_REDIS_SECONDS
    ) -> None:
        self._subscribe = subscribe
        self._without_redis_seconds = without_redis_seconds
        self._streams: dict[str, list[Stream]] = {}
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._spread: Spread[Stream] = Spread(lambda stream: stream.put(True))

    def start(self) -> None:
        self._spread.start()
        threading.Thread(target=self._listen, name="hints", daemon=True).start()

    def stop(self) -> None:
        self._stop.set()
        self._spread.stop()

    def open(self, agent_id: str) -> Stream:
        """A third page of the same agent takes the place of the oldest, which may be a dead one."""
        stream = Stream(agent_id, next(self._numbers))
        with self._lock:
            mine = self._streams.setdefault(agent_id, [])
            mine.append(stream)
            too_many = mine[:-STREAMS_PER_AGENT]
            del mine[:-STREAMS_PER_AGENT]
        for old in too_many:
            old.put(False)
        return stream

    def close(self, stream: Stream) -> None:
        self._spread.forget(stream)
        with self._lock:
            mine = self._streams.get(stream.agent_id, [])
            if stream in mine:
                mine.remove(stream)
            if not mine:
                self._streams.pop(stream.agent_id, None)

    def count(self, agent_id: str) -> int:
        with self._lock:
            return len(self._streams.get(agent_id, []))

    def lines(self, stream: Stream, ping_seconds: float = PING_SECONDS) -> Iterator[str]:
        """What the page's stream carries, until it is closed or replaced by a newer one."""
        try:
            yield HINT
            while True:
                try:
                    go_on = stream.hints.get(timeout=ping_seconds)
                except queue.Empty:
                    yield PING
                    continue
                if not go_on:
                    return
                yield HINT
        finally:
            self.close(stream)

    def tell(self, who: str) -> None:
        with self._lock:
            agents = list(self._streams) if who == EVERYBODY else [who]
            streams = [stream for agent in agents for stream in self._streams.get(agent, [])]
        if who == EVERYBODY:
            self._spread.everybody(streams)
            return
        for stream in streams:
            self._spread.forget(stream)  # it reads now: its turn among the others would be a second reading
            stream.put(True)

    def _listen(self) -> None:
        while not self._stop.is_set():
            try:
                for who in self._subscribe(CHANNEL):
                    self.tell(who)
            except Exception as broken:  # whatever broke the connection, the pages must go on
                LOG.warning("no hints from Redis: %s", type(broken).__name__)
            self.tell(EVERYBODY)
            self._stop.wait(self._without_redis_seconds)
