"""Legal holds for those who answer for a department: all that are in force, and the one on a matter.

A hold on a recording is placed where its sound is: ``recording_pages``.
"""

from typing import TYPE_CHECKING

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from console import guard
from console.posted import posted
from console.rendering import page_language
from desks.matter import history
from desks.matter.model import Matter
from recordings import holds
from recordings.hold_list_store import (
    Listed,
    department_of,
    in_force,
    in_force_on_number_of,
    in_force_on_request,
    one_in_force,
)

if TYPE_CHECKING:
    from bootstrap import Services


def show(services: "Services") -> str:
    return _list(services)


def end(services: "Services", hold_id: str) -> ResponseReturnValue:
    """She says why, and that she is sure: from then on the retention rule counts again."""
    with services.database.read() as connection:
        placed = one_in_force(connection, guard.person().scope, hold_id)
    if placed is None:
        raise NotFound
    given = posted()
    reason = given.get("reason", "").strip()
    if given.get("sure") != "yes" or not reason:
        return _list(services, "sure" if reason else "end_reason", hold_id), 422
    with services.database.write() as tx:
        done = holds.end(services, tx, placed.hold.id, guard.person().agent_id, reason)
    if not done:  # somebody was quicker
        return _list(services, "ended"), 409
    return redirect(url_for("console.holds"), 303)


def of_matter(services: "Services", request_id: str) -> str:
    return _matter(services, _hers(services, request_id))


def place(services: "Services", request_id: str) -> ResponseReturnValue:
    matter = _hers(services, request_id)
    with services.database.write() as tx:
        reason, who = posted().get("reason", ""), guard.person().agent_id
        done = holds.place(services, tx, "request", matter.id, reason, who)
    if isinstance(done, holds.Refused):
        return _matter(services, matter, done.why), 422 if done.why == "reason" else 409
    return redirect(url_for("console.matter_hold", request_id=matter.id), 303)


def _hers(services: "Services", request_id: str) -> Matter:
    """What is kept is for its department to say, not for a desk that answers for others just now."""
    scope = guard.person().scope
    matter = history.of_request(services, scope, request_id, page_language())
    with services.database.read() as connection:
        hers = scope is None or department_of(connection, request_id) in scope
    if matter is None or not hers:
        raise NotFound
    return matter


def _list(services: "Services", fault: str = "", faulty: str = "") -> str:
    with services.database.read() as connection:
        found = in_force(connection, guard.person().scope)
    given = posted() if request.method == "POST" else {}
    return render_template("console/holds.html", holds=found, fault=fault, faulty=faulty, given=given)


def _matter(services: "Services", matter: Matter, fault: str = "") -> str:
    with services.database.read() as connection:
        placed: Listed | None = in_force_on_request(connection, matter.id)
        on_number: Listed | None = in_force_on_number_of(connection, matter.id)
    given = posted() if request.method == "POST" else {}
    shown = {"placed": placed, "on_number": on_number, "fault": fault, "given": given}
    return render_template("console/matter_hold.html", matter=matter, **shown)
