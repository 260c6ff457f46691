"""Each request counted while it is in work, from the line to its answer: what the load of this process is judged by."""

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from adapters.load import FROM_MEMORY, Load, Waiting

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

WAITED = "one_number.waited_seconds"  # in the request's environment: how long it waited for a thread
WEBHOOKS = ("/voice/", "/sms/")
SOUNDS = "/voice/sound/"  # files, each sent in a millisecond
GIVEN_UP_SECONDS = 15.0  # the provider's own patience with us: whoever asked has gone (docs of voice webhooks)
GONE = b"Nobody waits for this answer any more.\n"


class Weighed:
    """Around the whole application. A stream of sound counts until its first piece is ready, no longer."""

    def __init__(self, app: "WSGIApplication", load: Load, waiting: Waiting) -> None:
        self._app, self._load, self._waiting = app, load, waiting

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        waited = environ[WAITED] = self._waiting.seconds()
        begun = time.monotonic() - waited
        if waited >= GIVEN_UP_SECONDS:  # its answer would reach nobody, and keep waiting those whose callers still do
            start_response("503 Service Unavailable", [("Content-Type", "text/plain"), ("Retry-After", "1")])
            return [GONE]
        answered = _Answered(start_response)
        self._load.begun()
        try:
            return self._app(environ, answered)
        finally:
            self._load.over(_is_measured(environ) and not answered.refused, time.monotonic() - begun)


def _is_measured(environ: "WSGIEnvironment") -> bool:
    """What a crowd is told from memory is quick however slow it is for those inside: counted, it would say that all is
    well, and the door would let in more. Pure."""
    path = str(environ.get("PATH_INFO", ""))
    return path.startswith(WEBHOOKS) and not path.startswith(SOUNDS) and FROM_MEMORY not in environ


class _Answered:
    """Hears how a request was answered. What was refused at the door is no measure: a thousand forged webhooks, each
    sent away in a millisecond, would make the slow ones of callers look quick."""

    def __init__(self, start_response: "StartResponse") -> None:
        self._start_response = start_response
        self.refused = False

    def __call__(self, status: str, *more: Any) -> Any:
        self.refused = status.startswith("4")
        return self._start_response(status, *more)
