"""The threads that live calls and callbacks run in, so that a reset can wait for them to be through."""

import threading
import time
from collections.abc import Callable


class Threads:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[threading.Thread] = set()

    def start(self, name: str, deed: Callable[[], object]) -> None:
        thread = threading.Thread(target=lambda: self._run(deed), name=name, daemon=True)
        with self._lock:
            self._running.add(thread)
        thread.start()

    def join(self, seconds: float) -> None:
        """Waits at most that many machine seconds for all that run now."""
        deadline = time.monotonic() + seconds
        with self._lock:
            running = list(self._running)
        for thread in running:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _run(self, deed: Callable[[], object]) -> None:
        try:
            deed()
        finally:
            with self._lock:
                self._running.discard(threading.current_thread())
