"""Hearing a recording, and taking it away: first the reason is posted, then the sound is given; without script, too.

Nobody on the way may keep a byte of it, and no address says more than which recording it is.
"""

import logging
from functools import partial
from typing import TYPE_CHECKING

from flask import Response, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import RowMapping
from werkzeug.exceptions import NotFound

from console import guard, sound_stream
from console.posted import by_script, posted
from console.rendering import page_language, wording
from desks.view.parts import sound as shown
from desks.view.parts import topic_path
from recordings import listening, transcripts
from recordings.access import Deed, Fault, Listener
from recordings.listening import Given
from recordings.transcripts import Said
from recordings.vault import VaultError

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("console")
STATUS: dict[Fault, int] = {
    "unknown": 404, "closed": 403, "reason": 422, "why": 422, "coming": 409, "failed": 409, "deleted": 410,
    "gone": 410, "damaged": 500, "wrong_key": 503, "store": 503,
}  # fmt: skip
DISPOSITION: dict[Deed, str] = {"listen": "inline", "download": "attachment"}


def listener() -> Listener:
    person = guard.person()
    return Listener(person.agent_id, person.role, person.scope)


def ask(services: "Services", recording_id: str) -> ResponseReturnValue:
    """Her reason to listen; the answer to it says whether the sound may be asked for now."""
    return _asked(services, recording_id, "listen")


def ask_for_file(services: "Services", recording_id: str) -> ResponseReturnValue:
    return _asked(services, recording_id, "download")


def sound(services: "Services", recording_id: str) -> ResponseReturnValue:
    return _given(services, recording_id, "listen")


def file(services: "Services", recording_id: str) -> ResponseReturnValue:
    return _given(services, recording_id, "download")


def show(services: "Services", recording_id: str) -> ResponseReturnValue:
    """One recording on a page of its own: for browsers without script, and for whoever must say why."""
    return _page(services, recording_id, None, {})


def _asked(services: "Services", recording_id: str, deed: Deed) -> ResponseReturnValue:
    given = posted()
    wish = Given(given.get("reason", ""), given.get("why", ""))
    fault = listening.asked(services, listener(), recording_id, deed, wish)
    if fault is not None:
        return _refused(services, recording_id, fault, dict(given))
    if by_script():
        return jsonify(ok=True)
    after = "console.sound_page" if deed == "listen" else "console.sound_file"
    return redirect(url_for(after, recording_id=recording_id), 303)


def _given(services: "Services", recording_id: str, deed: Deed) -> ResponseReturnValue:
    reader = listening.sound(services, listener(), recording_id, deed)
    if isinstance(reader, str):
        return _refused(services, recording_id, reader, {})
    failed = partial(listening.told, recording_id)
    try:
        return sound_stream.answer(reader, f"{recording_id}.wav", DISPOSITION[deed], failed)
    except VaultError as error:
        return _refused(services, recording_id, listening.told(recording_id, error), {})


def _refused(services: "Services", recording_id: str, fault: Fault, given: dict[str, str]) -> ResponseReturnValue:
    if by_script() or guard.wants_json():
        return jsonify(error=fault), STATUS[fault]
    if fault == "unknown":
        raise NotFound
    return _page(services, recording_id, fault, given)


def _said(services: "Services", row: RowMapping) -> tuple[Said, ...]:
    """The words are as closed as the sound: shown to whoever has given her reason."""
    if transcripts.standing(services, row) != "ready":
        return ()
    try:
        return transcripts.of_recording(services.vault, row["id"])
    except VaultError as error:
        listening.told(row["id"], error)
        return ()


def _page(services: "Services", recording_id: str, fault: Fault | None, given: dict[str, str]) -> Response:
    row = listening.allowed(services, listener(), recording_id)
    if row is None:
        raise NotFound
    opened = fault is None and listening.is_open(services, listener(), row)
    html = render_template(
        "console/sound.html",
        sound=shown(row),
        topic=wording(services).topic(topic_path(services.rules.current(), row["topic"], page_language())),
        opened=opened,
        fault=fault,
        given=given,
        request_id=row["request_id"],
        transcript=transcripts.standing(services, row),
        said=_said(services, row) if opened else (),
        spoken=row["language"],
    )
    return Response(html, STATUS[fault] if fault is not None else 200)
