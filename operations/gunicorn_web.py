"""gunicorn for webhooks and pages: few threads, two processes, nothing trusted from proxies, no second log."""

import os
from typing import Any

from adapters.meter_files import folder_for_workers, forget

folder_for_workers()  # before anything that measures is read: it decides then where counts are kept

import wsgi  # noqa: E402, F401  read once by the parent, so that its two workers need not; nothing happens at import
from adapters.logs import configure_logging  # noqa: E402
from adapters.serving import bind_to, tell_ready  # noqa: E402
from operations.gunicorn_arriving import RECEIVE_SECONDS, stops_no_longer  # noqa: E402

bind = bind_to(os.environ.get("WEB_HOST", "127.0.0.1"), os.environ["WEB_PORT"])
worker_class = "operations.gunicorn_thread.CountingWorker"  # a thread for each whole request, and how long it waited
workers = 2
worker_connections = 600  # a process may often open 1,024 files, and needs some for the record
threads = 16  # begun when they are needed; no more than the record has connections for (adapters/database.py)
timeout = 30
graceful_timeout = 4
keepalive = 5
accesslog = None  # every webhook's URL and form would stand in it
forwarded_allow_ips = ""
control_socket_disable = True
limit_request_line = 8190
limit_request_fields = 100


def on_starting(_server: object) -> None:
    """gunicorn's own lines go where ours go, masked; its workers inherit this."""
    configure_logging("web", os.environ.get("LOG_LEVEL", "INFO"))


def when_ready(server: Any) -> None:
    stops_no_longer(server, RECEIVE_SECONDS)


def post_worker_init(_worker: object) -> None:
    """One that answers is enough: whoever this server replaces may go."""
    tell_ready()


def on_exit(_server: object) -> None:
    forget()
