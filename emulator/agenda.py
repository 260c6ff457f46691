"""Things to do after some business seconds: what a robot telephone does later. Nothing here knows what they are."""

import heapq
import itertools
import threading
from collections.abc import Callable

from emulator.clock import Clock

LONGEST_NAP = 0.5  # machine seconds; a changed rate is noticed this soon


class Agenda:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._counter = itertools.count()
        threading.Thread(target=self._run, name="agenda", daemon=True).start()

    def after(self, business_seconds: float, deed: Callable[[], None]) -> None:
        with self._changed:
            heapq.heappush(self._heap, (self._clock.elapsed() + business_seconds, next(self._counter), deed))
            self._changed.notify()

    def clear(self) -> None:
        with self._changed:
            self._heap.clear()

    def _run(self) -> None:
        while True:
            self._next_due()()

    def _next_due(self) -> Callable[[], None]:
        with self._changed:
            while True:
                if self._heap and self._heap[0][0] <= self._clock.elapsed():
                    return heapq.heappop(self._heap)[2]
                self._changed.wait(self._nap())

    def _nap(self) -> float:
        if not self._heap:
            return LONGEST_NAP
        remaining = self._clock.machine_seconds(self._heap[0][0] - self._clock.elapsed())
        return min(LONGEST_NAP, max(0.0, remaining))
