"""The console's routes, as one table: address, methods, who may pass, and the function that answers. No rules here."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from console import (
    desk_pages,
    guard,
    headers,
    line_pages,
    message_pages,
    notice_pages,
    rendering,
    sign_in_pages,
    wish_pages,
)
from console.guard import EVERYONE, SIGNED_IN, SUPERVISORS, Roles
from console.passwords import Argon2Passwords, Passwords

if TYPE_CHECKING:
    from bootstrap import Services


@dataclass(frozen=True)
class Route:
    rule: str
    name: str
    method: str
    roles: Roles
    answer: Callable[..., ResponseReturnValue]


ROUTES: tuple[Route, ...] = (
    Route("/sign-in", "sign_in_page", "GET", EVERYONE, sign_in_pages.form),
    Route("/sign-in", "sign_in", "POST", EVERYONE, sign_in_pages.enter),
    Route("/sign-out", "sign_out", "POST", SIGNED_IN, sign_in_pages.leave),
    Route("/language", "language", "POST", EVERYONE, sign_in_pages.choose_language),
    Route("/", "desk", "GET", SIGNED_IN, desk_pages.show),
    Route("/part", "desk_part", "GET", SIGNED_IN, desk_pages.part),
    Route("/desk.json", "desk_json", "GET", SIGNED_IN, desk_pages.as_json),
    Route("/presence", "presence", "POST", SIGNED_IN, desk_pages.set_presence),
    Route("/heartbeat", "heartbeat", "POST", SIGNED_IN, desk_pages.heartbeat),
    Route("/break-after-call", "break_after_call", "POST", SIGNED_IN, desk_pages.break_after_call),
    Route("/offers/<token>/decline", "decline", "POST", SIGNED_IN, desk_pages.decline),
    Route("/offers/<token>/outcome", "outcome", "POST", SIGNED_IN, desk_pages.outcome),
    Route("/offers/<token>/hang-up", "hang_up", "POST", SIGNED_IN, desk_pages.hang_up),
    Route("/telephone-token", "telephone_token", "GET", SIGNED_IN, desk_pages.telephone_token),
    Route("/events-ticket", "events_ticket", "GET", SIGNED_IN, desk_pages.events_ticket),
    Route("/messages", "messages", "GET", SIGNED_IN, message_pages.show),
    Route("/messages/part", "messages_part", "GET", SIGNED_IN, message_pages.part),
    Route("/recordings/<recording_id>.wav", "sound", "GET", SIGNED_IN, message_pages.sound),
    Route("/recordings/<recording_id>/heard", "heard", "POST", SIGNED_IN, message_pages.heard),
    Route("/requests/<request_id>/handled", "handled", "POST", SIGNED_IN, message_pages.handled),
    Route("/requests/<request_id>/answer-by", "answer_by", "POST", SIGNED_IN, wish_pages.answer_by),
    Route("/requests/<request_id>/interpreter", "interpreter_page", "GET", SIGNED_IN, wish_pages.interpreter_page),
    Route("/requests/<request_id>/interpreter", "interpreter", "POST", SIGNED_IN, wish_pages.interpreter),
    Route("/requests/<request_id>/no-interpreter", "no_interpreter", "POST", SIGNED_IN, wish_pages.no_interpreter),
    Route("/line", "line", "GET", SUPERVISORS, line_pages.show),
    Route("/line/part", "line_part", "GET", SUPERVISORS, line_pages.part),
    Route("/line/<request_id>/resolve", "resolve", "POST", SUPERVISORS, line_pages.resolve),
    Route("/items/<item_id>/seen", "item_seen", "POST", SUPERVISORS, line_pages.seen),
    Route("/notices", "notices", "GET", SUPERVISORS, notice_pages.show),
    Route("/notices", "notice_on", "POST", SUPERVISORS, notice_pages.put_on_air),
    Route("/notices/<notice_id>/off", "notice_off", "POST", SUPERVISORS, notice_pages.take_off),
)

ROLES: dict[str, Roles] = {route.name: route.roles for route in ROUTES} | {"static": EVERYONE}


def blueprint(services: "Services", passwords: Passwords | None = None) -> Blueprint:
    """Mounted at ``/console``."""
    pages = Blueprint("console", __name__, url_prefix="/console", template_folder="templates", static_folder="static")
    checked = passwords or Argon2Passwords()
    for route in ROUTES:
        given = (services, checked) if route.answer is sign_in_pages.enter else (services,)
        answer = partial(route.answer, *given)
        pages.add_url_rule(route.rule, route.name, answer, methods=[route.method], strict_slashes=False)
    pages.before_request(partial(guard.check, services, ROLES))
    pages.after_request(partial(_finish, services))
    pages.context_processor(partial(rendering.context, services))
    pages.register_error_handler(guard.Denied, _refused)
    pages.register_error_handler(guard.Forged, sign_in_pages.forged)
    return pages


def _finish(services: "Services", response: Response) -> Response:
    return headers.add_headers(services.settings, guard.keep_form_cookie(services, response))


def _refused(error: Exception) -> ResponseReturnValue:
    if guard.wants_json():
        return {"error": "forbidden"}, 403
    return render_template("console/refused.html"), 403
