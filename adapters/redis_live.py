"""Redis (Valkey): hints to hurry, never the record. Every call has a deadline and none may fail its caller.

After one failure a breaker keeps the processes from asking again for a while: a caller must not pay 0.5 s on each step
for a store that the service can do without. Where sentinels watch several stores, they are asked which one is written
to, all at once, at each new connection.
"""

import socket
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from concurrent.futures import TimeoutError as NobodyAnswered
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from redis.sentinel import MasterNotFoundError, SentinelConnectionPool

from adapters.store_places import Place, Sentinels, names_sentinels, sentinels

BREAKER_SECONDS = 2.0
WORKERS = "rq:workers"  # RQ's own list; an entry's key disappears when its worker stops giving signs of life
CONNECT_SECONDS, READ_SECONDS = 0.25, 0.5
FIND_SECONDS = 0.2  # for the sentinels, before the connection that they lead to
GONE = frozenset({"s_down", "o_down", "disconnected", "master_down"})


def connect(url: str) -> redis.Redis:
    """A client for the call path: 0.25 s to connect, 0.5 s to read, no retry (a silent retry executes twice)."""
    return _client(url, READ_SECONDS, CONNECT_SECONDS)


def connect_patiently(url: str, connect_seconds: float = 2.0) -> redis.Redis:
    """For whoever waits at the store and keeps no caller: reads have no deadline of ours, but a store that is cut off
    is noticed within a dozen seconds, or its listener would hear nothing for ever."""
    return _client(url, None, connect_seconds)


def _client(url: str, read: float | None, connect_within: float) -> redis.Redis:
    kept: dict[str, Any] = {
        "socket_connect_timeout": connect_within,
        "socket_timeout": read,
        "retry": Retry(NoBackoff(), 0),
        "health_check_interval": 0,
    }
    if not url.startswith("unix://"):
        kept |= {"socket_keepalive": True, "socket_keepalive_options": _signs_of_life()}
    if not names_sentinels(url):
        return redis.Redis.from_url(url, **kept)
    asked = sentinels(url)
    pool = SentinelConnectionPool(  # type: ignore[no-untyped-call]
        asked.service,
        Watchmen(asked),
        ssl=asked.encrypted,
        db=asked.db,
        username=asked.username,
        password=asked.password,
        **kept,
    )
    return redis.Redis(connection_pool=pool)


def _signs_of_life() -> dict[int, int]:
    """After five quiet seconds every two; the third that stays unanswered ends the connection."""
    if sys.platform != "linux":
        return {}
    return {socket.TCP_KEEPIDLE: 5, socket.TCP_KEEPINTVL: 2, socket.TCP_KEEPCNT: 3}


class Watchmen:
    """The sentinels of one store: the first who knows one that is well is believed. Who is cut off costs nothing."""

    def __init__(self, asked: Sentinels) -> None:
        self._service = asked.service
        self._clients = [_watchman(asked, place) for place in asked.places]
        self._hands = ThreadPoolExecutor(2 * len(self._clients), thread_name_prefix="sentinel")

    def discover_master(self, service_name: str) -> Place:
        """Raises MasterNotFoundError within FIND_SECONDS. The name is the library's."""
        answers = [self._hands.submit(self._where, client) for client in self._clients]
        try:
            for answer in as_completed(answers, timeout=FIND_SECONDS):
                if (place := answer.result()) is not None:
                    return place
        except NobodyAnswered:
            for answer in answers:
                answer.cancel()
        raise MasterNotFoundError(f"no sentinel knows a store that is well: {service_name}")

    def _where(self, client: redis.Redis) -> Place | None:
        try:
            seen: Any = client.sentinel_master(self._service)
        except (redis.RedisError, OSError):
            return None
        if GONE & set(str(seen["flags"]).split(",")):
            return None
        return str(seen["ip"]), int(seen["port"])


def _watchman(asked: Sentinels, place: Place) -> redis.Redis:
    return redis.Redis(
        host=place[0],
        port=place[1],
        username=asked.sentinel_username,
        password=asked.sentinel_password,
        ssl=asked.encrypted,
        socket_connect_timeout=FIND_SECONDS,
        socket_timeout=FIND_SECONDS,
        retry=Retry(NoBackoff(), 0),
        decode_responses=True,
    )


class LiveHints:
    """Best effort publish with a breaker; ``subscribe`` yields messages until the connection breaks."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.client = connect(url)
        self._closed_until = 0.0

    def up(self) -> bool:
        return time.monotonic() >= self._closed_until

    def failed(self) -> None:
        self._closed_until = time.monotonic() + BREAKER_SECONDS

    def publish(self, channel: str, text: str) -> bool:
        if not self.up():
            return False
        try:
            self.client.publish(channel, text)
        except redis.RedisError:
            self.failed()
            return False
        return True

    def workers(self) -> int | None:
        """How many workers of the queue give signs of life; None: the store does not answer."""
        if not self.up():
            return None
        try:
            names: Any = self.client.smembers(WORKERS)
            return sum(bool(self.client.exists(name)) for name in names)
        except redis.RedisError:
            self.failed()
            return None

    def subscribe(self, channel: str) -> Iterator[str]:
        """Messages of a channel; raises ``redis.RedisError`` when the connection breaks."""
        client = connect_patiently(self._url, CONNECT_SECONDS)
        with client.pubsub(ignore_subscribe_messages=True) as listener:  # type: ignore[no-untyped-call]
            listener.subscribe(channel)
            for message in listener.listen():
                yield message["data"].decode()
