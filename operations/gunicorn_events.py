"""gunicorn for live updates: one process, a thread for each open page, apart from the webhooks' threads.

Two hundred agents with two pages each find room; a page that finds none asks by itself every three seconds. A request
takes a thread when it is whole, as at the webhooks: who sends in halves must not take the pages' live updates away.
"""

import os
from typing import Any

from adapters.logs import configure_logging
from adapters.serving import bind_to, tell_ready
from operations.gunicorn_arriving import RECEIVE_SECONDS, stops_no_longer

bind = bind_to(os.environ.get("WEB_HOST", "127.0.0.1"), os.environ["EVENTS_PORT"])
worker_class = "operations.gunicorn_arriving.ArrivingWorker"
workers = 1
worker_connections = 900  # a process may often open 1,024 files
threads = 500  # begun when a page opens, not before
timeout = 30
graceful_timeout = 1  # an open stream never ends by itself; pages connect again
keepalive = 5
accesslog = None
forwarded_allow_ips = ""
control_socket_disable = True


def on_starting(_server: object) -> None:
    """gunicorn's own lines go where ours go, masked; its workers inherit this."""
    configure_logging("events", os.environ.get("LOG_LEVEL", "INFO"))


def when_ready(server: Any) -> None:
    stops_no_longer(server, RECEIVE_SECONDS)


def post_worker_init(_worker: object) -> None:
    """One that answers is enough: whoever this server replaces may go."""
    tell_ready()
