"""Each request counted while it is in work, from the line to its answer: what the load of this process is judged by."""

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from adapters.load import Load, Waiting

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

WAITED = "one_number.waited_seconds"  # in the request's environment: how long it waited for a thread
WEBHOOKS = ("/voice/", "/sms/")


class Weighed:
    """Around the whole application. A stream of sound counts until its first piece is ready, no longer."""

    def __init__(self, app: "WSGIApplication", load: Load, waiting: Waiting) -> None:
        self._app, self._load, self._waiting = app, load, waiting

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        waited = environ[WAITED] = self._waiting.seconds()
        begun = time.monotonic() - waited
        self._load.begun()
        try:
            return self._app(environ, start_response)
        finally:
            webhook = str(environ.get("PATH_INFO", "")).startswith(WEBHOOKS)
            self._load.over(webhook, time.monotonic() - begun)
