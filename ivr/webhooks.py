"""The caller's webhooks: one way in, one way out. Signed by the provider, answered with TwiML whatever happens.

verify -> read -> answer. What is looked up, decided and carried out in between: ``ivr.answering``.
"""

import logging
import re
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, current_app, request

from adapters.database import DatabaseError
from adapters.fault_points import reach
from adapters.load import FROM_MEMORY
from ivr.answering import Answerer, urls
from ivr.caller_input import CallerInput, read
from ivr.dialogue import crowd
from ivr.own_call import OwnCall
from ivr.signature import SignatureCheck
from ivr.step_url import Step, step_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapters.door import Door
    from adapters.load import Load
    from bootstrap import Services
    from ivr.facts import Facts
    from ivr.turn import Turn

__all__ = ["blueprint", "guard", "urls", "xml"]

LOG = logging.getLogger("ivr")
CALL_SID = re.compile(r"CA[0-9a-f]{32}")
MOST_FIELDS = 200  # the provider sends some thirty
QUEUE_SID = re.compile(r"QU[0-9a-f]{32}")


def xml(answer: str) -> Response:
    reach("answer_ready")
    return Response(answer, content_type="text/xml; charset=utf-8")


def blueprint(services: "Services") -> Blueprint:
    pages = Blueprint("ivr", __name__, url_prefix="/voice")
    guard(pages, services)
    answerer, own = Answerer(services), OwnCall(services)

    @pages.post("/incoming")
    def incoming() -> Response:
        here, sid, number = Step("incoming"), request.form["CallSid"], request.form.get("From", "")
        given = read({})
        kept = None if own.shows(number) else spared(answerer, here, given)  # or its alarm would mean a crowd
        answer = kept or answerer.answer(here, given, sid, number)
        own.passes(here, sid, number)
        return xml(answer)

    @pages.post("/step/<name>")
    def step(name: str) -> Response:
        here = step_of(name, request.args)
        queue_sid = request.form.get("QueueSid", "") if name == "wait" and here.tries == 1 else ""
        if QUEUE_SID.fullmatch(queue_sid) is None:
            queue_sid = ""
        sid, number = request.form["CallSid"], _resident_number()
        given = read(request.form)
        answer = spared(answerer, here, given) or answerer.answer(here, given, sid, number, queue_sid)
        own.passes(here, sid, number)
        return xml(answer)

    return pages


def spared(answerer: Answerer, here: Step, given: CallerInput) -> str | None:
    """Above what the machine carries: whoever waits hears music for longer, whoever comes waits at the door. None: she
    is answered in full, as every step of a menu is once she is let in."""
    load: Load | None = current_app.extensions.get("load")
    door: Door | None = current_app.extensions.get("door")
    if door is not None and here.name == "incoming" and not door.lets_in(here.spared):
        return _from_memory(answerer, here, crowd.at_the_door)
    if load is not None and here.name == "wait" and crowd.is_spared(load.level, here, given):
        return _from_memory(answerer, here, crowd.music)
    return None


def _from_memory(answerer: Answerer, here: Step, say: "Callable[[Step, Facts], Turn]") -> str:
    """Marked, so that its quickness is not taken for that of the answers that callers inside get."""
    request.environ[FROM_MEMORY] = True
    return answerer.from_memory(here, say)


def _resident_number() -> str:
    """A resident whom we have rung and then led into the line is at the other end of her leg."""
    ours = request.form.get("Direction", "").startswith("outbound")
    return request.form.get("To" if ours else "From", "")


def guard(pages: Blueprint, services: "Services") -> None:
    """Every route of a provider blueprint is refused unless it is signed; there is no way to opt out."""
    settings = services.settings
    check = SignatureCheck(
        settings.public_base_url,
        settings.twilio_account_sid,
        (settings.twilio_auth_token, settings.twilio_auth_token_previous),
    )

    @pages.before_request
    def genuine() -> None:
        if len(request.form) > MOST_FIELDS:
            abort(413)
        if not check.genuine(request):
            LOG.warning("unsigned webhook", extra={"path": request.path, "fields": sorted(request.form)[:40]})
            abort(403)
        if not CALL_SID.fullmatch(request.form.get("CallSid", "")) and not request.path.startswith("/sms"):
            abort(400)

    @pages.errorhandler(DatabaseError)
    def not_taken(error: Exception) -> Response:
        """News that the record cannot take in now: the provider tells them again, and nobody waits for this answer."""
        LOG.warning("record unavailable", extra={"path": request.path, "error": type(error).__name__})
        return Response(status=503)
