"""Hands for what takes long: beside the work of calls, so that a sound of four hours makes no resident wait for a ring.

Daemon threads: a process that is stopped does not wait for them. What they held is found in SQL and begun anew.
"""

import logging
import queue
import threading
from collections.abc import Callable

LOG = logging.getLogger("effects")
HANDS = 2  # in each process; each holds a few megabytes at most


class Hands:
    def __init__(self, count: int = HANDS) -> None:
        self._count = count
        self._held = 0
        self._lock = threading.Lock()
        self._works: queue.SimpleQueue[Callable[[], object]] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []

    def full(self) -> bool:
        """One may wait behind each that is worked on."""
        return self._held >= 2 * self._count

    def take(self, work: Callable[[], object]) -> None:
        """Returns at once. What is taken is done, also when ``full`` was not asked before."""
        with self._lock:
            self._held += 1
            if len(self._threads) < min(self._count, self._held):
                self._threads.append(threading.Thread(target=self._work, daemon=True, name="sound"))
                self._threads[-1].start()
        self._works.put(work)

    def _work(self) -> None:
        while True:
            work = self._works.get()
            try:
                work()
            except Exception:
                LOG.exception("work failed")
            finally:
                with self._lock:
                    self._held -= 1
