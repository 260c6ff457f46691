"""The way to the city's own sign-in and back. Whatever goes wrong there gets a clear page here and changes nothing.

Whom it vouches for is looked up by its subject. The first time only, a verified e-mail address that is an active
account's sign-in name binds the subject to it; no account is ever made by itself, and a bound one is not bound anew.
"""

import logging
from typing import TYPE_CHECKING

from flask import make_response, redirect, render_template, request, url_for
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from console import guard
from console.accounts import account_store
from console.model import Opened
from console.rendering import page_language
from console.signing_in import pages as sign_in_pages
from console.signing_in import sign_in
from console.signing_in.openid import FLOW_SECONDS, Identity, NotAdmitted, OpenId
from console.words import page_words
from desks.supervision import audit

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("console")
FLOW_COOKIE = "console_openid"
STATUS = {"provider": 502, "refused": 403, "stale": 400, "token": 403, "nobody": 403}


def start(services: "Services", provider: OpenId) -> AnyResponse:
    _only_where_it_is(provider)
    try:
        address, kept = provider.begin()
    except NotAdmitted as why:
        return _not_admitted(services, why)
    answer = redirect(address, 303)
    answer.set_cookie(
        guard.cookie(services, FLOW_COOKIE),
        kept,
        max_age=FLOW_SECONDS,
        path="/",
        httponly=True,
        samesite="Lax",  # the provider leads back by a link, and strict cookies would stay at home
        secure=guard.secure(services),
    )
    return answer


def callback(services: "Services", provider: OpenId) -> AnyResponse:
    _only_where_it_is(provider)
    kept = request.cookies.get(guard.cookie(services, FLOW_COOKIE), "")
    try:
        identity = provider.finish(kept, request.args.to_dict())
    except NotAdmitted as why:
        return _used(services, _not_admitted(services, why))
    opened = admitted(services, identity)
    if opened is None:
        return _used(services, _not_admitted(services, NotAdmitted("nobody", "no such account")))
    return _used(services, sign_in_pages.admit(services, opened))


def signed_out(services: "Services", provider: OpenId) -> AnyResponse | str:
    """Out of this service; the browser goes on by itself to where the city's own sign-in ends too."""
    _only_where_it_is(provider)
    answer = make_response(render_template("console/openid_signed_out.html"))
    answer.headers["Refresh"] = f"0; url={url_for('console.openid_sign_out')}"
    return answer


def sign_out(services: "Services", provider: OpenId) -> AnyResponse:
    _only_where_it_is(provider)
    try:
        return redirect(provider.sign_out_address(), 303)
    except NotAdmitted as why:
        LOG.warning("the city's own sign-in was not ended", extra={"why": str(why)})
        return redirect(url_for("console.sign_in_page"), 303)


def _only_where_it_is(provider: OpenId) -> None:
    if not provider.configured:
        raise NotFound


def admitted(services: "Services", identity: Identity) -> Opened | None:
    try:
        with services.database.write() as tx:
            agent_id = account_store.subject_holder(tx.connection, identity.subject)
            if agent_id is None and identity.email:
                agent_id = account_store.bind_subject(tx.connection, identity.email, identity.subject)
                if agent_id is not None:
                    audit.note(tx, services.clock, agent_id, "openid_bound", "agent", agent_id)
                else:  # perhaps another window of hers was quicker
                    agent_id = account_store.subject_holder(tx.connection, identity.subject)
            return None if agent_id is None else sign_in.open_session(services, tx, agent_id, "openid")
    except IntegrityError:  # a closed account holds this subject: it is nobody else's
        return None


def _not_admitted(services: "Services", why: NotAdmitted) -> AnyResponse:
    LOG.warning("not admitted by the city's own sign-in", extra={"reason": why.reason, "why": str(why)})
    words = page_words(page_language())(f"openid.{why.reason}")
    return sign_in_pages.problem_page(services, words, STATUS[why.reason])


def _used(services: "Services", answer: AnyResponse) -> AnyResponse:
    name = guard.cookie(services, FLOW_COOKIE)
    answer.delete_cookie(name, path="/", httponly=True, secure=guard.secure(services), samesite="Lax")
    return answer
