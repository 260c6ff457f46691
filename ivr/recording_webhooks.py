"""The provider tells that a recording is ready. Late, doubled, or before the end of the call: each does no harm.

Of what it says only names of a checked shape and the length are used. The address it gives is never fetched.
"""

import logging
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request
from sqlalchemy.exc import IntegrityError

from adapters.database import Transaction
from ivr.caller_input import RECORDING_SID, seconds_of
from ivr.dialogue.menus import DEFAULT_LANGUAGE
from ivr.dialogue.message import DUTY
from ivr.step_url import Step, step_of
from ivr.webhooks import guard
from recordings import store
from recordings.model import LEAST_SECONDS, Announced
from recordings.service import Recordings

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("ivr")


def blueprint(services: "Services") -> Blueprint:
    pages = Blueprint("recording", __name__, url_prefix="/voice")
    guard(pages, services)

    @pages.post("/recording")
    def ready() -> Response:
        """The recording is whole. 204 whatever it is: asking again would bring the same."""
        form = request.form
        sid, step = form.get("RecordingSid", ""), step_of("recording", request.args)
        if RECORDING_SID.fullmatch(sid) is None or form.get("RecordingStatus", "completed") != "completed":
            LOG.warning("recording not taken", extra={"call": form["CallSid"], "status": form.get("RecordingStatus")})
            return Response(status=204)
        seconds = seconds_of(form.get("RecordingDuration", ""), LEAST_SECONDS)  # never thrown away for a broken length
        what = _announced(step, sid, form["CallSid"], seconds)
        rules = services.rules.version(step.version) if step.version else services.rules.current()

        def note(tx: Transaction) -> None:
            """What was left by hanging up is kept; the end of the call, if it comes later, keeps it then."""
            Recordings(services, tx, rules).announced(what)
            if store.has_ended(tx.connection, what.call_sid):
                Recordings(services, tx, rules).call_ended(what.call_sid)

        try:
            services.database.run(note)
        except IntegrityError:  # the call's own step has noted it at this instant: found on the second look
            services.database.run(note)
        return Response(status=204)

    return pages


def _announced(step: Step, sid: str, call_sid: str, seconds: int) -> Announced:
    language = step.language or DEFAULT_LANGUAGE
    return Announced(sid, call_sid, seconds, step.topic, language, "duty" if step.choice == DUTY else "message")
