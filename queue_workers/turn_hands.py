"""Hands of the clock for whoever waits for a turn at the provider: some for each lane, so that texts which are answered
slowly hold up no caller's ring. What they are too busy for is not kept here: the next look finds it in SQL.
"""

import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

from adapters.pace import LANES, Lane, LaneName

LEAST: Mapping[LaneName, int] = {"calls": 3, "texts": 1}
MOST: Mapping[LaneName, int] = {"calls": 12, "texts": 4}  # the record keeps twenty connections for a whole process
ANSWERED_SECONDS = 0.4  # by a provider that is well: with fewer hands than turns come meanwhile the hands were the pace


def hands_for(lane: LaneName, per_second: float) -> int:
    """So many that a whole city's pace (0: none) is kept by one clock, its queue's workers being silent."""
    wanted = math.ceil(per_second * ANSWERED_SECONDS) if per_second > 0 else 0
    return min(max(LEAST[lane], wanted), MOST[lane])


class TurnHands:
    def __init__(self, take: Callable[[Lane], object], per_second: Callable[[LaneName], float]) -> None:
        """``take``: carries out whatever is next in that lane; never raises."""
        self._take = take
        self._hands = {lane.name: hands_for(lane.name, per_second(lane.name)) for lane in LANES}
        self._pools = {name: ThreadPoolExecutor(count, thread_name_prefix=name) for name, count in self._hands.items()}
        self._lock = threading.Lock()
        self._held: Counter[LaneName] = Counter()

    def go(self, coming: Iterable[tuple[Lane, float]]) -> None:
        """So many seconds from now each, shared out among the hands that are free; turns that none is free for pass."""
        began, waits = time.monotonic(), list(coming)
        for lane in LANES:
            mine = [began + seconds for of, seconds in waits if of is lane]
            free = self._held_now(lane.name, len(mine))
            for n in range(free):
                self._pools[lane.name].submit(self._work, lane, mine[n::free])

    def _held_now(self, name: LaneName, wanted: int) -> int:
        with self._lock:
            taken = min(wanted, self._hands[name] - self._held[name])
            self._held[name] += taken
        return taken

    def _work(self, lane: Lane, moments: list[float]) -> None:
        """To the millisecond: a tick is too coarse."""
        try:
            for at in moments:
                time.sleep(max(at - time.monotonic(), 0.0))
                self._take(lane)
        finally:
            with self._lock:
                self._held[lane.name] -= 1

    def shutdown(self) -> None:
        for pool in self._pools.values():
            pool.shutdown(wait=True)
