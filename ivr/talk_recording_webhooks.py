"""The provider tells of a talk's recording: it runs, its file is whole, there is none. Late, doubled, in any order, by
a name that is none of ours: each does no harm. Always 204: asking again would bring the same.

Of what it says only the recording's name, a word and the length are used. The address it gives is never fetched.
"""

import logging
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request
from sqlalchemy.exc import IntegrityError

from adapters.database import Transaction
from ivr.caller_input import RECORDING_SID, seconds_of
from ivr.step_url import opaque
from ivr.webhooks import guard
from recordings import talk_store as store
from recordings.talks import RecordedTalks

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("ivr")
WORDS = ("in-progress", "completed", "absent")


def blueprint(services: "Services") -> Blueprint:
    pages = Blueprint("talk_recording", __name__, url_prefix="/voice")
    guard(pages, services)

    @pages.post("/recording/talk")
    def news() -> Response:
        form = request.form
        sid, word = form.get("RecordingSid", ""), form.get("RecordingStatus", "")
        said = News(opaque(request.args.get("k", "")), form["CallSid"], sid, word, form.get("RecordingDuration", ""))
        if RECORDING_SID.fullmatch(sid) is None or word not in WORDS:
            said.not_taken("shape")
            return Response(status=204)
        try:
            services.database.run(lambda tx: said.take(services, tx))
        except IntegrityError:  # the name has been noted for another recording at this instant
            said.not_taken("another's name")
        return Response(status=204)

    return pages


class News:
    """One status callback about a talk's recording."""

    def __init__(self, token: str, call_sid: str, recording_sid: str, word: str, length: str) -> None:
        self.token, self.call_sid, self.recording_sid, self.word = token, call_sid, recording_sid, word
        self.length = length

    def take(self, services: "Services", tx: Transaction) -> None:
        row = store.by_token(tx.connection, self.token)
        if row is None or row["call_sid"] != self.call_sid:
            return self.not_taken("no such talk")
        if row["recording_sid"] not in (None, self.recording_sid):
            return self.not_taken("another recording of this talk")
        if store.is_another(tx.connection, row["id"], self.recording_sid):
            return self.not_taken("another's name")
        talks = RecordedTalks(services, tx)
        match self.word:
            case "in-progress":
                talks.runs(row, self.recording_sid)
            case "completed":
                talks.whole(row, self.recording_sid, seconds_of(self.length))
            case "absent":
                talks.absent(row, "absent")
        return None

    def not_taken(self, why: str) -> None:
        LOG.warning("recording of a talk not taken", extra={"call": self.call_sid, "why": why})
