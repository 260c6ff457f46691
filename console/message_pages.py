"""Voice messages and matters that are not rung: the list, the sound, and what an agent does with them."""

import logging
from io import BytesIO
from typing import TYPE_CHECKING

from flask import Response, jsonify, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from console import guard
from console.posted import by_script, posted
from console.rendering import page_language
from desks import wishes
from desks.queue.messages import may_hear, not_rung
from desks.supervision.overview import may_see_request
from recordings.service import Recordings
from recordings.vault import VaultError, whole

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("console")
LONGEST_NOTE = 1000


def show(services: "Services") -> str:
    return render_template("console/messages.html", **_page(services))


def part(services: "Services") -> str:
    return render_template("console/messages_part.html", **_page(services))


def sound(services: "Services", recording_id: str) -> Response:
    """Opened for this listener and kept by nobody on the way: neither the browser nor a proxy may store it."""
    person = guard.person()
    row = may_hear(services, person.scope, recording_id)
    if row is None or row["stored_machine"] is None:
        raise NotFound
    try:
        opened = whole(services.vault, recording_id)
    except VaultError as error:
        LOG.error("sound cannot be played", extra={"recording": recording_id, "why": str(error)})
        raise NotFound from None
    LOG.info("message heard", extra={"recording": recording_id, "agent": person.agent_id})
    answer = send_file(BytesIO(opened), mimetype="audio/wav", conditional=True, max_age=None, etag=False)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def heard(services: "Services", recording_id: str) -> ResponseReturnValue:
    person, note = guard.person(), _note()
    row = may_hear(services, person.scope, recording_id)
    if row is None:
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
