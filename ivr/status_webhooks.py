"""What the provider tells afterwards: calls and legs that rang, were answered, ended. Late, doubled and unordered.

Each news is noted once by (call, status, sequence); what it means is decided by the state it finds, so an old one
changes nothing. Answered 204 with an empty body.
"""

import logging
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from adapters.call_status import ENDED
from adapters.database import Transaction, insert_once
from adapters.digits import whole
from adapters.schema import call, call_draft, offer, status_event
from callbacks import store as promises
from desks import store
from desks.talk.conversation import Conversation
from ivr.fact_finding import own_number
from ivr.facts import Callable as CallableNumber
from ivr.own_call import OwnCall
from ivr.step_url import opaque
from ivr.webhooks import guard
from recordings.service import Recordings

if TYPE_CHECKING:
    from bootstrap import Services

WORD = re.compile(r"[a-z-]{1,16}")
LOG = logging.getLogger("ivr")
MOST_SECONDS = 7 * 24 * 3600


class News:
    """One status callback, taken in within one transaction."""

    def __init__(self, services: "Services", tx: Transaction) -> None:
        self.services, self.tx = services, tx
        self.conversation = Conversation(services, tx, services.rules.current())

    def first_time(self, call_sid: str, status: str, sequence: int, token: str | None) -> bool:
        key = (
            status_event.c.call_sid == call_sid,
            status_event.c.status == status,
            status_event.c.sequence == sequence,
        )
        if self.tx.connection.scalar(select(status_event.c.call_sid).where(*key)) is not None:
            return False
        self.tx.connection.execute(
            insert(status_event).values(
                call_sid=call_sid,
                status=status,
                sequence=sequence,
                token=token,
                came_machine=self.services.clock.machine(),
            )
        )
        return True

    def resident_call(self, call_sid: str, status: str, seconds: int | None, raw_number: str) -> None:
        """The resident's own call to us ended: a stay in the line ends, drafts go, the call is noted.

        In the order in which her steps hold these rows, the call last (``ivr.answering``): her last step comes at this
        very moment, and two that wait for each other keep the dealer waiting too."""
        if status not in ENDED:
            return
        now = self.services.clock.now()
        ended = {"ended_at": now, "status": status, "seconds": seconds}
        noted = self._noted_as_new({"call_sid": call_sid, **ended}, raw_number, now)
        self.conversation.resident_gone(call_sid)
        Recordings(self.services, self.tx, self.services.rules.current()).call_ended(call_sid)
        self.tx.connection.execute(delete(call_draft).where(call_draft.c.call_sid == call_sid))
        if not noted:
            self.tx.connection.execute(update(call).where(call.c.call_sid == call_sid).values(**ended))

    def _noted_as_new(self, row: Mapping[str, object], raw_number: str, now: datetime) -> bool:
        """A call of which no step has left anything yet: what she said finds her number by it. False: it is known."""
        call_sid = str(row["call_sid"])
        if self.tx.connection.scalar(select(call.c.call_sid).where(call.c.call_sid == call_sid)) is not None:
            return False
        if OwnCall(self.services).is_ours(self.tx, call_sid, raw_number):
            return True  # no resident's: it stands in no figure of calls
        number = own_number(self.services, self.services.rules.current(), raw_number)
        number_id = (
            promises.number_id(self.tx.connection, number.e164, now) if isinstance(number, CallableNumber) else None
        )
        return insert_once(self.tx.connection, call, {**row, "number_id": number_id}, ("call_sid",))

    def agent_leg(self, token: str, call_sid: str, status: str) -> None:
        row = store.offer_by_token(self.tx.connection, token, held=True)
        if row is None or row["agent_call_sid"] not in (None, call_sid):
            return
        if row["agent_call_sid"] is None:  # the answer to our order was lost: adopted by its token
            store.note_offer(self.tx.connection, token, agent_call_sid=call_sid)
            if row["state"] == "ended" and status not in ENDED:
                self.services.outbox.order(self.tx, "end_leg", call_sid)
        if status == "ringing" and row["rung_at"] is None:
            store.note_offer(self.tx.connection, token, rung_at=self.services.clock.now())
            self.tx.after_commit(lambda: self.services.changed(row["agent_id"]))
        if status in ENDED:
            self.conversation.agent_leg_ended(token, status)

    def resident_leg(self, token: str, call_sid: str, status: str) -> None:
        row = store.offer_by_token(self.tx.connection, token)
        if row is None or row["request_id"] is None or row["resident_call_sid"] not in (None, call_sid):
            return
        self.tx.connection.execute(
            update(offer).where(offer.c.token == token).values(resident_call_sid=call_sid, resident_status=status)
        )
        if status in ENDED:  # a talk with more than two, or a stay that a transfer gave her
            self.conversation.resident_gone(call_sid)
        if status in ("answered", "in-progress"):
            self.conversation.resident_answered(token)
        elif status in ENDED and (row["state"], row["outcome"]) == ("ended", "unknown"):
            self.conversation.ring_over(token, status)
        elif status in ENDED and row["state"] in ("dialing", "connected"):
            self._resident_leg_ended(token, row["state"], status)
        self.tx.after_commit(lambda: self.services.changed(row["agent_id"]))

    def _resident_leg_ended(self, token: str, state: str, status: str) -> None:
        """The Dial action says the same to the agent's leg; whichever comes first decides."""
        if status == "completed" and state == "dialing":
            return  # answered and completed may come unordered: the Dial action knows whether they talked
        self.conversation.ring_over(token, status)


def take(services: "Services", handle: Callable[[News], None]) -> Response:
    """One transaction; what collides with a neighbour's is taken in once more, and finds what that one left."""

    def work(tx: Transaction) -> None:
        handle(News(services, tx))

    try:
        services.database.run(work)
    except IntegrityError:
        services.database.run(work)
    return Response(status=204)


def blueprint(services: "Services") -> Blueprint:
    pages = Blueprint("status", __name__, url_prefix="/voice")
    guard(pages, services)

    @pages.post("/status")
    def status() -> Response:
        sid, word = request.form["CallSid"], _status()

        def handle(news: News) -> None:
            if news.first_time(sid, word, _sequence(), None):
                news.resident_call(sid, word, _seconds(), request.form.get("From", ""))

        return take(services, handle)

    @pages.post("/leg")
    def leg() -> Response:
        sid, word, token = request.form["CallSid"], _status(), opaque(request.args.get("k", ""))

        def handle(news: News) -> None:
            if not news.first_time(sid, word, _sequence(), token):
                return
            if request.args.get("w") == "resident":
                news.resident_leg(token, sid, word)
            else:
                news.agent_leg(token, sid, word)

        return take(services, handle)

    return pages


def _status() -> str:
    """The provider's words are small letters and dashes; whatever else comes is kept as no word at all."""
    word = request.form.get("CallStatus", "")
    return word if WORD.fullmatch(word) else ""


def _sequence() -> int:
    return whole(request.form.get("SequenceNumber", "0"), 6) or 0


def _seconds() -> int | None:
    seconds = whole(request.form.get("CallDuration", ""), 8)
    return None if seconds is None else min(seconds, MOST_SECONDS)
