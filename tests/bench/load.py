"""One client process: posts prepared requests over connections that are kept, at once or at fixed moments.

Its own CPU is not counted. Answers other than 200 end the measurement: a quick refusal is no quick answer.
"""

import itertools
import socket
import threading
import time
from collections.abc import Callable, Sequence

CONNECTIONS = 8
_PATIENCE_SECONDS = 30.0


class Unanswered(Exception):
    """The first line of an answer that was not 200."""


class Connection:
    """One kept connection; a server that closes it is connected to anew."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None

    def ask(self, request: bytes) -> bytes:
        """The body."""
        for again in (True, False):
            try:
                return self._ask(request)
            except (BrokenPipeError, ConnectionResetError):
                self.close()
                if not again:
                    raise
        raise AssertionError("unreachable")

    def _ask(self, request: bytes) -> bytes:
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=_PATIENCE_SECONDS)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(request)
        return self._answer(self._socket)

    def _answer(self, kept: socket.socket) -> bytes:
        received = b""
        while b"\r\n\r\n" not in received:
            part = kept.recv(65536)
            if not part:
                raise ConnectionResetError
            received += part
        head, _, body = received.partition(b"\r\n\r\n")
        first, *lines = head.split(b"\r\n")
        if b" 200 " not in first:
            raise Unanswered(first.decode(errors="replace"))
        fields = {name.strip().lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines)}
        while len(body) < int(fields[b"content-length"]):
            body += kept.recv(65536)
        if fields.get(b"connection", b"").lower() == b"close":
            self.close()
        return body

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def at_once(port: int, requests: Sequence[bytes], connections: int = CONNECTIONS) -> None:
    """Each connection asks again as soon as it is answered."""
    _in_threads(port, requests, connections, lambda at: None)


def on_schedule(port: int, requests: Sequence[bytes], per_second: float, connections: int = 32) -> list[float]:
    """Open loop: request n leaves at n / per_second, whatever became of those before; seconds from that moment."""
    begin = time.perf_counter() + 0.2
    taken = [0.0] * len(requests)

    def due(at: int) -> None:
        pause = begin + at / per_second - time.perf_counter()
        if pause > 0:
            time.sleep(pause)

    def answered(at: int) -> None:
        taken[at] = time.perf_counter() - (begin + at / per_second)

    _in_threads(port, requests, connections, due, answered)
    return taken


def _in_threads(
    port: int,
    requests: Sequence[bytes],
    connections: int,
    before: Callable[[int], None],
    after: Callable[[int], None] = lambda at: None,
) -> None:
    following, failures = itertools.count(), list[BaseException]()

    def work() -> None:
        connection = Connection(port)
        try:
            while not failures and (at := next(following)) < len(requests):
                before(at)
                connection.ask(requests[at])
                after(at)
        except BaseException as failure:  # noqa: BLE001  told by the caller's thread
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, daemon=True) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
