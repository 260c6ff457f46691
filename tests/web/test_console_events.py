"""The events process: tickets, hints to the right pages, and going on without Redis."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from queue import Queue

import pytest

from adapters.settings import load_settings
from console.events import create_app
from console.hub import HINT, PING, Hub
from console.signed import signer
from console.tickets import TICKET_SECONDS, make_ticket, read_ticket
from tests.web.console_rig import ENVIRONMENT

KEY = ENVIRONMENT["SECRET_KEY"]
WAIT = 10.0


@dataclass
class ScriptedRedis:
    """Says what is put into ``said``; an exception there breaks the connection."""

    said: "Queue[str | Exception]" = field(default_factory=Queue)
    connections: "Queue[str]" = field(default_factory=Queue)

    def subscribe(self, channel: str) -> Iterator[str]:
        self.connections.put(channel)
        while True:
            word = self.said.get(timeout=WAIT)
            if isinstance(word, Exception):
                raise word
            yield word


@pytest.fixture
def redis() -> ScriptedRedis:
    return ScriptedRedis()


@pytest.fixture
def hub(redis: ScriptedRedis) -> Iterator[Hub]:
    made = Hub(redis.subscribe)
    made.start()
    assert redis.connections.get(timeout=WAIT) == "desk"
    yield made
    made.stop()
    redis.said.put(ConnectionError("the test is over"))


def test_a_page_gets_a_first_hint_at_once_and_then_its_own(hub: Hub, redis: ScriptedRedis) -> None:
    hers, other = hub.lines(hub.open("a_aino")), hub.lines(hub.open("a_bertil"), ping_seconds=0.05)
    assert next(hers) == next(other) == HINT
    redis.said.put("a_aino")
    assert next(hers) == HINT
    assert next(other) == PING


def test_all_means_every_page(hub: Hub, redis: ScriptedRedis) -> None:
    pages = [hub.lines(hub.open(name)) for name in ("a_aino", "a_bertil")]
    for page in pages:
        next(page)
    redis.said.put("all")
    assert [next(page) for page in pages] == [HINT, HINT]


def test_a_silent_line_carries_a_ping(hub: Hub) -> None:
    page = hub.lines(hub.open("a_aino"), ping_seconds=0.01)
    assert [next(page) for _ in range(3)] == [HINT, PING, PING]


def test_hints_that_nobody_has_fetched_are_one_hint(hub: Hub) -> None:
    page = hub.lines(hub.open("a_aino"), ping_seconds=0.01)
    next(page)
    for _ in range(50):
        hub.tell("a_aino")
    assert [next(page), next(page)] == [HINT, PING]


def test_a_third_page_takes_the_place_of_the_oldest(hub: Hub) -> None:
    pages = [hub.lines(hub.open("a_aino"), ping_seconds=0.01) for _ in range(3)]
    assert hub.count("a_aino") == 2
    assert list(pages[0]) == [HINT]
    hub.tell("a_aino")
    assert [next(page) for page in pages[1:]] == [HINT, HINT]


def test_a_closed_page_leaves_nothing_behind(hub: Hub) -> None:
    page = hub.lines(hub.open("a_aino"))
    next(page)
    page.close()  # type: ignore[attr-defined]
    assert hub.count("a_aino") == 0


def test_without_redis_every_page_gets_a_hint_again_and_again() -> None:
    asked: Queue[int] = Queue()

    def broken(channel: str) -> Iterator[str]:
        asked.put(1)
        raise ConnectionError("no Redis")

    hub = Hub(broken, without_redis_seconds=0.02)
    page = hub.lines(hub.open("a_aino"), ping_seconds=WAIT)
    next(page)
    hub.start()
    assert [next(page) for _ in range(3)] == [HINT] * 3
    assert asked.get(timeout=WAIT) == 1
    hub.stop()


def test_after_a_break_the_listener_connects_again(redis: ScriptedRedis) -> None:
    hub = Hub(redis.subscribe, without_redis_seconds=0.01)
    hub.start()
    redis.connections.get(timeout=WAIT)
    redis.said.put(ConnectionError("gone"))
    assert redis.connections.get(timeout=WAIT) == "desk"
    hub.stop()
    redis.said.put(ConnectionError("the test is over"))


# --- the door ------------------------------------------------------------------------------------------------------


def test_a_stream_needs_a_ticket_of_ours(hub: Hub) -> None:
    client = create_app(load_settings(ENVIRONMENT), hub).test_client()
    for ticket in ("", "a_aino", make_ticket("another-key-0123456789abcdefghij", "a_aino")):
        assert client.get("/stream", query_string={"ticket": ticket}).status_code == 403


def test_a_ticket_is_good_for_a_minute() -> None:
    ticket = make_ticket(KEY, "a_aino")
    assert read_ticket((KEY,), ticket) == "a_aino"
    _, made = signer((KEY,), "console-events").loads(ticket, return_timestamp=True)
    assert TICKET_SECONDS == 60
    assert read_ticket((KEY,), ticket, now=made.timestamp() + 59) == "a_aino"
    assert read_ticket((KEY,), ticket, now=made.timestamp() + 62) is None


def test_the_stream_tells_browsers_whose_pages_may_read_it(hub: Hub) -> None:
    client = create_app(load_settings(ENVIRONMENT), hub).test_client()
    answer = client.get("/stream", query_string={"ticket": make_ticket(KEY, "a_aino")}, buffered=False)
    assert answer.mimetype == "text/event-stream"
    assert answer.headers["Access-Control-Allow-Origin"] == "http://localhost"
    assert answer.headers["Cache-Control"] == "no-store"
    first = next(iter(answer.response))
    assert (first.decode() if isinstance(first, bytes) else first) == HINT
    answer.close()
    assert hub.count("a_aino") == 0


def test_the_process_says_that_it_is_alive(hub: Hub) -> None:
    assert create_app(load_settings(ENVIRONMENT), hub).test_client().get("/healthz").status_code == 200


def test_the_listener_is_one_thread(hub: Hub) -> None:
    before = threading.active_count()
    streams = [hub.open(f"a_{number}") for number in range(50)]
    assert threading.active_count() == before
    for stream in streams:
        hub.close(stream)
