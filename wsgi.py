"""The web process: provider's webhooks, the console, health. Nothing happens at import."""

import logging
import threading
import time
from functools import partial

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from werkzeug.exceptions import HTTPException

from adapters.database import DatabaseError
from adapters.door import Door
from adapters.load import Load
from adapters.logs import configure_logging
from adapters.meters import WebMeters
from adapters.waiting_line import WAITING
from bootstrap import Services, build_services, record_start
from console import headers
from console import pages as console_pages
from ivr import (
    agent_webhooks,
    fallback_webhook,
    own_call_webhooks,
    provider_alert_webhook,
    recorded_sound,
    recording_webhooks,
    resident_notice_webhooks,
    sms_webhook,
    sound_pages,
    status_webhooks,
    talk_recording_webhooks,
    transfer_webhooks,
    webhooks,
)
from operations import metrics_page
from operations.metering import Metered, Steps, ids_of_request
from operations.weighing import Weighed

LOG = logging.getLogger("web")
ROOMS = (
    webhooks,
    agent_webhooks,
    status_webhooks,
    transfer_webhooks,
    recording_webhooks,
    resident_notice_webhooks,
    talk_recording_webhooks,
    fallback_webhook,
    own_call_webhooks,
    provider_alert_webhook,
    sms_webhook,
    sound_pages,
    recorded_sound,
    console_pages,
)
BODY_LIMIT = 64 * 1024
RULES_SECONDS = 1.0


class PagesOnly(SecureCookieSessionInterface):
    """The provider has no session: a call's state is its URL, and no webhook pays for reading cookies."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if request.path.startswith(("/voice/", "/sms/")):
            return None
        return super().open_session(app, request)


def create_app(services: Services | None = None) -> Flask:
    services = services or _served()
    app = Flask("one_number", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = BODY_LIMIT
    app.config["MAX_FORM_PARTS"] = 200
    app.secret_key = services.settings.secret_key
    app.session_interface = PagesOnly()
    for room in ROOMS:
        app.register_blueprint(room.blueprint(services))
    _health(app, services)
    _errors(app)
    app.after_request(partial(headers.add_least, services.settings))
    return app


def _served() -> Services:
    services = build_services()
    configure_logging("web", services.settings.log_level, now_about=ids_of_request)
    try:
        record_start(services, "web")
    except DatabaseError:
        LOG.warning("the record is not reachable yet")
    _follow_rules(services)
    return services


def _follow_rules(services: Services) -> None:
    """A published change is in this process within two seconds, and no webhook waits for it."""

    def follow() -> None:
        while True:
            time.sleep(RULES_SECONDS)
            try:
                services.rules.refresh(services.database, services.clock.now())
                services.notices.refresh(services.database, services.clock.now())
                services.stops.refresh(services.database)
            except Exception:
                LOG.exception("rules not refreshed")

    threading.Thread(target=follow, daemon=True, name="rules").start()


def _health(app: Flask, services: Services) -> None:
    meters = WebMeters()
    app.register_blueprint(metrics_page.blueprint(services, meters))
    steps = Steps(rule.rule for rule in app.url_map.iter_rules())
    app.wsgi_app = Metered(app.wsgi_app, meters, steps)  # type: ignore[method-assign]
    app.extensions["load"] = load = Load(WAITING)
    app.extensions["door"] = Door(load)
    app.wsgi_app = Weighed(app.wsgi_app, load, WAITING)  # type: ignore[method-assign]

    @app.get("/healthz")
    def alive() -> Response:
        return Response("alive\n", mimetype="text/plain")


def _errors(app: Flask) -> None:
    @app.errorhandler(Exception)
    def failed(error: Exception) -> "Response | HTTPException":
        if isinstance(error, HTTPException):
            return error
        LOG.exception("request failed")
        return Response("Something failed here. It has been noted.\n", status=500, mimetype="text/plain")
