"""``/sms/incoming``: a resident's text message. Taken in, answered by nobody.

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
LOST = frozenset({"undelivered", "failed"})
NO_REPLY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


def _lost(services: "Services", tx: Transaction, message_sid: str, word: str) -> None:
    """It never arrived: whoever was to learn a new time by it does not know it."""
    same = text_message.c.message_sid == message_sid
    row = tx.connection.execute(select(text_message).where(same)).mappings().first()
    if row is None:
        return
    tx.connection.execute(update(text_message).where(same).values(status=word))
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
        if word in LOST:
            services.database.run(lambda tx: _lost(services, tx, request.form.get("MessageSid", "")[:34], word))
        return Response(status=204)

    return pages
