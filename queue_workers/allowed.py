"""What a job may run: these functions, by name, with opaque ids as arguments. Anything planted in Redis is refused.

A JSON serializer alone does not stop code execution: RQ imports whatever dotted path a job names.
"""

from typing import Any

from rq.job import Job

EFFECT = "queue_workers.jobs.effect"
DEAL = "queue_workers.jobs.deal"
ALLOWED = frozenset({EFFECT, DEAL})
QUEUE = "voice"


class RefusedJob(Exception):
    """The job names a function that is not ours."""


class AllowedJob(Job):
    """An RQ job that runs allowed functions only; no instances, no callbacks."""

    def perform(self) -> Any:
        if self.func_name not in ALLOWED or self._instance is not None:
            raise RefusedJob(str(self.func_name))
        return super().perform()

    @property
    def success_callback(self) -> Any:
        return None

    @property
    def failure_callback(self) -> Any:
        return None

    @property
    def stopped_callback(self) -> Any:
        return None
