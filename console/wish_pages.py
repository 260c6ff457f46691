"""How a resident wants her answer, as agents note it: in writing, by telephone after all, or with an interpreter."""

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest, NotFound

from callbacks.model import Refused
from console import guard
from console.moments import written_moment
from console.posted import by_script, one_of, posted
from console.rendering import page_language
from desks import wishes
from desks.queue.messages import coming
from desks.supervision.overview import may_see_request, promised_one

if TYPE_CHECKING:
    from bootstrap import Services

BACK_TO = ("line", "messages", "desk")


def answer_by(services: "Services", request_id: str) -> ResponseReturnValue:
    """``text``: never rung; ``ring``: rung after all."""
    way, back = one_of("way", wishes.WAYS), _back()
    return _answer(wishes.answer_by(services, _seen(services, request_id), request_id, way), back)


def interpreter_page(services: "Services", request_id: str) -> str:
    _seen(services, request_id)
    return _form(services, request_id, "")


def interpreter(services: "Services", request_id: str) -> ResponseReturnValue:
    """Agreed in the talk that she holds, or with a new time that is told to the resident."""
    who, back = _seen(services, request_id), _back()
    at = _moment(services)
    which = posted().get("which", "")
    done = Refused("past") if at is None else wishes.with_interpreter(services, who, request_id, at, which)
    if not isinstance(done, Refused):
        return _answer(done, back)
    if by_script():
        return jsonify(error=done.reason), 422
    return _form(services, request_id, done.reason), 422


def no_interpreter(services: "Services", request_id: str) -> ResponseReturnValue:
    who, back = _seen(services, request_id), _back()
    return _answer(wishes.without_interpreter(services, who, request_id), back)


def _seen(services: "Services", request_id: str) -> str:
    """The agent who asks; another department's request is not found."""
    person = guard.person()
    if not may_see_request(services, person.scope, request_id):
        raise NotFound
    return person.agent_id


def _moment(services: "Services") -> datetime | None:
    """None: not a moment at all. Local time, as it is written on the page."""
    zone = ZoneInfo(services.rules.current().time_zone)
    return written_moment(posted().get("at", "")[:16], zone)


def _form(services: "Services", request_id: str, fault: str) -> str:
    promise = promised_one(services, request_id, page_language())
    if promise is None:
        raise NotFound
    given = request.form.to_dict() if fault else {}
    return render_template(
        "console/interpreter.html", promise=promise, coming=coming(services, request_id), fault=fault, given=given
    )


def _back() -> str:
    """Read before anything is done: what is refused changes nothing."""
    back = posted().get("back", "line" if guard.person().role != "agent" else "messages")
    if back not in BACK_TO:
        raise BadRequest("back")
    return back


def _answer(done: bool, back: str) -> ResponseReturnValue:
    if by_script():
        return jsonify(ok=True) if done else (jsonify(error="moved_on"), 409)
    return redirect(url_for(f"console.{back}"), 303)
