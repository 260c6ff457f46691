"""One matter: how it stands, everything that has happened to it, and what a supervisor decides about it."""

from typing import TYPE_CHECKING

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest, NotFound

from callbacks.model import Refused
from console import guard
from console.history_words import told_as
from console.posted import by_script, one_of, posted
from console.rendering import page_language, wording
from desks.matter import history
from desks.matter.model import Matter
from desks.supervision import deeds as supervision
from desks.supervision.choices import choices
from desks.supervision.deeds import CLOSE_REASONS, STILL, NewTime
from desks.supervision.overview import may_see_request

if TYPE_CHECKING:
    from bootstrap import Services

LONGEST_REASON = 300
LONGEST_NOTE = 1000


def show(services: "Services", request_id: str) -> str:
    return render_template("console/matter.html", **_page(services, _request(services, request_id)))


def part(services: "Services", request_id: str) -> str:
    return render_template("console/matter_part.html", **_page(services, _request(services, request_id)))


def caller(services: "Services", line_id: str) -> str:
    return render_template("console/matter.html", **_page(services, _caller(services, line_id)))


def caller_part(services: "Services", line_id: str) -> str:
    return render_template("console/matter_part.html", **_page(services, _caller(services, line_id)))


def reassign(services: "Services", request_id: str) -> ResponseReturnValue:
    """``to``: ``desk:<id>`` or ``agent:<id>``, the agent at the desk that rings now."""
    matter = _request(services, request_id)
    kind, _, goal = posted().get("to", "").partition(":")
    if kind not in ("desk", "agent") or not goal:
        return _answer(services, matter, "reassign", Refused("to"))
    desk, owner = (goal, None) if kind == "desk" else (matter.desk_id, goal)
    who = guard.person().agent_id
    return _answer(services, matter, "reassign", supervision.reassign(services, who, matter.id, desk, owner, _reason()))


def change_window(services: "Services", request_id: str) -> ResponseReturnValue:
    matter, given = _request(services, request_id), posted()
    new = NewTime(given.get("time", ""), given.get("told") == "yes", given.get("interpreter") == "yes", _reason())
    done = supervision.change_window(services, guard.person().agent_id, matter.id, new)
    return _answer(services, matter, "time", done)


def close(services: "Services", request_id: str) -> ResponseReturnValue:
    matter, given = _request(services, request_id), posted()
    if given.get("sure") != "yes":
        return _answer(services, matter, "close", Refused("sure"))
    note = given.get("note", "").strip()[:LONGEST_NOTE]
    done = supervision.close(services, guard.person().agent_id, matter.id, given.get("why", ""), note)
    return _answer(services, matter, "close", done)


def resolve(services: "Services", request_id: str) -> ResponseReturnValue:
    """``again``: ring once more; ``happened``: the talk took place. Another department's request is not found."""
    person = guard.person()
    if not may_see_request(services, person.scope, request_id):
        raise NotFound
    again, back = one_of("decision", ("happened", "again")) == "again", _back(request_id)
    done = supervision.resolve(services, person.agent_id, request_id, again)
    if not done and guard.wants_json():
        return jsonify(error="moved_on"), 409
    return redirect(back, 303)


def _back(request_id: str) -> str:
    back = posted().get("back", "line")
    if back not in ("line", "matter"):
        raise BadRequest("back")
    return url_for("console.line") if back == "line" else url_for("console.matter", request_id=request_id)


def _answer(services: "Services", matter: Matter, deed: str, done: bool | Refused) -> ResponseReturnValue:
    fault = done.reason if isinstance(done, Refused) else ("" if done else "moved_on")
    if by_script():
        return (jsonify(error=fault), _status(fault)) if fault else jsonify(ok=True)
    if not fault:
        return redirect(url_for("console.matter", request_id=matter.id, done=deed), 303)
    given = _page(services, _request(services, matter.id)) | {"fault": fault, "faulty": deed, "given": posted()}
    return render_template("console/matter.html", **given), _status(fault)


def _status(fault: str) -> int:
    return 409 if fault == "moved_on" else 422


def _reason() -> str:
    return posted().get("reason", "").strip()[:LONGEST_REASON]


def _request(services: "Services", request_id: str) -> Matter:
    matter = history.of_request(services, guard.person().scope, request_id, page_language())
    if matter is None:
        raise NotFound
    return matter


def _caller(services: "Services", line_id: str) -> Matter:
    matter = history.of_caller(services, guard.person().scope, line_id, page_language())
    if matter is None:
        raise NotFound
    return matter


def _page(services: "Services", matter: Matter) -> dict[str, object]:
    decides = guard.person().role in guard.SUPERVISORS and not matter.live and matter.state in STILL
    done = request.args.get("done", "")
    return {
        "matter": matter,
        "told": [told_as(wording(services), one) for one in matter.history],
        "choices": choices(services, matter.id, page_language()) if decides else None,
        "close_reasons": CLOSE_REASONS,
        "fault": "",
        "faulty": "",
        "given": {},
        "done": done if done in ("reassign", "time", "close") else "",
    }
