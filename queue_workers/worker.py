"""An RQ worker process: one queue, JSON only, allow-listed jobs, no scheduler, no child for each job.

A killed worker loses nothing: its orders stay in SQL and the dispatcher finds them. ``SimpleWorker``, because a fork
costs more than the job and leaves an orphan that works on when its parent is killed.
"""

import logging
import os
import sys
import time

import redis
from rq import SimpleWorker
from rq.serializers import JSONSerializer

from adapters.logs import configure_logging
from adapters.redis_live import connect_patiently
from adapters.serving import tell_ready
from adapters.settings import load_settings
from queue_workers import jobs
from queue_workers.allowed import QUEUE, AllowedJob

LOG = logging.getLogger("worker")


def main() -> int:
    settings = load_settings(dict(os.environ))
    configure_logging("worker", settings.log_level)
    connection = connect_patiently(settings.redis_url)
    _wait_for(connection)
    jobs.services()
    worker = SimpleWorker(
        [QUEUE],
        connection=connection,
        serializer=JSONSerializer,
        job_class=AllowedJob,
        worker_ttl=60,
        maintenance_interval=30,
        job_monitoring_interval=5,
        log_job_description=False,
    )
    tell_ready()
    worker.work(with_scheduler=False, logging_level="WARNING")
    return 1  # a worker that ends by itself has lost its queue: whoever watches it starts another


def _wait_for(connection: "redis.Redis") -> None:
    """Without Redis there is nothing to wait for; the dispatcher works meanwhile."""
    while True:
        try:
            connection.ping()
        except redis.RedisError:
            time.sleep(0.25)
        else:
            return


if __name__ == "__main__":
    sys.exit(main())
