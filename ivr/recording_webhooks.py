"""The provider tells that a recording is ready. Late, doubled, or before the end of the call: each does no harm.

Of what it says only names of a checked shape and the length are used. The address it gives is never fetched.
"""

import logging
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

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
COMPLETED, ABSENT = "completed", "absent"


def blueprint(services: "Services") -> Blueprint:
    pages = Blueprint("recording", __name__, url_prefix="/voice")
    guard(pages, services)

    @pages.post("/recording")
    def ready() -> Response:
        """The recording is whole, or will never be. 204 whatever it is: asking again would bring the same."""
        form, step = request.form, step_of("recording", request.args)
        why_not = _why_not(form)
        if why_not is not None:
            LOG.warning("recording not taken", extra={"call": form["CallSid"], "why": why_not})
            return Response(status=204)
        sid = form["RecordingSid"]
        if not _is_the_providers(services, form.get("RecordingUrl", "")):
            LOG.warning("an address that is not the provider's is not used", extra={"call": form["CallSid"]})
        if form.get("RecordingStatus") == ABSENT:
            services.database.run(partial(_absent, services, sid))
            return Response(status=204)
        seconds = seconds_of(form.get("RecordingDuration", ""), LEAST_SECONDS)  # never thrown away for a broken length
        _note(services, step, _announced(step, sid, form["CallSid"], seconds))
        return Response(status=204)

    return pages


def _why_not(form: Mapping[str, str]) -> str | None:
    """None: it names a recording, and says something about it that concerns us."""
    if RECORDING_SID.fullmatch(form.get("RecordingSid", "")) is None:
        return "no name of a recording"
    return None if form.get("RecordingStatus", COMPLETED) in (COMPLETED, ABSENT) else "another status"


def _is_the_providers(services: "Services", address: str) -> bool:
    """Only worth a line in the log: it is never fetched, whatever it is."""
    try:
        said, ours = urlsplit(address), urlsplit(services.settings.twilio_api_base_url)
        same = (said.scheme, said.hostname, said.port) == (ours.scheme, ours.hostname, ours.port)
    except ValueError:
        return False
    twilio = said.scheme == "https" and (said.hostname or "").endswith(".twilio.com")
    return not address or same or twilio


def _note(services: "Services", step: Step, what: Announced) -> None:
    """What was left by hanging up is kept; the end of the call, if it comes later, keeps it then."""
    rules = services.rules.version(step.version) if step.version else services.rules.current()

    def note(tx: Transaction) -> None:
        Recordings(services, tx, rules).announced(what)
        if store.has_ended(tx.connection, what.call_sid):
            Recordings(services, tx, rules).call_ended(what.call_sid)

    try:
        services.database.run(note)
    except IntegrityError:  # the call's own step has noted it at this instant: found on the second look
        services.database.run(note)


def _absent(services: "Services", recording_sid: str, tx: Transaction) -> None:
    """There is no sound. Where the call's own step has spoken of it, its matter stays and says so."""
    row = store.by_sid(tx.connection, recording_sid)
    if row is not None and row["kind"] != "talk" and row["stored_machine"] is None:
        Recordings(services, tx, services.rules.current()).failed(row["id"], ABSENT)


def _announced(step: Step, sid: str, call_sid: str, seconds: int) -> Announced:
    language = step.language or DEFAULT_LANGUAGE
    return Announced(sid, call_sid, seconds, step.topic, language, "duty" if step.choice == DUTY else "message")
