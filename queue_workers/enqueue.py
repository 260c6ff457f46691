"""Hints to the workers. Called after a commit or by the dispatcher, never before; a lost hint is found in SQL."""

import time
from typing import Any

import redis
from rq import Queue
from rq.exceptions import DuplicateJobError
from rq.serializers import JSONSerializer

from adapters.redis_live import LiveHints
from queue_workers.allowed import DEAL, EFFECT, QUEUE, AllowedJob

RESULT_SECONDS = 0  # a finished job leaves no trace: its id may be used again
FAILURE_SECONDS = 60


class Enqueuer:
    def __init__(self, live: LiveHints) -> None:
        self._live = live
        self._queue = Queue(QUEUE, connection=live.client, serializer=JSONSerializer, job_class=AllowedJob)

    def effect(self, outbox_id: str) -> bool:
        return self._put(EFFECT, f"effect-{outbox_id}", outbox_id)

    def deal(self) -> bool:
        """At most one job for each 0.2 s: one deal serves everybody who asked meanwhile."""
        return self._put(DEAL, f"deal-{int(time.time() * 5)}")

    def _put(self, function: str, job_id: str, *args: Any) -> bool:
        """False: the queue cannot be reached (the dispatcher acts itself then)."""
        if not self._live.up():
            return False
        try:
            self._queue.enqueue(
                function,
                args=args,
                job_id=job_id,
                unique=True,
                result_ttl=RESULT_SECONDS,
                failure_ttl=FAILURE_SECONDS,
                job_timeout=30,
                description=job_id,
            )
        except DuplicateJobError:
            return True
        except redis.RedisError:
            self._live.failed()
            return False
        return True
