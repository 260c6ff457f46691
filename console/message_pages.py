"""Voice messages and matters that are not rung: the list, and what an agent does with them."""

from typing import TYPE_CHECKING

from flask import jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from console import guard
from console.posted import by_script, posted
from console.rendering import page_language
from console.sound_pages import listener
from desks import wishes
from desks.queue.messages import not_rung
from desks.supervision.overview import may_see_request
from recordings import listening
from recordings.service import Recordings

if TYPE_CHECKING:
    from bootstrap import Services

LONGEST_NOTE = 1000


def show(services: "Services") -> str:
    return render_template("console/messages.html", **_page(services))


def part(services: "Services") -> str:
    return render_template("console/messages_part.html", **_page(services))


def heard(services: "Services", recording_id: str) -> ResponseReturnValue:
    """Dealt with by whoever may hear it, and nobody else: from then on its days of being kept run."""
    person, note = guard.person(), _note()
    row = listening.allowed(services, listener(), recording_id, "listen")
    if row is None or row["kind"] == "talk":
        raise NotFound
    if row["stored_machine"] is None and row["failed"] is None:  # still on its way: nobody can have heard it
        return _answer(False)
    with services.database.write() as tx:
        done = Recordings(services, tx, services.rules.current()).heard(recording_id, person.agent_id, note)
    return _answer(done)


def handled(services: "Services", request_id: str) -> ResponseReturnValue:
    person = guard.person()
    if not may_see_request(services, person.scope, request_id):
        raise NotFound
    return _answer(wishes.handled(services, person.agent_id, request_id, _note()))


def _note() -> str:
    return posted().get("note", "").strip()[:LONGEST_NOTE]


def _answer(done: bool) -> ResponseReturnValue:
    """Somebody else may have been quicker: the list shows what is left."""
    if by_script():
        return jsonify(ok=True) if done else (jsonify(error="moved_on"), 409)
    return redirect(url_for("console.messages"), 303)


def _page(services: "Services") -> dict[str, object]:
    return {"waiting": not_rung(services, guard.person().scope, page_language())}
