"""Sign-in, sign-out and the page's language, as pages."""

from typing import TYPE_CHECKING

from flask import Response, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as AnyResponse

from console import guard, sign_in
from console.model import Opened, Wait, WrongPassword
from console.passwords import Passwords
from console.rendering import LANGUAGE_COOKIE, page_language
from console.words import PAGE_LANGUAGES, page_words
from desks import service as desks

if TYPE_CHECKING:
    from bootstrap import Services

YEAR_SECONDS = 365 * 24 * 3600


def form(services: "Services") -> AnyResponse | str:
    if g.signed_in is not None:
        return redirect(url_for("console.desk"))
    return render_template("console/sign_in.html", problem=None, given="")


def enter(services: "Services", passwords: Passwords) -> AnyResponse:
    given = request.form.get("sign_in", "")[:80]
    match sign_in.sign_in(services, passwords, given, request.form.get("password", "")[:256]):
        case Wait(seconds):
            return _again(page_words(page_language())("sign_in.wait", seconds=seconds), given, 429)
        case WrongPassword():
            return _again(page_words(page_language())("sign_in.wrong"), given, 401)
        case Opened(token=token, role=role):
            if g.signed_in is not None:  # a new id at each sign-in; the old session is of no more use to anybody
                sign_in.sign_out(services, g.signed_in.token)
            answer = redirect(url_for("console.line" if role in guard.SUPERVISORS else "console.desk"), 303)
            return _with_session(services, answer, token)


def leave(services: "Services") -> AnyResponse:
    desks.set_presence(services, guard.person().agent_id, "offline")
    sign_in.sign_out(services, guard.person().token)
    answer = redirect(url_for("console.sign_in_page"), 303)
    answer.delete_cookie(guard.session_cookie(services), path="/", secure=guard.secure(services), httponly=True)
    return answer


def choose_language(services: "Services") -> AnyResponse:
    back = request.form.get("back", "")
    known = {url_for(f"console.{page}") for page in ("desk", "line", "sign_in_page")}
    answer = redirect(back if back in known else url_for("console.desk"), 303)
    chosen = request.form.get("language", "")
    if chosen in PAGE_LANGUAGES:
        answer.set_cookie(
            LANGUAGE_COOKIE,
            chosen,
            max_age=YEAR_SECONDS,
            path="/console",
            samesite="Lax",
            httponly=True,
            secure=guard.secure(services),
        )
    return answer


def forged(error: Exception) -> ResponseReturnValue:
    """An old sign-in form gets a fresh one; anything else is refused."""
    if request.endpoint == "console.sign_in":
        return _again(page_words(page_language())("sign_in.expired"), request.form.get("sign_in", "")[:80], 403)
    return {"error": "forged"}, 403


def _again(problem: str, given: str, status: int) -> Response:
    return make_response(render_template("console/sign_in.html", problem=problem, given=given), status)


def _with_session(services: "Services", answer: AnyResponse, token: str) -> AnyResponse:
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
