"""Gunicorn's threaded worker, which also says how long a request waited for a thread: under load that is where the
time goes, and nothing inside the application could see it."""

import time
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from adapters.waiting_line import WAITING


class CountingWorker(ThreadWorker):  # type: ignore[misc]
    def enqueue_req(self, conn: Any) -> None:
        WAITING.joined()
        conn.joined = time.monotonic()
        super().enqueue_req(conn)

    def handle(self, conn: Any) -> Any:
        WAITING.begins(time.monotonic() - conn.joined)
        return super().handle(conn)
