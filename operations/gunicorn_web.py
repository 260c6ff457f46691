"""gunicorn for webhooks and pages: few threads, two processes, nothing trusted from proxies, no second log."""

import os

import wsgi  # noqa: F401  read once by the parent, so that its two workers need not; nothing happens at import
from adapters.logs import configure_logging

bind = f"{os.environ.get('WEB_HOST', '127.0.0.1')}:{os.environ['WEB_PORT']}"
worker_class = "gthread"
workers = 2
threads = 8
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
