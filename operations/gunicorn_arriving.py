"""Gunicorn's threaded worker, but a request takes a thread only when it is whole: callers need the threads.

Gunicorn gives each connection a thread and waits there for what the client sends and for the client to hang up: a few
that send in halves keep everybody else out. Here the worker's one loop waits for all of them at once.
"""

import selectors
import socket
import struct
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import Any, Literal

from gunicorn import http
from gunicorn.workers.gthread import TConn, ThreadWorker

from operations.whole_request import WHOLE_BYTES, Arriving, Standing

RECEIVE_SECONDS = 3  # in all: whose request is not whole by then is cut off
LONG_SECONDS = 20.0  # the same for a long one, the wait for its thread included
LONG_THREADS = 4  # of sixteen, that may receive long ones: imported rules, and whatever pretends to be long
LEAVE_SECONDS = 2.0  # for a client to take its answer and hang up
ROOM_SECONDS = 0.5  # after which one makes room where there is none; until then a new one waits to be accepted
LEAVE_BYTES = 64 * 1024  # that are still read from it meanwhile: unread ones would cost it the end of its answer


class Connection(TConn):  # type: ignore[misc]
    def __init__(self, worker: "ArrivingWorker", sock: Any, client: Any, server: Any) -> None:
        super().__init__(worker.cfg, sock, client, server)
        self.worker = worker
        self.arriving = Arriving()
        self.until = 0.0  # machine time: when whatever is waited for must have happened
        self.unread = LEAVE_BYTES

    def close(self, graceful: bool = False) -> None:
        if graceful:
            self.worker.leaves(self)
        else:
            super().close()


class ArrivingWorker(ThreadWorker):  # type: ignore[misc]
    receive_seconds: float = RECEIVE_SECONDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # in the order of their deadlines; each is counted in nr_conns, so that a graceful stop waits for it
        self.arriving: dict[Connection, None] = {}
        self.leaving: dict[Connection, None] = {}
        self.long_waiting: deque[Connection] = deque()
        self.long: set[Connection] = set()

    def accept(self, listener: Any) -> None:
        try:
            sock, client = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):  # another worker was quicker, or it has hung up
            return
        self.nr_conns += 1
        self.enqueue_req(Connection(self, sock, client, listener.getsockname()))

    def enqueue_req(self, conn: Connection) -> None:
        """Each request begins here: a new connection's, a kept one's next, and what came behind the one before."""
        conn.arriving = Arriving()
        before = conn.parser.unreader.take_buffered() if conn.parser else b""
        standing: Standing | Literal["gone"] = conn.arriving.takes(before) if before else "part"
        if standing == "part":
            standing = _heard(conn)
        if standing == "part":
            conn.until = time.monotonic() + self.receive_seconds
            self.arriving[conn] = None
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._hear, conn))
        else:
            self._proceed(conn, standing)

    def _hear(self, conn: Connection, _sock: object) -> None:
        standing = _heard(conn)
        if standing != "part":
            self._waits_no_more(self.arriving, conn)
            self._proceed(conn, standing)

    def _proceed(self, conn: Connection, standing: Literal["whole", "long", "gone"]) -> None:
        match standing:
            case "whole":
                self.begin(conn)
            case "long":
                conn.until = time.monotonic() + LONG_SECONDS
                self.long_waiting.append(conn)
                self._begin_long()
            case "gone":
                self._drop(conn)

    def begin(self, conn: Connection) -> None:
        """To a thread, with what has come."""
        if conn.parser is None:
            conn.parser = http.get_parser(self.cfg, conn.sock, conn.client)
        conn.parser.unreader.unread(bytes(conn.arriving.seen))
        conn.data_ready = True  # it is no longer in the socket: gunicorn must not wait for it there
        super().enqueue_req(conn)

    def _begin_long(self) -> None:
        while self.long_waiting and len(self.long) < LONG_THREADS:
            conn = self.long_waiting.popleft()
            self.long.add(conn)
            self.begin(conn)

    def finish_request(self, conn: Connection, fs: Any) -> None:
        self.long.discard(conn)
        super().finish_request(conn, fs)
        self._begin_long()

    def leaves(self, conn: Connection) -> None:
        """Closed when the client has, or soon: gunicorn would wait for that in the loop, and everybody with it."""
        try:
            conn.sock.shutdown(socket.SHUT_WR)
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._see_off, conn))
        except (OSError, ValueError):  # it has gone already
            conn.close()
            return
        self.nr_conns += 1
        self.leaving[conn] = None
        conn.until = time.monotonic() + LEAVE_SECONDS

    def _see_off(self, conn: Connection, sock: Any) -> None:
        try:
            more = sock.recv(conn.unread, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        except OSError:
            more = b""
        conn.unread -= len(more)
        if not more or not conn.unread:
            self._waits_no_more(self.leaving, conn)
            self._drop(conn)

    def murder_pending(self) -> None:
        """Gunicorn asks for it at each turn of the loop, once a second at least."""
        super().murder_pending()
        if not (self.arriving or self.leaving or self.long_waiting or self.long):
            return
        now = time.monotonic()
        for conn in self._overdue(self.leaving, LEAVE_SECONDS, now):
            self._waits_no_more(self.leaving, conn)
            self._drop(conn)
        self._cut_off(now)
        for conn in [one for one in self.long_waiting if one.until <= now]:
            self.long_waiting.remove(conn)
            self._drop(conn)
        for conn in [one for one in self.long if one.until <= now]:
            with suppress(OSError):
                conn.sock.shutdown(socket.SHUT_RD)  # the thread that receives it reads the end; it may still answer

    def _cut_off(self, now: float) -> None:
        halves = 0
        for conn in self._overdue(self.arriving, self.receive_seconds, now):
            self._hear(conn, conn.sock)  # the rest may have come while this process was held up
            if conn in self.arriving:
                halves += bool(conn.arriving.seen)
                self._waits_no_more(self.arriving, conn)
                self._drop(conn)
        if halves:
            self.log.info("connections closed, their requests did not come whole: %d", halves)

    def _overdue(self, among: dict[Connection, None], seconds: float, now: float) -> Iterator[Connection]:
        """Whose time is over, to be taken out by whoever asks; where there is no room for anybody new, the slowest.

        Never who has just come: under load whole requests fill the room, and a caller's is on its way for an instant.
        """
        while among:
            first = next(iter(among))
            has_had = now - (first.until - seconds)
            if has_had < seconds and (self.nr_conns < self.worker_connections or has_had < ROOM_SECONDS):
                return
            yield first

    def _waits_no_more(self, among: dict[Connection, None], conn: Connection) -> None:
        del among[conn]
        self.poller.unregister(conn.sock)

    def _drop(self, conn: Connection) -> None:
        self.nr_conns -= 1
        conn.close()


def stops_no_longer(server: Any, seconds: int) -> None:
    """What a thread receives after all, a long request, may not stop for longer than so many whole seconds. For the
    parent, once it listens: connections inherit it."""
    for listener in server.LISTENERS:
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", seconds, 0))


def _heard(conn: Connection) -> Standing | Literal["gone"]:
    try:
        more = conn.sock.recv(WHOLE_BYTES, socket.MSG_DONTWAIT)
    except BlockingIOError:
        return "part"
    except OSError:
        return "gone"
    return conn.arriving.takes(more) if more else "gone"
