"""``GET /metrics`` for Prometheus and ``GET /readyz`` for whoever asks whether calls are taken. Who may read the first
is decided here; what stands in it, in ``figures`` and ``adapters.meters``.

Not the world: with ``METRICS_TOKEN`` whoever sends it, else a reader on this very machine. A proxy here makes everybody
such a reader, so without a token nothing is told where the address is public, unless proxies add their header.
"""

import hmac
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify, request

from adapters.meters import CONTENT_TYPE, Figure, WebMeters
from adapters.origins import is_loopback
from console.words import page_words
from operations import readiness
from operations.figures import figures

if TYPE_CHECKING:
    from bootstrap import Services

FRESH_SECONDS = 2.0  # whoever asks more often hears the same
FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-Ip", "Via")
HERE = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1"})


class Kept:
    """One look at the record at a time in each process, whoever asks: a crowd of readers costs callers nothing."""

    def __init__(self, services: "Services") -> None:
        self._services = services
        self._lock = threading.Lock()
        self._told: tuple[Figure, ...] = ()
        self._at: float | None = None

    def figures(self) -> tuple[Figure, ...]:
        with self._lock:
            if self._at is None or time.monotonic() - self._at > FRESH_SECONDS:
                self._told = figures(self._services)
                self._at = time.monotonic()
            return self._told


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
    kept, means = Kept(services), page_words("en")

    @pages.get("/metrics")
    def metrics() -> Response:
        if not gate.opens():
            return Response("Not for everybody: METRICS_TOKEN (docs/running.md).\n", 403, content_type="text/plain")
        return Response(meters.told(kept.figures()), content_type=CONTENT_TYPE)

    @pages.get("/readyz")
    def ready() -> tuple[Response, int]:
        """Reasons in words are in the runbook; strangers hear the state alone."""
        found = readiness.judge(readiness.look(services))
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
