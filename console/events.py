"""The events process: ``GET /stream?ticket=…``. It holds open pages' streams, so that the webhooks' threads stay free.

It needs no database: a signed ticket says whose page it is, and hints carry nothing.
"""

import os
from functools import partial

from flask import Flask, Response, request

from adapters.redis_live import LiveHints
from adapters.settings import Settings, load_settings
from console.headers import add_least
from console.hub import Hub
from console.tickets import read_ticket


def create_app(settings: Settings | None = None, hub: Hub | None = None) -> Flask:
    settings = settings or load_settings(dict(os.environ))
    if hub is None:
        hub = Hub(LiveHints(settings.redis_url).subscribe)
        hub.start()
    app = Flask(__name__, static_folder=None)
    _routes(app, settings, hub)
    app.after_request(partial(add_least, settings))
    return app


def _routes(app: Flask, settings: Settings, hub: Hub) -> None:
    @app.get("/stream")
    def stream() -> Response:
        agent_id = read_ticket(settings.accepted_keys, request.args.get("ticket", ""))
        if agent_id is None:
            return _allowed(settings, Response("", 403))
        answer = Response(hub.lines(hub.open(agent_id)), mimetype="text/event-stream")
        answer.headers["X-Accel-Buffering"] = "no"
        return _allowed(settings, answer)

    @app.get("/healthz")
    def healthz() -> Response:
        return Response("ok\n", mimetype="text/plain")


def _allowed(settings: Settings, answer: Response) -> Response:
    """Only the service's own pages may read a stream."""
    answer.headers["Access-Control-Allow-Origin"] = settings.public_base_url
    answer.headers["Vary"] = "Origin"
    answer.headers["Cache-Control"] = "no-store"
    return answer
