"""The supervisor's live board, and what she decides about a whole desk or about the city's ringing."""

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from callbacks.model import Refused
from console import guard
from console.moments import written_moment
from console.posted import by_script, posted
from console.rendering import page_language
from desks.queue.items import close_item
from desks.queue.listing import desks_of
from desks.supervision import deeds as supervision
from desks.supervision.overview import overview

if TYPE_CHECKING:
    from bootstrap import Services

LONGEST_REASON = 300
DONE = ("paused", "resumed", "stop_ended")


def show(services: "Services") -> str:
    return render_template("console/line.html", **_page(services))


def part(services: "Services") -> str:
    return render_template("console/line_part.html", **_page(services))


def seen(services: "Services", item_id: str) -> ResponseReturnValue:
    """Off the list: a person has seen to it."""
    person = guard.person()
    if not close_item(services, person.agent_id, person.scope, item_id) and guard.wants_json():
        return jsonify(error="moved_on"), 409
    return redirect(url_for("console.line"), 303)


def pause(services: "Services", desk: str) -> ResponseReturnValue:
    """``until`` empty: until somebody resumes it. A desk outside her departments is not found."""
    reason, until = posted().get("reason", "").strip()[:LONGEST_REASON], _until(services)
    who = guard.person().agent_id
    done = (
        until if isinstance(until, Refused) else supervision.pause(services, who, _hers(services, desk), reason, until)
    )
    return _answer(services, "paused", done.reason if isinstance(done, Refused) else "")


def pause_chosen(services: "Services") -> ResponseReturnValue:
    """The same from the form in which the desk is chosen."""
    desk = posted().get("desk", "")
    return pause(services, desk) if desk else _answer(services, "paused", "desk")


def resume(services: "Services", desk: str) -> ResponseReturnValue:
    done = supervision.resume(services, guard.person().agent_id, _hers(services, desk))
    return _answer(services, "resumed", "" if done else "moved_on")


def end_stop(services: "Services", stop_id: str) -> ResponseReturnValue:
    """The city rings again, after a limit had stopped it."""
    if posted().get("sure") != "yes":
        return _answer(services, "stop_ended", "sure")
    done = supervision.end_stop(services, guard.person().agent_id, stop_id)
    return _answer(services, "stop_ended", "" if done else "moved_on")


def _hers(services: "Services", desk: str) -> str:
    if desk not in {id_ for id_, _ in desks_of(services.rules.current(), guard.person().scope, page_language())}:
        raise NotFound
    return desk


def _until(services: "Services") -> datetime | None | Refused:
    written = posted().get("until", "")
    if not written:
        return None
    return written_moment(written[:16], ZoneInfo(services.rules.current().time_zone)) or Refused("until")


def _answer(services: "Services", deed: str, fault: str) -> ResponseReturnValue:
    status = 409 if fault == "moved_on" else 422
    if by_script():
        return (jsonify(error=fault), status) if fault else jsonify(ok=True)
    if not fault:
        return redirect(url_for("console.line", done=deed), 303)
    return render_template("console/line.html", **_page(services, fault)), status


def _page(services: "Services", fault: str = "") -> dict[str, object]:
    person, done = guard.person(), request.args.get("done", "")
    return {
        "board": overview(services, person.scope, page_language()),
        "desks": desks_of(services.rules.current(), person.scope, page_language()),
        "fault": fault,
        "given": posted() if fault else {},
        "done": done if done in DONE else "",
    }
