"""The web server's worker, which also says how long a whole request waited for a thread: under load that is where the
time goes, and nothing inside the application could see it."""

import time
from typing import Any

from adapters.waiting_line import WAITING
from operations.gunicorn_arriving import ArrivingWorker, Connection


class CountingWorker(ArrivingWorker):
    def begin(self, conn: Connection) -> None:
        WAITING.joined()
        conn.joined = time.monotonic()
        super().begin(conn)

    def handle(self, conn: Connection) -> Any:
        WAITING.begins(time.monotonic() - conn.joined)
        return super().handle(conn)
