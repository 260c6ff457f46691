"""Redis (Valkey): hints to hurry, never the record. Every call has a deadline and none may fail its caller.

After one failure a breaker keeps the processes from asking again for a while: a caller must not pay 0.5 s on each step
for a store that the service can do without.
"""

import time
from collections.abc import Iterator

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

BREAKER_SECONDS = 2.0


def connect(url: str) -> redis.Redis:
    """A client for the call path: 0.25 s to connect, 0.5 s to read, no retry (a silent retry executes twice)."""
    return redis.Redis.from_url(
        url,
        socket_connect_timeout=0.25,
        socket_timeout=0.5,
        retry=Retry(NoBackoff(), 0),
        health_check_interval=0,
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

    def subscribe(self, channel: str) -> Iterator[str]:
        """Messages of a channel; raises ``redis.RedisError`` when the connection breaks."""
        client = redis.Redis.from_url(self._url, socket_connect_timeout=0.25, socket_timeout=None)
        with client.pubsub(ignore_subscribe_messages=True) as listener:  # type: ignore[no-untyped-call]
            listener.subscribe(channel)
            for message in listener.listen():
                yield message["data"].decode()
