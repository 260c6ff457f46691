"""The provider's debugger tells of errors and warnings: which one, of which call or text, at which webhook of ours.

Signed like every webhook. Nothing else of it is kept: its message, our address and the call's form hold numbers. What
is malformed is answered 400 and changes nothing; what is told twice is kept once.
(https://www.twilio.com/docs/usage/troubleshooting/debugging-event-webhooks)
"""

import json
import logging
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, current_app, request

from adapters import tally_store
from adapters.database import DatabaseError, Transaction
from ivr import provider_alert_store as store
from ivr.dialogue.steps import STEPS
from ivr.signature import SignatureCheck

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("provider")
SID = re.compile(r"NO[0-9a-f]{32}")
RESOURCE = re.compile(r"[A-Z]{2}[0-9a-f]{32}")
LEVELS = frozenset({"error", "warning"})
CODE = re.compile(r"[1-9][0-9]{0,5}")  # the provider writes it as text; a number of any other form is none
TALLY = "provider_alerts"
PATIENCE = (
    0.3  # seconds: where our webhooks fail such words come by the hundred, and calls need threads and record more
)
STEP = "/voice/step/"


@dataclass(frozen=True)
class Complaint:
    sid: str
    level: str
    code: int
    resource_sid: str | None
    step: str | None


def read(form: "dict[str, str]", known_paths: frozenset[str]) -> Complaint | None:
    """None: not what the provider sends."""
    level, sid = form.get("Level", "").lower(), form.get("Sid", "")
    if level not in LEVELS or not SID.fullmatch(sid):
        return None
    try:
        payload = json.loads(form.get("Payload", ""))
        written = payload["error_code"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    code = CODE.fullmatch(str(written)) if type(written) in (str, int) else None
    if code is None:
        return None
    resource = payload.get("resource_sid")
    named = resource if isinstance(resource, str) and RESOURCE.fullmatch(resource) else None
    return Complaint(sid, level, int(code[0]), named, _step(payload, known_paths))


def _step(payload: "dict[str, object]", known_paths: frozenset[str]) -> str | None:
    """The name of our webhook that it is about, of those that we have; its address may carry more than a name."""
    webhook = payload.get("webhook")
    asked = webhook.get("request") if isinstance(webhook, dict) else None
    url = asked.get("url") if isinstance(asked, dict) else None
    if not isinstance(url, str):
        return None
    try:
        path = urlsplit(url).path
    except ValueError:
        return None
    if path.startswith(STEP):
        name = path.removeprefix(STEP)
        return name if name in STEPS else None
    return path.removeprefix("/voice/").strip("/")[:40] if path in known_paths else None


def blueprint(services: "Services") -> Blueprint:
    pages = Blueprint("provider_alert", __name__, url_prefix="/voice")
    settings = services.settings
    tokens = (settings.twilio_auth_token, settings.twilio_auth_token_previous)
    check = SignatureCheck(settings.public_base_url, settings.twilio_account_sid, tokens)

    @pages.post("/debugger")
    def told() -> Response:
        if not check.genuine(request):
            LOG.warning("unsigned webhook", extra={"path": request.path, "fields": sorted(request.form)[:40]})
            abort(403)
        complaint = read(request.form.to_dict(), _own_paths())
        if complaint is None:
            LOG.warning("odd complaint", extra={"fields": sorted(request.form)[:40]})
            abort(400)
        try:
            with services.database.write(PATIENCE) as tx:
                _keep(services, tx, complaint)
        except DatabaseError as error:
            LOG.warning("record unavailable", extra={"path": request.path, "error": type(error).__name__})
            return Response(status=503)
        return Response(status=204)

    return pages


def _own_paths() -> frozenset[str]:
    rules = (rule.rule for rule in current_app.url_map.iter_rules())
    return frozenset(rule for rule in rules if rule.startswith(("/voice/", "/sms/")) and "<" not in rule)


def _keep(services: "Services", tx: Transaction, complaint: Complaint) -> None:
    now = services.clock.now()
    row = {
        "sid": complaint.sid,
        "level": complaint.level,
        "code": complaint.code,
        "resource_sid": complaint.resource_sid,
        "step": complaint.step,
        "came_at": now,
    }
    if not store.keep(tx.connection, row):
        return
    tally_store.count(tx.connection, TALLY, f"{complaint.level} {complaint.code}")
    store.forget_old(tx.connection, now)
    about = {"level": complaint.level, "code": complaint.code, "resource": complaint.resource_sid}
    LOG.warning("the provider complains", extra={**about, "step": complaint.step})
