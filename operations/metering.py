"""Each request timed on its way through the web process, from the line to its answer, whatever answers it. A few
microseconds, no store, no lock but the meters' own; a measure that fails costs nobody an answer."""

import logging
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from flask import has_request_context, request
from werkzeug.exceptions import HTTPException

from adapters.apologies import APOLOGIES
from adapters.load import FROM_MEMORY
from adapters.meters import WebMeters
from ivr.dialogue.steps import STEPS
from operations.weighing import WAITED

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LOG = logging.getLogger("web")
STEP = "/voice/step/"
OTHER = "other"
CROWD = "from_memory"  # at the door, or music in place of a wait's words: quick, and as many as the crowd is large
PARTS = (("/voice/", "voice"), ("/sms/", "sms"), ("/console/static/", "static"), ("/console", "console"))
PROVIDER = ("/voice/", "/sms/")
IDS = {"CallSid": "call", "MessageSid": "text"}
HEALTH = frozenset({"/healthz", "/readyz", "/metrics"})


def part_of(path: str) -> str:
    if path in HEALTH:
        return "health"
    return next((part for start, part in PARTS if path.startswith(start)), OTHER)


class Steps:
    """The few names that a webhook's time is kept under, whatever strangers write into an address."""

    def __init__(self, rules: Iterable[str]) -> None:
        fixed = {rule for rule in rules if rule.startswith(("/voice/", "/sms/")) and "<" not in rule}
        self._fixed = {rule: rule.removeprefix("/voice/").removeprefix("/") for rule in fixed}

    def of(self, path: str) -> str | None:
        """None: no webhook, or one of no name that we know."""
        if path.startswith(STEP):
            name = path[len(STEP) :]
            return name if name in STEPS else OTHER
        return self._fixed.get(path)


class Metered:
    """Around the whole application, so that what an error page costs is measured too."""

    def __init__(self, app: "WSGIApplication", meters: WebMeters, steps: Steps) -> None:
        self._app, self._meters, self._steps = app, meters, steps

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        APOLOGIES.taken()
        begun = time.perf_counter() - float(environ.get(WAITED, 0.0))
        status = "500"

        def started(line: str, headers: list[tuple[str, str]], *more: Any) -> Callable[[bytes], object]:
            nonlocal status
            status = line[:3]
            return start_response(line, headers, *more)

        try:
            return self._app(environ, started)
        finally:
            self._note(environ, status, time.perf_counter() - begun)

    def _note(self, environ: "WSGIEnvironment", status: str, seconds: float) -> None:
        try:
            path = str(environ.get("PATH_INFO", ""))
            self._meters.answered(part_of(path), status)
            why = APOLOGIES.taken()
            if why is not None:
                self._meters.apologised(why)
            step = self._steps.of(path)
            if step is not None and status != "403":  # strangers' unsigned posts are no webhooks
                self._meters.webhook_took(CROWD if FROM_MEMORY in environ else step, seconds)
        except Exception:
            LOG.exception("not measured")


def ids_of_request() -> dict[str, str]:
    """For the log: which call or text a line is about, and which route; never an address, which may carry anything."""
    if not has_request_context() or request.url_rule is None:
        return {}
    found = {"route": request.url_rule.rule}
    if not request.path.startswith(PROVIDER):
        return found
    try:
        form = request.form
    except HTTPException:  # longer than may be: the answer says so
        return found
    return found | {name: form[field][:34] for field, name in IDS.items() if field in form}
