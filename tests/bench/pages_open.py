"""Two hundred agents' pages as the service sees them: streams held open, and the desk read again at each hint.

Also a heartbeat every five seconds and a look every fifteen, as the page's own script gives them.
"""

import itertools
import queue
import selectors
import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from tests.bench.load import Connection, Unanswered

READERS = 24
BEAT_SECONDS, LOOK_SECONDS = 5.0, 15.0
PATIENCE = 10.0
REST_SECONDS = 1.0


@dataclass
class Page:
    """``shown``: when an offer was first on the screen, by the offer's token."""

    agent_id: str
    cookie: str
    word: str = ""
    shown: dict[str, float] = field(default_factory=dict)
    wanted: threading.Lock = field(default_factory=threading.Lock)  # held while a reading of it waits its turn


class Pages:
    def __init__(self, web: int, events: int, pages: Sequence[Page], tickets: Sequence[str], *, lively: bool) -> None:
        self._web, self._events, self._pages, self._tickets = web, events, pages, tickets
        self._lively = lively
        self._stopped = threading.Event()
        self._deeds: queue.SimpleQueue[tuple[Page, bool]] = queue.SimpleQueue()
        self._streams: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self.readings = itertools.count()
        self.read = 0
        self._refusals = itertools.count()
        self.refused = 0

    def __enter__(self) -> "Pages":
        watched = selectors.DefaultSelector()
        for page, ticket in zip(self._pages, self._tickets, strict=True):
            stream = _opened(self._events, ticket)
            self._streams.append(stream)
            watched.register(stream, selectors.EVENT_READ, page)
        work = [partial(self._listen, watched), *[self._reader] * READERS]
        self._threads = [threading.Thread(target=one, daemon=True) for one in (*work, *([self._beats] * self._lively))]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join(PATIENCE)
        for stream in self._streams:
            stream.close()

    def all_read(self) -> bool:
        """Every page has shown its desk; one that was refused asks again."""
        missing = [page for page in self._pages if not page.word]
        for page in missing:
            self._wants(page)
        return not missing

    def at_rest(self) -> bool:
        """A stream's first word is a hint: every page reads once more when it opens."""
        before = self.read
        time.sleep(REST_SECONDS)
        return self.read == before

    def _listen(self, watched: selectors.BaseSelector) -> None:
        while not self._stopped.is_set():
            for key, _ in watched.select(0.2):
                assert isinstance(key.fileobj, socket.socket)
                said = key.fileobj.recv(65536)
                if not said:
                    watched.unregister(key.fileobj)
                elif b"changed" in said:
                    self._wants(key.data)

    def _wants(self, page: Page) -> None:
        """A page that waits for its turn and is hinted again reads once."""
        if page.wanted.acquire(blocking=False):
            self._deeds.put((page, False))

    def _reader(self) -> None:
        connection = Connection(self._web)
        while not self._stopped.is_set():
            try:
                page, beat = self._deeds.get(timeout=0.2)
            except queue.Empty:
                continue
            try:
                self._one(connection, page, beat)
            except Unanswered:
                self.refused = next(self._refusals) + 1  # the page tries again at its next hint or look
        connection.close()

    def _one(self, connection: Connection, page: Page, beat: bool) -> None:
        if beat:
            connection.ask(_beat(page, self._web))
            return
        page.wanted.release()  # a hint that comes from now on is another reading
        self._look(connection, page)

    def _look(self, connection: Connection, page: Page) -> None:
        desk = connection.ask(_get("/console/desk.json", page, self._web))
        now = time.time()
        self.read = next(self.readings) + 1
        if not page.word:
            page.word = _between(desk, b'"csrf":"')
        token = _between(desk.partition(b'"offer":')[2], b'"token":"') if b'"offer":{' in desk else ""
        if token:
            page.shown.setdefault(token, now)

    def _beats(self) -> None:
        """Evenly spread, as pages that were opened at different moments are."""
        gap, beats_a_look = BEAT_SECONDS / len(self._pages), round(LOOK_SECONDS / BEAT_SECONDS)
        for n in itertools.count():
            if self._stopped.wait(gap):
                return
            page = self._pages[n % len(self._pages)]
            if page.word:
                self._deeds.put((page, True))
            if (n // len(self._pages) + n) % beats_a_look == 0:
                self._wants(page)


def _opened(port: int, ticket: str) -> socket.socket:
    stream = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    stream.sendall(f"GET /stream?ticket={ticket} HTTP/1.1\r\nHost: pages\r\nAccept: text/event-stream\r\n\r\n".encode())
    first = stream.recv(64)
    if b" 200 " not in first:
        raise AssertionError(f"a stream was refused: {first!r}")
    return stream


def _get(path: str, page: Page, port: int) -> bytes:
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: application/json\r\nCookie: {page.cookie}\r\n\r\n"
    return head.encode()


def _beat(page: Page, port: int) -> bytes:
    head = (
        f"POST /console/heartbeat HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: application/json\r\n"
        f"Content-Type: application/json\r\nContent-Length: 2\r\nX-CSRF-Token: {page.word}\r\n"
        f"Cookie: {page.cookie}\r\n\r\n"
    )
    return head.encode() + b"{}"


def _between(text: bytes, before: bytes) -> str:
    return text.partition(before)[2].partition(b'"')[0].decode()
