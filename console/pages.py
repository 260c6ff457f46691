"""The console's routes, as one table: address, methods, who may pass, and the function that answers. No rules here."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from adapters.database import DatabaseError
from console import (
    audit_pages,
    away,
    behalf_pages,
    desk_pages,
    guard,
    headers,
    hold_pages,
    line_pages,
    matter_pages,
    message_pages,
    notice_pages,
    operations_pages,
    queue_pages,
    recording_pages,
    rendering,
    shedding,
    sound_pages,
    switch_pages,
    talk_pages,
    telephone_pages,
    why_pages,
    wish_pages,
)
from console.accounts import own_account_pages
from console.accounts import pages as account_pages
from console.guard import ADMINISTRATORS, EVERYONE, SIGNED_IN, SUPERVISORS, Roles
from console.rules import (
    calendar_pages as rules_calendar_pages,
)
from console.rules import (
    compare_pages as rules_compare_pages,
)
from console.rules import (
    draft_pages as rules_draft_pages,
)
from console.rules import (
    element_pages as rules_element_pages,
)
from console.rules import (
    hours_pages as rules_hours_pages,
)
from console.rules import (
    pages as rules_pages,
)
from console.rules import (
    publish_pages as rules_publish_pages,
)
from console.rules import (
    text_pages as rules_text_pages,
)
from console.rules import (
    try_pages as rules_try_pages,
)
from console.rules import (
    version_pages as rules_version_pages,
)
from console.rules import (
    watch_pages as rules_watch_pages,
)
from console.rules import (
    week_pages as rules_week_pages,
)
from console.signing_in import openid_pages
from console.signing_in import pages as sign_in_pages
from console.signing_in.openid import OpenId
from console.signing_in.passwords import Argon2Passwords, Passwords

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("console")


@dataclass(frozen=True)
class Route:
    rule: str
    name: str
    method: str
    roles: Roles
    answer: Callable[..., ResponseReturnValue]


ELEMENT, VERSION = "/rules/drafts/<draft_id>/parts/<part>/<element_id>", "/rules/versions/<version>"
ROUTES: tuple[Route, ...] = (
    Route("/sign-in", "sign_in_page", "GET", EVERYONE, sign_in_pages.form),
    Route("/sign-in", "sign_in", "POST", EVERYONE, sign_in_pages.enter),
    Route("/sign-out", "sign_out", "POST", SIGNED_IN, sign_in_pages.leave),
    Route("/openid/start", "openid_start", "GET", EVERYONE, openid_pages.start),
    Route("/openid/callback", "openid_callback", "GET", EVERYONE, openid_pages.callback),
    Route("/openid/signed-out", "openid_signed_out", "GET", EVERYONE, openid_pages.signed_out),
    Route("/openid/sign-out", "openid_sign_out", "GET", EVERYONE, openid_pages.sign_out),
    Route("/account", "own_account", "GET", SIGNED_IN, own_account_pages.show),
    Route("/account/password", "change_password", "POST", SIGNED_IN, own_account_pages.change_password),
    Route("/account/sign-out-everywhere", "leave_everywhere", "POST", SIGNED_IN, own_account_pages.leave_everywhere),
    Route("/new-password", "new_password_page", "GET", SIGNED_IN, own_account_pages.new_password_page),
    Route("/new-password", "new_password", "POST", SIGNED_IN, own_account_pages.new_password),
    Route("/accounts", "accounts", "GET", ADMINISTRATORS, account_pages.show),
    Route("/accounts", "make_account", "POST", ADMINISTRATORS, account_pages.make),
    Route("/accounts/new", "new_account", "GET", ADMINISTRATORS, account_pages.new),
    Route("/accounts/<agent_id>", "account", "GET", ADMINISTRATORS, account_pages.edit),
    Route("/accounts/<agent_id>", "change_account", "POST", ADMINISTRATORS, account_pages.change),
    Route("/accounts/<agent_id>/close", "close_account", "POST", ADMINISTRATORS, account_pages.close),
    Route("/accounts/<agent_id>/open", "open_account", "POST", ADMINISTRATORS, account_pages.reopen),
    Route("/accounts/<agent_id>/reset", "reset_password", "POST", ADMINISTRATORS, account_pages.reset),
    Route("/accounts/<agent_id>/unbind", "unbind_account", "POST", ADMINISTRATORS, account_pages.unbind),
    Route("/accounts/<agent_id>/sign-out", "send_out", "POST", ADMINISTRATORS, account_pages.send_out),
    Route("/operations", "operations", "GET", ADMINISTRATORS, operations_pages.show),
    Route("/audit", "audit", "GET", SUPERVISORS, audit_pages.show),
    Route("/audit.csv", "audit_csv", "GET", SUPERVISORS, audit_pages.as_csv),
    Route("/language", "language", "POST", EVERYONE, sign_in_pages.choose_language),
    Route("/", "desk", "GET", SIGNED_IN, desk_pages.show),
    Route("/part", "desk_part", "GET", SIGNED_IN, desk_pages.part),
    Route("/desk.json", "desk_json", "GET", SIGNED_IN, desk_pages.as_json),
    Route("/presence", "presence", "POST", SIGNED_IN, desk_pages.set_presence),
    Route("/heartbeat", "heartbeat", "POST", SIGNED_IN, telephone_pages.heartbeat),
    Route("/break-after-call", "break_after_call", "POST", SIGNED_IN, desk_pages.break_after_call),
    Route("/offers/<token>/decline", "decline", "POST", SIGNED_IN, desk_pages.decline),
    Route("/offers/<token>/outcome", "outcome", "POST", SIGNED_IN, desk_pages.outcome),
    Route("/offers/<token>/hang-up", "hang_up", "POST", SIGNED_IN, desk_pages.hang_up),
    Route("/offers/<token>/windows", "windows", "GET", SIGNED_IN, behalf_pages.windows),
    Route("/offers/<token>/promise", "promise", "POST", SIGNED_IN, behalf_pages.promise),
    Route("/offers/<token>/rings-about", "rings_about", "POST", SIGNED_IN, talk_pages.rings_about),
    Route("/telephone-token", "telephone_token", "GET", SIGNED_IN, telephone_pages.token),
    Route("/telephone/take", "telephone_take", "POST", SIGNED_IN, telephone_pages.take),
    Route("/offers/<token>/hold", "hold", "POST", SIGNED_IN, talk_pages.hold),
    Route("/offers/<token>/recording", "recording", "POST", SIGNED_IN, talk_pages.recording),
    Route("/offers/<token>/transfer", "transfer", "POST", SIGNED_IN, talk_pages.begin),
    Route("/offers/<token>/transfer/complete", "transfer_complete", "POST", SIGNED_IN, talk_pages.complete),
    Route("/offers/<token>/transfer/take-back", "transfer_take_back", "POST", SIGNED_IN, talk_pages.take_back),
    Route("/offers/<token>/transfer/join", "transfer_join", "POST", SIGNED_IN, talk_pages.join),
    Route("/offers/<token>/abusive", "abusive", "POST", SIGNED_IN, talk_pages.abusive),
    Route("/directory.json", "directory", "GET", SIGNED_IN, talk_pages.show_directory),
    Route("/talks/<token>/listen", "listen", "POST", SUPERVISORS, talk_pages.listen),
    Route("/talks/<token>/stop-listening", "stop_listening", "POST", SUPERVISORS, talk_pages.stop_listening),
    Route("/events-ticket", "events_ticket", "GET", SIGNED_IN, desk_pages.events_ticket),
    Route("/messages", "messages", "GET", SIGNED_IN, message_pages.show),
    Route("/messages/part", "messages_part", "GET", SIGNED_IN, message_pages.part),
    Route("/sounds/<recording_id>", "sound", "GET", SIGNED_IN, sound_pages.sound),
    Route("/sounds/<recording_id>/listen", "listen_to", "POST", SIGNED_IN, sound_pages.ask),
    Route("/sounds/<recording_id>/page", "sound_page", "GET", SIGNED_IN, sound_pages.show),
    Route("/sounds/<recording_id>/file", "ask_for_file", "POST", SUPERVISORS, sound_pages.ask_for_file),
    Route("/sounds/<recording_id>/file", "sound_file", "GET", SUPERVISORS, sound_pages.file),
    Route("/recordings", "recordings", "GET", SUPERVISORS, recording_pages.show),
    Route("/recordings", "recordings_found", "POST", SUPERVISORS, recording_pages.show),
    Route("/recordings/<recording_id>", "recording_page", "GET", SUPERVISORS, recording_pages.one),
    Route("/recordings/<recording_id>/hold", "hold_recording", "POST", SUPERVISORS, recording_pages.hold),
    Route("/recordings/<recording_id>/hold/end", "end_hold", "POST", SUPERVISORS, recording_pages.end_hold),
    Route("/holds", "holds", "GET", SUPERVISORS, hold_pages.show),
    Route("/holds/<hold_id>/end", "end_listed_hold", "POST", SUPERVISORS, hold_pages.end),
    Route("/recordings/<recording_id>/heard", "heard", "POST", SIGNED_IN, message_pages.heard),
    Route("/requests/<request_id>/handled", "handled", "POST", SIGNED_IN, message_pages.handled),
    Route("/requests/<request_id>/answer-by", "answer_by", "POST", SIGNED_IN, wish_pages.answer_by),
    Route("/requests/<request_id>/interpreter", "interpreter_page", "GET", SIGNED_IN, wish_pages.interpreter_page),
    Route("/requests/<request_id>/interpreter", "interpreter", "POST", SIGNED_IN, wish_pages.interpreter),
    Route("/requests/<request_id>/no-interpreter", "no_interpreter", "POST", SIGNED_IN, wish_pages.no_interpreter),
    Route("/queue", "queue", "GET", SIGNED_IN, queue_pages.show),
    Route("/queue/part", "queue_part", "GET", SIGNED_IN, queue_pages.part),
    Route("/queue/search", "queue_search", "POST", SIGNED_IN, queue_pages.search),
    Route("/queue/search", "queue_search_again", "GET", SIGNED_IN, queue_pages.search_again),
    Route("/matters/<request_id>", "matter", "GET", SIGNED_IN, matter_pages.show),
    Route("/matters/<request_id>/part", "matter_part", "GET", SIGNED_IN, matter_pages.part),
    Route("/callers/<line_id>", "caller", "GET", SIGNED_IN, matter_pages.caller),
    Route("/callers/<line_id>/part", "caller_part", "GET", SIGNED_IN, matter_pages.caller_part),
    Route("/matters/<request_id>/hold", "matter_hold", "GET", SUPERVISORS, hold_pages.of_matter),
    Route("/matters/<request_id>/hold", "hold_matter", "POST", SUPERVISORS, hold_pages.place),
    Route("/matters/<request_id>/reassign", "reassign", "POST", SUPERVISORS, matter_pages.reassign),
    Route("/matters/<request_id>/time", "change_window", "POST", SUPERVISORS, matter_pages.change_window),
    Route("/matters/<request_id>/close", "close_matter", "POST", SUPERVISORS, matter_pages.close),
    Route("/line", "line", "GET", SUPERVISORS, line_pages.show),
    Route("/line/part", "line_part", "GET", SUPERVISORS, line_pages.part),
    Route("/line/<request_id>/resolve", "resolve", "POST", SUPERVISORS, matter_pages.resolve),
    Route("/items/<item_id>/seen", "item_seen", "POST", SUPERVISORS, line_pages.seen),
    Route("/pauses", "pause_chosen", "POST", SUPERVISORS, line_pages.pause_chosen),
    Route("/desks/<desk>/pause", "pause", "POST", SUPERVISORS, line_pages.pause),
    Route("/desks/<desk>/resume", "resume", "POST", SUPERVISORS, line_pages.resume),
    Route("/stops/<stop_id>/end", "end_stop", "POST", SUPERVISORS, line_pages.end_stop),
    Route("/switches", "switches", "GET", SUPERVISORS, switch_pages.show),
    Route("/switches", "switch_on", "POST", SUPERVISORS, switch_pages.make),
    Route("/switches/<switch_id>/end", "switch_end", "POST", SUPERVISORS, switch_pages.end),
    Route("/why", "why_calls", "GET", SUPERVISORS, why_pages.found),
    Route("/why", "why_search", "POST", SUPERVISORS, why_pages.search),
    Route("/why/<call_sid>", "why", "GET", SUPERVISORS, why_pages.show),
    Route("/rules/compare", "rules_compare", "GET", SUPERVISORS, rules_compare_pages.show),
    Route("/rules/watch", "rules_watch", "GET", SUPERVISORS, rules_watch_pages.show),
    Route("/rules/try", "rules_try", "GET", SUPERVISORS, rules_try_pages.show),
    Route("/rules/try", "rules_tried", "POST", SUPERVISORS, rules_try_pages.try_it),
    Route("/rules/week", "rules_week", "GET", SUPERVISORS, rules_week_pages.show),
    Route("/rules/calendar", "rules_calendar", "GET", SUPERVISORS, rules_calendar_pages.show),
    Route("/rules", "rules", "GET", SUPERVISORS, rules_pages.show),
    Route("/rules/drafts", "rules_begin", "POST", SUPERVISORS, rules_draft_pages.begin),
    Route("/rules/drafts/<draft_id>", "rules_draft", "GET", SUPERVISORS, rules_draft_pages.show),
    Route("/rules/drafts/<draft_id>/news.json", "rules_draft_news", "GET", SUPERVISORS, rules_draft_pages.news),
    Route("/rules/drafts/<draft_id>/drop", "rules_drop", "POST", SUPERVISORS, rules_draft_pages.drop),
    Route("/rules/drafts/<draft_id>/text", "rules_text", "GET", SUPERVISORS, rules_text_pages.show),
    Route("/rules/drafts/<draft_id>/text", "rules_text_keep", "POST", SUPERVISORS, rules_text_pages.keep),
    Route("/rules/drafts/<draft_id>/file.<form>", "rules_draft_file", "GET", SUPERVISORS, rules_text_pages.download),
    Route("/rules/drafts/<draft_id>/check", "rules_check", "GET", SUPERVISORS, rules_publish_pages.look),
    Route("/rules/drafts/<draft_id>/publish", "rules_publish", "POST", SUPERVISORS, rules_publish_pages.publish),
    Route("/rules/drafts/<draft_id>/behind", "rules_behind", "GET", SUPERVISORS, rules_publish_pages.behind),
    Route("/rules/drafts/<draft_id>/behind", "rules_take_in", "POST", SUPERVISORS, rules_publish_pages.take_in),
    Route("/rules/plans/<plan_id>/cancel", "rules_plan_cancel", "POST", SUPERVISORS, rules_publish_pages.cancel),
    Route("/rules/drafts/<draft_id>/parts/<part>", "rules_part", "GET", SUPERVISORS, rules_draft_pages.part_list),
    Route("/rules/drafts/<draft_id>/parts/<part>/move", "rules_move", "POST", SUPERVISORS, rules_draft_pages.move),
    Route(ELEMENT, "rules_element", "GET", SUPERVISORS, rules_element_pages.form),
    Route(ELEMENT, "rules_keep", "POST", SUPERVISORS, rules_element_pages.keep),
    Route(f"{ELEMENT}/choose", "rules_choose", "POST", SUPERVISORS, rules_element_pages.choose),
    Route(f"{ELEMENT}/remove", "rules_remove", "POST", SUPERVISORS, rules_draft_pages.remove),
    Route("/rules/versions", "rules_versions", "GET", SUPERVISORS, rules_version_pages.show),
    Route(VERSION, "rules_version", "GET", SUPERVISORS, rules_version_pages.one),
    Route(f"{VERSION}/file.<form>", "rules_version_file", "GET", SUPERVISORS, rules_version_pages.download),
    Route(f"{VERSION}/roll-back", "rules_roll_back_page", "GET", SUPERVISORS, rules_version_pages.confirm),
    Route(f"{VERSION}/roll-back", "rules_roll_back", "POST", SUPERVISORS, rules_version_pages.roll_back),
    Route("/rules/hours", "rules_hours_choose", "GET", SUPERVISORS, rules_hours_pages.choose),
    Route("/rules/hours/<department>", "rules_hours", "GET", SUPERVISORS, rules_hours_pages.form),
    Route("/rules/hours/<department>", "rules_hours_look", "POST", SUPERVISORS, rules_hours_pages.look),
    Route("/rules/hours/<department>/publish", "rules_hours_publish", "POST", SUPERVISORS, rules_hours_pages.publish),
    Route("/notices", "notices", "GET", SUPERVISORS, notice_pages.show),
    Route("/notices", "notice_on", "POST", SUPERVISORS, notice_pages.put_on_air),
    Route("/notices/words", "notice_words", "POST", SUPERVISORS, notice_pages.compose),
    Route("/notices/words", "notice_words_again", "GET", SUPERVISORS, notice_pages.again),
    Route("/notices/<notice_id>/off", "notice_off", "POST", SUPERVISORS, notice_pages.take_off),
)

LOOK_AT_PASSWORDS = (
    sign_in_pages.enter,
    own_account_pages.change_password,
    own_account_pages.new_password,
    account_pages.make,
    account_pages.reopen,
    account_pages.reset,
)
ASK_THE_PROVIDER = (openid_pages.start, openid_pages.callback, openid_pages.signed_out, openid_pages.sign_out)

ROLES: dict[str, Roles] = {route.name: route.roles for route in ROUTES} | {"static": EVERYONE}


def blueprint(services: "Services", passwords: Passwords | None = None, provider: OpenId | None = None) -> Blueprint:
    """Mounted at ``/console``."""
    pages = Blueprint("console", __name__, url_prefix="/console", template_folder="templates", static_folder="static")
    checked = passwords or Argon2Passwords()
    needs: dict[Callable[..., ResponseReturnValue], object] = dict.fromkeys(LOOK_AT_PASSWORDS, checked)
    needs |= dict.fromkeys(ASK_THE_PROVIDER, provider or OpenId(services.settings))
    for route in ROUTES:
        given = (services, needs[route.answer]) if route.answer in needs else (services,)
        answer = partial(route.answer, *given)
        pages.add_url_rule(route.rule, route.name, answer, methods=[route.method], strict_slashes=False)
    pages.before_request(shedding.check)
    pages.before_request(partial(guard.check, services, ROLES))
    pages.after_request(partial(_finish, services))
    pages.context_processor(partial(rendering.context, services))
    pages.register_error_handler(DatabaseError, away.answer)
    pages.register_error_handler(guard.Denied, _refused)
    pages.register_error_handler(guard.MustChangePassword, _password_first)
    pages.register_error_handler(guard.Forged, partial(sign_in_pages.forged, services))
    return pages


def _finish(services: "Services", response: Response) -> Response:
    from_files = request.endpoint == "console.static"
    return headers.add_headers(services.settings, guard.keep_form_cookie(services, response), from_files)


def _password_first(error: Exception) -> ResponseReturnValue:
    return {"error": "password"}, 403


def _refused(error: Exception) -> ResponseReturnValue:
    LOG.warning("a page refused", extra={"page": request.endpoint, "method": request.method, "agent": guard.known()})
    if guard.wants_json():
        return {"error": "forbidden"}, 403
    return render_template("console/refused.html"), 403
