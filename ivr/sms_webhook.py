"""``/sms/incoming``: a resident's text message. Taken in, answered by nobody.

An empty TwiML document sends no reply; what residents write is neither stored nor logged.
"""

import logging
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from ivr.webhooks import guard, xml

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("ivr")
NO_REPLY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


def blueprint(services: "Services") -> Blueprint:
    pages = Blueprint("sms", __name__, url_prefix="/sms")
    guard(pages, services)

    @pages.post("/incoming")
    def incoming() -> Response:
        LOG.info("text message came", extra={"message": request.form.get("MessageSid", "")[:34]})
        return xml(NO_REPLY)

    @pages.post("/status")
    def status() -> Response:
        LOG.info("text message status", extra={"status": request.form.get("MessageStatus", "")[:16]})
        return Response(status=204)

    return pages
