"""Hands for what takes long: beside the work of calls, so that a sound of four hours makes no resident wait for a ring.

Daemon threads: a process that is stopped does not wait for them. What they held is found in SQL and begun anew.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable

LOG = logging.getLogger("effects")
SLOW_SECONDS = 600.0  # of machine time, until one that goes on aside is told of
HANDS = 2  # in each process; each holds a few megabytes at most


class Hands:
    def __init__(self, count: int = HANDS) -> None:
        self._count = count
        self._held = 0
        self._lock = threading.Lock()
        self._named: set[str] = set()
        self._works: queue.SimpleQueue[tuple[Callable[[], object], str]] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []

    def full(self) -> bool:
        """One may wait behind each that is worked on."""
        return self._held >= 2 * self._count

    def take(self, work: Callable[[], object], name: str = "") -> bool:
        """Returns at once. What is taken is done, also when ``full`` was not asked before. False: what bears that name
        is in these hands already."""
        with self._lock:
            if name in self._named:
                return False
            self._named |= {name} if name else set()
            self._held += 1
            if len(self._threads) < min(self._count, self._held):
                self._threads.append(threading.Thread(target=self._work, daemon=True, name="sound"))
                self._threads[-1].start()
        self._works.put((work, name))
        return True

    def _work(self) -> None:
        while True:
            work, name = self._works.get()
            try:
                work()
            except Exception:
                LOG.exception("work failed")
            finally:
                with self._lock:
                    self._held -= 1
                    self._named.discard(name)


class Aside:
    """One work at a time on a thread of its own: one that hangs neither holds up who began it nor is doubled."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._thread: threading.Thread | None = None
        self._begun, self._told = 0.0, False

    def begin(self, work: Callable[[], object]) -> bool:
        """False: the former is not over."""
        if self._thread is not None and self._thread.is_alive():
            if not self._told and time.monotonic() - self._begun > SLOW_SECONDS:
                LOG.error("work hangs", extra={"work": self._name})
                self._told = True
            return False
        self._begun, self._told = time.monotonic(), False
        self._thread = threading.Thread(target=self._work, args=(work,), daemon=True, name=self._name)
        self._thread.start()
        return True

    def _work(self, work: Callable[[], object]) -> None:
        try:
            work()
        except Exception:
            LOG.exception("work failed")
