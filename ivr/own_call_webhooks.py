"""The leg of our own call to our own number: it presses the first language's key, hears the menu, and hangs up."""

import logging
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from ivr.webhooks import guard, xml

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("ivr")
# Half a second each: the greeting has begun by then. The pause outlasts the menu's first words.
PRESSES_AND_LISTENS = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<Response><Play digits="wwwwwwwwwwww1" /><Pause length="12" /><Hangup /></Response>'
)


def blueprint(services: "Services") -> Blueprint:
    pages = Blueprint("own_call", __name__, url_prefix="/voice")
    guard(pages, services)

    @pages.post("/test-call")
    def pressing() -> Response:
        return xml(PRESSES_AND_LISTENS)

    @pages.post("/test-call/over")
    def over() -> Response:
        """The clock judges what has come in, once its time is over; the provider's word adds nothing to it."""
        LOG.info("our own call is over", extra={"status": request.form.get("CallStatus", "")[:16]})
        return Response(status=204)

    return pages
