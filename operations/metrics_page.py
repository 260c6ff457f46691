"""``GET /metrics`` for Prometheus and ``GET /readyz`` for whoever asks whether calls are taken. Who may read the first
is decided here; what stands in it, in ``figures`` and ``adapters.meters``.

Not the world: with ``METRICS_TOKEN`` whoever sends it, else a reader on this very machine. A proxy here makes everybody
such a reader, so without a token nothing is told where the address is public, unless proxies add their header.
"""

import hmac
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from flask import Blueprint, Response, jsonify, request

from adapters.meters import CONTENT_TYPE, WebMeters
from adapters.origins import is_loopback
from console.words import page_words
from operations import readiness
from operations.figures import figures

if TYPE_CHECKING:
    from bootstrap import Services

FIGURES_SECONDS, READY_SECONDS = 2.0, 0.5  # whoever asks more often hears the same
FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-Ip", "Via")
HERE = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1"})
T = TypeVar("T")


class Kept(Generic[T]):
    """One look at a time in each process, whoever asks: a crowd of readers takes no threads from callers."""

    def __init__(self, look: Callable[[], T], seconds: float) -> None:
        self._look, self._seconds = look, seconds
        self._lock = threading.Lock()
        self._seen: tuple[float, T] | None = None

    def get(self) -> T:
        with self._lock:
            if self._seen is None or time.monotonic() - self._seen[0] > self._seconds:
                found = self._look()
                self._seen = time.monotonic(), found
            return self._seen[1]


@dataclass(frozen=True)
class Gate:
    token: str
    public: bool  # the address is more than this machine's
    proxies_tell: bool

    def opens(self) -> bool:
        if self.token:
            given = request.headers.get("Authorization", "").removeprefix("Bearer ")
            return hmac.compare_digest(given.encode(), self.token.encode())
        direct = request.remote_addr in HERE and not any(name in request.headers for name in FORWARDED)
        return direct and (self.proxies_tell or not self.public)


def blueprint(services: "Services", meters: WebMeters) -> Blueprint:
    pages = Blueprint("operations", __name__)
    settings = services.settings
    gate = Gate(settings.metrics_token, not is_loopback(settings.public_base_url), settings.proxy_hops > 0)
    told_figures = Kept(lambda: figures(services), FIGURES_SECONDS)
    readiness_now = Kept(lambda: readiness.judge(readiness.look(services)), READY_SECONDS)
    means = page_words("en")

    @pages.get("/metrics")
    def metrics() -> Response:
        if not gate.opens():
            return Response("Not for everybody: METRICS_TOKEN (docs/running.md).\n", 403, mimetype="text/plain")
        return Response(meters.told(told_figures.get()), content_type=CONTENT_TYPE)

    @pages.get("/readyz")
    def ready() -> tuple[Response, int]:
        """Reasons in words are in the runbook; strangers hear the state alone."""
        found = readiness_now.get()
        seen = found.seen
        told: dict[str, object] = {"state": found.state}
        if gate.opens():
            told |= {
                "reasons": [{"reason": one, "means": means(f"ready.{one}")} for one in found.reasons],
                "record": seen.record,
                "ruleset": seen.ruleset,
                "redis": seen.redis,
                "clock_seconds": seen.clock,
                "free_bytes": seen.free_bytes,
                "fallback": seen.fallback,
                "workers": seen.workers,
            }
        return jsonify(told), 200 if found.ready else 503

    return pages
