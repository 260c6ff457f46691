"""gunicorn for live updates: one process, a thread for each open page, apart from the webhooks' threads.

Two hundred agents with two pages each find room; a page that finds none asks by itself every three seconds.
"""

import os

from adapters.logs import configure_logging
from adapters.serving import bind_to, tell_ready

bind = bind_to(os.environ.get("WEB_HOST", "127.0.0.1"), os.environ["EVENTS_PORT"])
worker_class = "gthread"
workers = 1
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


def post_worker_init(_worker: object) -> None:
    """One that answers is enough: whoever this server replaces may go."""
    tell_ready()
