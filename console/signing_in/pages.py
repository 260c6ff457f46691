"""Sign-in, sign-out and the page's language, as pages."""

import logging
from typing import TYPE_CHECKING, assert_never

from flask import Response, current_app, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as AnyResponse

from console import guard
from console.model import Busy, Opened, Wait, WrongPassword
from console.rendering import LANGUAGE_COOKIE, page_language
from console.signing_in import known_browser, sign_in
from console.signing_in.password_rules import LONGEST
from console.signing_in.passwords import Passwords
from console.words import PAGE_LANGUAGES, page_words
from desks import service as desks

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("console")
YEAR_SECONDS = 365 * 24 * 3600


def form(services: "Services") -> AnyResponse | str:
    if g.signed_in is not None:
        return redirect(url_for("console.desk"))
    return _form(services, None, "")


def enter(services: "Services", passwords: Passwords) -> AnyResponse:
    given = request.form.get("sign_in", "")[:80]
    t = page_words(page_language())
    if services.settings.openid_only:
        return _again(services, t("sign_in.openid_only"), "", 403)
    visitor = guard.visitor(services)
    match sign_in.sign_in(services, passwords, given, request.form.get("password", "")[: LONGEST + 1], visitor):
        case Wait(seconds):
            LOG.warning("sign-in held back", extra={"seconds": seconds, "address": visitor.address})
            return _again(services, t("sign_in.wait", seconds=seconds), given, 429)
        case Busy():
            return _again(services, t("sign_in.busy"), given, 429)
        case WrongPassword():
            return _again(services, t("sign_in.wrong"), given, 401)
        case Opened() as opened:
            return admit(services, opened)
        case other:
            assert_never(other)


def admit(services: "Services", opened: Opened) -> AnyResponse:
    """To her first page, with the new session's cookie."""
    if g.signed_in is not None:  # a new id at each sign-in; the old session is of no more use to anybody
        sign_in.sign_out(services, g.signed_in.token)
    answer = redirect(url_for("console.line" if opened.role in guard.SUPERVISORS else "console.desk"), 303)
    keys = services.settings.accepted_keys
    known = known_browser.known_as(keys, guard.browser_mark(services))
    if known is None or known[0] != opened.agent_id:
        answer.set_cookie(
            guard.cookie(services, known_browser.BROWSER_COOKIE),
            known_browser.mark(services.settings.secret_key, opened.agent_id),
            max_age=known_browser.KNOWN_SECONDS,
            path="/",
            httponly=True,
            samesite="Lax",
            secure=guard.secure(services),
        )
    return with_session(services, answer, opened.token)


def leave(services: "Services") -> AnyResponse:
    person = guard.person()
    desks.set_presence(services, person.agent_id, "offline")
    sign_in.sign_out(services, person.token)
    return signed_out(services, person.token)


def signed_out(services: "Services", token: str) -> AnyResponse:
    """Without a cookie, and on to where her kind of session ends."""
    page = "console.openid_signed_out" if sign_in.by_provider(token) else "console.sign_in_page"
    answer = redirect(url_for(page), 303)
    answer.delete_cookie(guard.session_cookie(services), path="/", secure=guard.secure(services), httponly=True)
    return answer


def choose_language(services: "Services") -> AnyResponse:
    back = request.form.get("back", "")
    answer = redirect(back if _is_page(back) else url_for("console.desk"), 303)
    chosen = request.form.get("language", "")
    if chosen in PAGE_LANGUAGES:
        answer.set_cookie(
            guard.cookie(services, LANGUAGE_COOKIE),
            chosen,
            max_age=YEAR_SECONDS,
            path="/",
            samesite="Lax",
            httponly=True,
            secure=guard.secure(services),
        )
    return answer


def _is_page(path: str) -> bool:
    """One of our own addresses that can be looked at; anything else leads to the desk."""
    if not path.startswith("/console/") or "\\" in path or not path.isprintable():
        return False
    try:
        endpoint, _ = current_app.url_map.bind("").match(path.partition("?")[0], method="GET")
    except (HTTPException, RequestRedirect):
        return False
    return str(endpoint).startswith("console.")


def forged(services: "Services", error: Exception) -> ResponseReturnValue:
    """An old sign-in form gets a fresh one; anything else is refused."""
    LOG.warning("a form without our word", extra={"page": request.endpoint, "agent": guard.known()})
    if request.endpoint == "console.sign_in":
        expired = page_words(page_language())("sign_in.expired")
        return _again(services, expired, request.form.get("sign_in", "")[:80], 403)
    return {"error": "forged"}, 403


def with_session(services: "Services", answer: AnyResponse, token: str) -> AnyResponse:
    answer.set_cookie(
        guard.session_cookie(services),
        token,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=guard.secure(services),
        max_age=int(sign_in.ABSOLUTE_SECONDS),
    )
    return answer


def problem_page(services: "Services", problem: str, status: int) -> Response:
    """The door again, with what went wrong."""
    return _again(services, problem, "", status)


def _again(services: "Services", problem: str, given: str, status: int) -> Response:
    return make_response(_form(services, problem, given), status)


def _form(services: "Services", problem: str | None, given: str) -> str:
    ways = {"openid": bool(services.settings.openid_issuer), "by_password": not services.settings.openid_only}
    return render_template("console/sign_in.html", problem=problem, given=given, **ways)
