"""The door of each page: who may pass, and whether the form is ours. A page that no table names is closed.

The anti-forgery word is derived from the session (before sign-in: from a cookie of the form's own), so that nothing
is stored and a new session brings a new word.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING

from flask import Response, g, jsonify, redirect, request, url_for
from werkzeug.exceptions import BadRequest, Forbidden
from werkzeug.wrappers import Response as AnyResponse

from console.model import SignedIn
from console.posted import drop_marks
from console.signing_in import sign_in
from console.signing_in.back_off import Visitor
from console.signing_in.known_browser import BROWSER_COOKIE, known_as, network_address

if TYPE_CHECKING:
    from bootstrap import Services

Roles = frozenset[str]
EVERYONE: Roles = frozenset()  # nobody has to be signed in
SIGNED_IN: Roles = frozenset({"agent", "supervisor", "administrator"})
SUPERVISORS: Roles = frozenset({"supervisor", "administrator"})
ADMINISTRATORS: Roles = frozenset({"administrator"})
BEFORE_HER_OWN_PASSWORD = frozenset({"new_password_page", "new_password", "sign_out", "language"})

UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
LARGEST_POST = 16 * 1024
LARGEST_DOCUMENT = 4 * 1024 * 1024  # a whole ruleset, as a field or as a file
WITH_DOCUMENTS = frozenset({"rules_text_keep", "rules_keep", "rules_choose", "rules_hours_look", "rules_hours_publish"})
FORM_COOKIE = "console_form"


class Denied(Forbidden):
    """Signed in, but this page belongs to another role."""


class MustChangePassword(Forbidden):
    """Signed in with a password that somebody else knows: nothing else before she has chosen her own."""


class Forged(Forbidden):
    """The form or request did not carry our word."""


def cookie(services: "Services", name: str) -> str:
    """``__Host-`` binds a cookie to this host and to https, for the price of Path=/: webhooks come from the provider,
    which has no cookies, so nothing is lost by it. No other host of the city can plant one, a sign-in form's least of
    all. A browser refuses that name without https."""
    return f"__Host-{name}" if secure(services) else name


def session_cookie(services: "Services") -> str:
    return cookie(services, "console")


def secure(services: "Services") -> bool:
    return services.settings.public_base_url.startswith("https://")


def person() -> SignedIn:
    """The person of this request; only for pages whose roles are not EVERYONE."""
    found: SignedIn = g.signed_in
    return found


def browser_mark(services: "Services") -> str:
    return request.cookies.get(cookie(services, BROWSER_COOKIE), "")


def known() -> str | None:
    """Whose request this is, for the log; None: nobody is signed in, or it was refused before that was looked at."""
    signed_in: SignedIn | None = g.get("signed_in")
    return None if signed_in is None else signed_in.agent_id


def visitor(services: "Services") -> Visitor:
    """Where this sign-in comes from."""
    seen = request.headers.getlist("X-Forwarded-For")
    address = network_address(request.remote_addr, seen, services.settings.proxy_hops)
    return Visitor(address, known_as(services.settings.accepted_keys, browser_mark(services)))


def check(services: "Services", roles: Mapping[str, Roles]) -> AnyResponse | None:
    """Before each request. None lets it through."""
    endpoint = (request.endpoint or "").rpartition(".")[2]
    largest = LARGEST_DOCUMENT if endpoint in WITH_DOCUMENTS else LARGEST_POST
    request.max_content_length = request.max_form_memory_size = largest
    _refuse_nul()
    drop_marks()
    allowed = roles.get(endpoint)
    g.signed_in = (
        None if endpoint == "static" else sign_in.who(services, request.cookies.get(session_cookie(services), ""))
    )
    if allowed is None:
        raise Denied
    if allowed is not EVERYONE and g.signed_in is None:
        return _to_sign_in()
    if allowed is not EVERYONE and g.signed_in.role not in allowed:
        raise Denied
    if request.method in UNSAFE and not _ours(services):
        raise Forged
    if g.signed_in is not None and g.signed_in.must_change_password:
        return _to_new_password(endpoint, allowed)
    return None


def _refuse_nul() -> None:
    """One of the two databases cannot hold it, so no page may ask or write with it; of JSON, ``posted`` says so."""
    given = [*request.args.items(multi=True), *(request.view_args or {}).items(), *request.form.items(multi=True)]
    if any("\0" in str(part) for pair in given for part in pair):
        raise BadRequest("nul")


def _to_new_password(endpoint: str, allowed: Roles) -> AnyResponse | None:
    if allowed is EVERYONE or endpoint in BEFORE_HER_OWN_PASSWORD:
        return None
    if request.method == "GET" and not wants_json():
        return redirect(url_for("console.new_password_page"))
    raise MustChangePassword


def _to_sign_in() -> AnyResponse:
    if request.method == "GET" and not wants_json():
        return redirect(url_for("console.sign_in_page"))
    answer: Response = jsonify(error="signed_out")
    answer.status_code = 401
    return answer


def wants_json() -> bool:
    return request.path.endswith(".json") or request.accept_mimetypes.best == "application/json"


def csrf_token(services: "Services") -> str:
    """The word for forms of this page."""
    return _word(services.settings.secret_key, g.signed_in.token if g.get("signed_in") else form_secret(services))


def form_secret(services: "Services") -> str:
    """Before sign-in: the form cookie's value, made now if the browser has none; ``keep_form_cookie`` sends it."""
    if "form_secret" not in g:
        g.form_secret = request.cookies.get(cookie(services, FORM_COOKIE)) or secrets.token_urlsafe(24)
    value: str = g.form_secret
    return value


def keep_form_cookie(services: "Services", response: Response) -> Response:
    name = cookie(services, FORM_COOKIE)
    if "form_secret" in g and request.cookies.get(name) != g.form_secret:
        response.set_cookie(name, g.form_secret, path="/", httponly=True, samesite="Lax", secure=secure(services))
    return response


def _ours(services: "Services") -> bool:
    given = request.headers.get("X-CSRF-Token") or request.form.get("csrf_token", "")
    secret = g.signed_in.token if g.signed_in else request.cookies.get(cookie(services, FORM_COOKIE), "")
    words = [_word(key, secret).encode() for key in services.settings.accepted_keys]
    return bool(secret) and any(hmac.compare_digest(given.encode(), word) for word in words)


def _word(key: str, secret: str) -> str:
    return hmac.new(key.encode(), f"console-form:{secret}".encode(), hashlib.sha256).hexdigest()
