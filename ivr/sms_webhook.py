"""``/sms/incoming``: a resident's text message, taken in, answered by nobody. ``/sms/status``: what became of ours.

An empty TwiML document sends no reply; what residents write is neither stored nor logged.
"""

import logging
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request
from sqlalchemy import select, update

from adapters.database import Transaction
from adapters.schema import text_message
from callbacks.service import Promises
from callbacks.store import mark_untold
from ivr.webhooks import guard, xml

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("ivr")
ARRIVED = frozenset({"delivered", "read"})
LOST = frozenset({"undelivered", "failed"})
NO_REPLY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


def _became(services: "Services", tx: Transaction, message_sid: str, word: str) -> None:
    """A last word is never overwritten. Lost: whoever was to learn a new time by it does not know it."""
    same = text_message.c.message_sid == message_sid
    on_its_way = (same, text_message.c.status.not_in(ARRIVED | LOST))
    noted = tx.connection.execute(update(text_message).where(*on_its_way).values(status=word)).rowcount
    if noted == 0 or word in ARRIVED:
        return
    row = tx.connection.execute(select(text_message).where(same)).mappings().one()
    if mark_untold(tx.connection, row["request_id"], row["body"]):
        Promises(services, tx, services.rules.current()).raise_item("untold", row["request_id"])


def blueprint(services: "Services") -> Blueprint:
    pages = Blueprint("sms", __name__, url_prefix="/sms")
    guard(pages, services)

    @pages.post("/incoming")
    def incoming() -> Response:
        LOG.info("text message came", extra={"message_sid": request.form.get("MessageSid", "")[:34]})
        return xml(NO_REPLY)

    @pages.post("/status")
    def status() -> Response:
        word = request.form.get("MessageStatus", "")[:16]
        LOG.info("text message status", extra={"status": word})
        if word in ARRIVED | LOST:  # all others only say that it is on its way
            services.database.run(lambda tx: _became(services, tx, request.form.get("MessageSid", "")[:34], word))
        return Response(status=204)

    return pages
