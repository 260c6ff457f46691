"""A hint for everybody, handed out a few pages at a time: 200 pages that re-read at once would make callers wait.

A hint for one agent never comes here. A page that waits for its turn and is hinted again still reads once.
"""

import threading
import time
from collections.abc import Callable, Hashable, Iterable
from typing import Generic, TypeVar

AT_ONCE = 8  # a small city's pages are told in the same moment
PER_SECOND = 25.0  # two hundred pages: eight seconds; each also asks by itself every twelve

Page = TypeVar("Page", bound=Hashable)


class Spread(Generic[Page]):
    def __init__(self, tell: Callable[[Page], None], at_once: int = AT_ONCE, per_second: float = PER_SECOND) -> None:
        self._tell = tell
        self._at_once = at_once
        self._per_second = per_second
        self._turns = float(at_once)  # as many may be told now
        self._counted = time.monotonic()
        self._waiting: dict[Page, None] = {}  # in order, each once
        self._changed = threading.Condition()
        self._stopped = False

    def start(self) -> None:
        threading.Thread(target=self._run, name="hints for everybody", daemon=True).start()

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def everybody(self, pages: Iterable[Page]) -> None:
        with self._changed:
            for page in pages:
                self._waiting.setdefault(page)
            now = self._take()
            self._changed.notify_all()
        for page in now:
            self._tell(page)

    def forget(self, page: Page) -> None:
        """It has been told by itself, or is closed."""
        with self._changed:
            self._waiting.pop(page, None)

    def waiting(self) -> int:
        with self._changed:
            return len(self._waiting)

    def _take(self) -> list[Page]:
        """Those whose turn it is; call with the lock held."""
        now = time.monotonic()
        self._turns = min(float(self._at_once), self._turns + (now - self._counted) * self._per_second)
        self._counted = now
        count = min(int(self._turns), len(self._waiting))
        self._turns -= count
        taken = list(self._waiting)[:count]
        for page in taken:
            del self._waiting[page]
        return taken

    def _run(self) -> None:
        while True:
            with self._changed:
                if self._stopped:
                    return
                self._changed.wait(1 / self._per_second if self._waiting else None)
                now = self._take()
            for page in now:
                self._tell(page)
