"""The supervisor's page: the whole line, and the decisions only a person may take."""

from typing import TYPE_CHECKING

from flask import jsonify, redirect, render_template, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from console import guard
from console.posted import one_of
from console.rendering import page_language
from desks import service as desks
from desks.overview import close_item, may_see_request, overview

if TYPE_CHECKING:
    from bootstrap import Services


def show(services: "Services") -> str:
    return render_template("console/line.html", **_page(services))


def part(services: "Services") -> str:
    return render_template("console/line_part.html", **_page(services))


def resolve(services: "Services", request_id: str) -> Response | tuple[Response, int]:
    """``again``: ring once more; ``happened``: the talk took place. Another department's request is not found."""
    person = guard.person()
    if not may_see_request(services, person.scope, request_id):
        raise NotFound
    again = one_of("decision", ("happened", "again")) == "again"
    changed = desks.resolve_human(services, person.agent_id, request_id, again)
    if not changed and guard.wants_json():
        return jsonify(error="moved_on"), 409
    return redirect(url_for("console.line"), 303)


def seen(services: "Services", item_id: str) -> Response | tuple[Response, int]:
    """Off the list: a person has seen to it."""
    if not close_item(services, guard.person().scope, item_id) and guard.wants_json():
        return jsonify(error="moved_on"), 409
    return redirect(url_for("console.line"), 303)


def _page(services: "Services") -> dict[str, object]:
    return {"board": overview(services, guard.person().scope, page_language())}
