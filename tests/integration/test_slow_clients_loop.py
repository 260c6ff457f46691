"""The web server's loop turned by hand: who waits in it, who makes room, and who is let go of in the end."""

import os
import selectors
import socket
from collections.abc import Iterator
from concurrent.futures import Future
from types import SimpleNamespace

import pytest
from gunicorn.config import Config

from adapters.waiting_line import WAITING
from operations.gunicorn_arriving import LONG_THREADS, ROOM_SECONDS, ArrivingWorker, Connection
from operations.gunicorn_thread import CountingWorker

HEALTH = b"GET /healthz HTTP/1.1\r\nHost: city\r\n\r\n"
LONG_HEAD = b"POST /voice HTTP/1.1\r\nHost: city\r\nContent-Length: 1000000\r\n\r\n"


@pytest.fixture
def worker() -> Iterator[ArrivingWorker]:
    silent = SimpleNamespace(info=lambda *_: None, debug=lambda *_: None)
    made = CountingWorker(1, os.getpid(), [], None, 30, Config(), silent)
    made.poller = selectors.DefaultSelector()
    made.nr_conns = 1
    yield made
    made.poller.close()
    made.tmp.close()


def test_a_client_that_does_not_hang_up_holds_nobody(worker: ArrivingWorker) -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        leaving = Connection(worker, ours, None, None)
        worker.nr_conns -= 1  # as gunicorn does when a request is over
        leaving.close(graceful=True)
        assert theirs.recv(1) == b"", "it is told that this was all"
        assert ours.fileno() >= 0, "it was not waited for"
        theirs.sendall(b"something behind its request")
        worker.wait_for_and_dispatch_events(5)
        assert (worker.nr_conns, ours.fileno() >= 0) == (1, True)
    worker.wait_for_and_dispatch_events(5)
    assert (worker.nr_conns, ours.fileno()) == (0, -1)
    assert worker.leaving == {}


def test_a_client_that_does_not_hang_up_is_let_go_of_in_the_end(worker: ArrivingWorker) -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        leaving = Connection(worker, ours, None, None)
        worker.nr_conns -= 1
        leaving.close(graceful=True)
        worker.murder_pending()
        assert ours.fileno() >= 0
        leaving.until = 0.0
        worker.murder_pending()
        assert (worker.nr_conns, ours.fileno()) == (0, -1)


def test_who_has_just_come_makes_no_room(worker: ArrivingWorker) -> None:
    """A caller's request whose bytes are on their way, while whole ones fill the server."""
    ours, theirs = socket.socketpair()
    with theirs:
        worker.nr_conns = worker.worker_connections
        worker.enqueue_req(just_come := Connection(worker, ours, None, None))
        worker.murder_pending()
        assert ours.fileno() >= 0
        just_come.until -= ROOM_SECONDS
        worker.murder_pending()
        assert ours.fileno() == -1
        assert worker.nr_conns == worker.worker_connections - 1


def test_a_long_request_has_its_time_in_all(worker: ArrivingWorker) -> None:
    """The thread that receives it reads an end there, and is free for others."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        late = Connection(worker, ours, None, None)
        worker.long.add(late)
        ours.settimeout(5)
        worker.murder_pending()
        assert ours.recv(10) == b""


def test_a_long_request_that_finds_no_thread_in_time_is_closed(worker: ArrivingWorker) -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        worker.long = {Connection(worker, socket.socket(), None, None) for _ in range(LONG_THREADS)}
        for other in worker.long:
            other.until = float("inf")
        late = Connection(worker, ours, None, None)
        theirs.sendall(LONG_HEAD)
        worker.enqueue_req(late)
        assert list(worker.long_waiting) == [late]
        worker.murder_pending()
        assert worker.nr_conns == 1
        late.until = 0.0
        worker.murder_pending()
        assert (worker.nr_conns, ours.fileno()) == (0, -1)
        for other in worker.long:
            other.sock.close()


class NoThreads:
    """A pool whose threads are all taken."""

    def __init__(self) -> None:
        self.waiting: list[Connection] = []

    def submit(self, _handle: object, conn: Connection) -> "Future[bool]":
        self.waiting.append(conn)
        return Future()


def test_only_whole_requests_are_counted_as_waiting_for_a_thread(worker: ArrivingWorker) -> None:
    """Pages make room for callers by that count: clients that stall must not look like a crowd."""
    worker.tpool = pool = NoThreads()
    before = WAITING.count
    ours, theirs = socket.socketpair()
    with theirs:
        theirs.sendall(HEALTH[:20])
        worker.enqueue_req(half := Connection(worker, ours, None, None))
        assert (WAITING.count, pool.waiting) == (before, [])
        theirs.sendall(HEALTH[20:])
        worker.wait_for_and_dispatch_events(5)
        assert (WAITING.count, pool.waiting) == (before + 1, [half])
        half.parser = iter(())  # no application is asked here
        assert worker.handle(half) is False
        assert WAITING.count == before
        half.close()
