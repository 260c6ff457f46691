"""The city's pace while real pages are at work: fast, and slow as long as a telephone rings at one of them.

A page needs half a second of machine time to show an offer and to have its key pressed; at sixty times the speed its
twenty seconds are over in a third of one. Nothing but the ringing is slowed down.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.rig.city import City

LOOK_SECONDS = 0.02
RINGS = "SELECT 1 FROM offer WHERE state = 'offered' LIMIT 1"


class Pace:
    def __init__(self, city: City, usual: float, ringing: float) -> None:
        self._city, self._usual, self._ringing = city, usual, ringing
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def begins(self) -> "Pace":
        if self._ringing < self._usual:
            self._thread.start()
        return self

    def ends(self) -> None:
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    @contextmanager
    def slowly(self, rate: float) -> Iterator[None]:
        """For the length of somebody's look at a page."""
        with self._lock:
            before = self._city.rate
            self._city.clock(None, rate)
            try:
                yield
            finally:
                self._city.clock(None, before)

    def _watch(self) -> None:
        while not self._over.wait(LOOK_SECONDS):
            wanted = self._ringing if self._city.sql(RINGS) else self._usual
            with self._lock:
                if wanted != self._city.rate:
                    self._city.clock(None, wanted)
