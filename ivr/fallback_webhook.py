"""``/voice/fallback``: the provider could not get an answer from us. If we live again, the call goes on where it was.

https://www.twilio.com/docs/usage/security/availability-reliability: the request carries ErrorCode and ErrorUrl.
"""

import logging
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from flask import Blueprint, Response, request

from adapters.database import DatabaseError
from ivr import store
from ivr.agent_webhooks import Accepted
from ivr.caller_input import Silent
from ivr.dialogue import degraded
from ivr.fact_finding import bare
from ivr.step_url import RETRY, Step, opaque, step_of
from ivr.turn import Hangup, Redirect, Turn
from ivr.twiml import render
from ivr.webhooks import guard, urls, xml

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("ivr")
ONCE = "again=1"
STEPS = "/voice/step/"
CALLERS = (STEPS, "/voice/incoming", "/voice/talk/")
ACCEPTS = ("/voice/agent/ring", "/voice/agent/accept")  # answering, or a key: whichever accepts on her telephone


def blueprint(services: "Services") -> Blueprint:
    pages = Blueprint("fallback", __name__, url_prefix="/voice")
    guard(pages, services)

    @pages.post("/fallback")
    def fallback() -> Response:
        failed = request.form.get("ErrorUrl", "")
        LOG.warning(
            "fallback asked", extra={"call": request.form["CallSid"], "code": request.form.get("ErrorCode", "")}
        )
        known = _done_already(services, request.form["CallSid"], failed)
        if known is not None:
            return xml(known)
        rules = services.rules.current()
        return xml(render(_turn(services, failed), services.announcements, rules, urls(services)))

    return pages


def _done_already(services: "Services", call_sid: str, failed: str) -> str | None:
    """The answer of a webhook that had its effect and whose every answer was lost on its way. Her key comes with none
    of the webhooks that follow, so a step itself would take her for silent, and she would stand in a line that she is
    not told of; an agent would be hung up on beside the resident whom she has accepted. A record that does not answer
    in a moment is not waited for."""
    parts = urlsplit(failed)
    if not _is_ours(services, failed):
        return None
    try:
        if parts.path in ACCEPTS:
            return Accepted(services).told_again(opaque(_query(parts.query).get("k", "")), call_sid)
        return _told_caller(services, call_sid, _step(failed)) if parts.path.startswith(STEPS) else None
    except DatabaseError:
        return None


def _told_caller(services: "Services", call_sid: str, step: Step) -> str | None:
    with services.database.read(services.database.caller_waits_until()) as connection:
        return store.so_far(connection, call_sid, step.name, step.nonce, None).answer


def _is_ours(services: "Services", failed: str) -> bool:
    base, parts = urlsplit(services.base), urlsplit(failed)
    return (parts.scheme, parts.netloc) == (base.scheme, base.netloc) and parts.path.startswith("/voice/")


def _step(failed: str) -> Step:
    parts = urlsplit(failed)
    return step_of(parts.path.rsplit("/", 1)[-1], _query(parts.query))


def _turn(services: "Services", failed: str) -> Turn:
    """Back to the step that failed, once; a step that fails again leads to a person."""
    parts, ours = urlsplit(failed), _is_ours(services, failed)
    step = _step(failed) if ours else Step("incoming")
    facts = bare(services, services.rules.current(), services.clock.now())
    if ours and not parts.path.startswith(CALLERS):
        return _leg(parts.path)
    if not ours or ONCE in parts.query:
        return degraded.person(step.go(step.name, facts.nonce, language=step.language or "fi"), Silent(), facts)
    query = "&".join(filter(None, sorted([*parts.query.split("&"), ONCE])))
    again = urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))
    return Turn(step.language or "fi", (Redirect(again + RETRY),))


def _leg(path: str) -> Turn:
    """A resident's leg goes on to the agent without its greeting; an agent's that has accepted nothing, or whose
    accept is no longer awaited, ends: what it was about goes back, or is settled as its leg's news tell."""
    return Turn("fi", () if path.startswith("/voice/resident/") else (Hangup(),))


def _query(query: str) -> dict[str, str]:
    return dict(parse_qsl(query))
