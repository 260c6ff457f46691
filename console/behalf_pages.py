"""A promise on a resident's behalf: the times an agent can offer in the talk, and the one she promises."""

from typing import TYPE_CHECKING

from flask import Response, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from callbacks.model import Refused
from console import guard
from console.posted import posted
from console.rendering import wording
from desks.talk import on_behalf
from desks.view.desk import was_offered_to

if TYPE_CHECKING:
    from bootstrap import Services

LONGEST = 40  # of an id, a window's code or a number


def windows(services: "Services", token: str) -> Response:
    """``words`` are read aloud, in the resident's language; ``label`` is for the agent's eye."""
    found = on_behalf.times(services, guard.person().agent_id, token, request.args.get("topic", "")[:LONGEST])
    if found is None:
        raise NotFound
    label = wording(services).window
    return jsonify([{"code": t.code, "words": t.words, "label": label(t.window.start, t.window.end)} for t in found])


def promise(services: "Services", token: str) -> ResponseReturnValue:
    agent_id = guard.person().agent_id
    if not was_offered_to(services, agent_id, token):
        raise NotFound
    topic, window, number = (posted().get(name, "") for name in ("topic", "window", "number"))
    made: on_behalf.Spoken | Refused | None = Refused("malformed")
    if max(len(topic), len(window), len(number)) <= LONGEST:
        made = on_behalf.promise(services, agent_id, token, topic, window, number)
    match made:
        case None:
            return jsonify(error="moved_on"), 409
        case Refused(reason):
            return jsonify(error=reason, words=fault(services, reason)), 422
        case on_behalf.Spoken(_, words, code, language):
            return jsonify(ok=True, words=words, code=code, language=language)


def fault(services: "Services", reason: str) -> str:
    t = wording(services).t
    return t(f"behalf.fault.{reason}") if f"behalf.fault.{reason}" in t.words else t("live.failed")
