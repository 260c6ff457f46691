"""The supervisor's page: the whole line, and the decisions only a person may take."""

from typing import TYPE_CHECKING

from flask import jsonify, redirect, render_template, url_for
from werkzeug.wrappers import Response

from console import guard
from console.rendering import page_language
from desks.overview import close_item, overview

if TYPE_CHECKING:
    from bootstrap import Services


def show(services: "Services") -> str:
    return render_template("console/line.html", **_page(services))


def part(services: "Services") -> str:
    return render_template("console/line_part.html", **_page(services))


def seen(services: "Services", item_id: str) -> Response | tuple[Response, int]:
    """Off the list: a person has seen to it."""
    if not close_item(services, guard.person().scope, item_id) and guard.wants_json():
        return jsonify(error="moved_on"), 409
    return redirect(url_for("console.line"), 303)


def _page(services: "Services") -> dict[str, object]:
    return {"board": overview(services, guard.person().scope, page_language())}
