"""Cuts a database connection that has not answered in time.

A server-side statement_timeout cannot help when the server itself hangs (a stopped process, a stalled disk): the client
would wait on its socket for ever. One watcher thread for each process shuts such a socket down, and the waiting call
fails at once with the driver's own error.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

LOOK_SECONDS = 0.1


class Ticket:
    """One watched block; ``cut`` once its connection has been shut down."""

    def __init__(self) -> None:
        self.cut = False


class Watcher:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._watched: dict[Ticket, tuple[float, int]] = {}
        self._started = False

    @contextmanager
    def within(self, seconds: float, descriptor: int) -> Iterator[Ticket]:
        """The socket of ``descriptor`` is shut down if the block is not left in time. Machine seconds."""
        ticket = Ticket()
        with self._lock:
            self._watched[ticket] = (time.monotonic() + seconds, descriptor)
            self._start()
        try:
            yield ticket
        finally:
            with self._lock:
                self._watched.pop(ticket, None)

    def lengthen(self, ticket: Ticket, until: float) -> None:
        """What is still watched may take until then (monotonic seconds); sooner than before it is never."""
        with self._lock:
            if ticket in self._watched:
                before, descriptor = self._watched[ticket]
                self._watched[ticket] = (max(before, until), descriptor)

    def _start(self) -> None:
        if not self._started:
            self._started = True
            threading.Thread(target=self._watch, daemon=True, name="database-deadline").start()

    def _watch(self) -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            now = time.monotonic()
            with self._lock:
                late = [(ticket, fd) for ticket, (until, fd) in self._watched.items() if until < now]
                for ticket, descriptor in late:
                    del self._watched[ticket]
                    ticket.cut = True
                    self._shut(descriptor)

    @staticmethod
    def _shut(descriptor: int) -> None:
        """Only the connection is shut down, not the descriptor closed: that stays the driver's."""
        with suppress(OSError):
            same = socket.fromfd(descriptor, socket.AF_UNIX, socket.SOCK_STREAM)
            with same:
                same.shutdown(socket.SHUT_RDWR)
