"""Everybody's own page: her password, her open sessions, the way out of all of them."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol, assert_never

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from console import guard
from console.accounts import own_account
from console.model import Opened, Wait
from console.signing_in import pages as sign_in_pages
from console.signing_in import sign_in
from console.signing_in.password_rules import SHORTEST
from console.signing_in.passwords import NoTurn, Passwords
from desks import service as desks

if TYPE_CHECKING:
    from bootstrap import Services


class Page(Protocol):
    def __call__(self, services: "Services", fault: str, seconds: int = 0) -> str: ...


LONGEST_GIVEN = 257  # one more than allowed: a longer one is told, not cut


def show(services: "Services") -> str:
    return _page(services, "")


def new_password_page(services: "Services") -> ResponseReturnValue:
    """Where a one-time password leads, and nowhere else."""
    if not guard.person().must_change_password:
        return redirect(url_for("console.own_account"))
    return _new_password(services, "")


def change_password(services: "Services", passwords: Passwords) -> ResponseReturnValue:
    return _change(services, passwords, _page, "console.own_account")


def new_password(services: "Services", passwords: Passwords) -> ResponseReturnValue:
    if not guard.person().must_change_password:
        return redirect(url_for("console.own_account"), 303)
    return _change(services, passwords, _new_password, "console.desk")


def leave_everywhere(services: "Services") -> ResponseReturnValue:
    person = guard.person()
    desks.set_presence(services, person.agent_id, "offline")
    sign_in.sign_out_everywhere(services, person.agent_id, person.agent_id)
    return sign_in_pages.signed_out(services, person.token)


def _change(services: "Services", passwords: Passwords, page: "Page", onwards: str) -> ResponseReturnValue:
    old, new, again = (request.form.get(name, "")[:LONGEST_GIVEN] for name in ("old", "new", "again"))
    try:
        done = own_account.change_password(services, passwords, guard.person(), old, new, again)
    except NoTurn:
        return page(services, "busy"), 429
    match done:
        case Opened(token=token):
            answer = redirect(
                url_for(onwards, changed=1) if onwards == "console.own_account" else url_for(onwards), 303
            )
            return sign_in_pages.with_session(services, answer, token)
        case Wait(seconds):
            return page(services, "wait", seconds), 429
        case str(fault):
            return page(services, fault), 422
        case other:
            assert_never(other)


def _page(services: "Services", fault: str, seconds: int = 0) -> str:
    opened = [
        (datetime.fromtimestamp(one.created, UTC), datetime.fromtimestamp(one.seen, UTC), one.this)
        for one in sign_in.sessions(services, guard.person())
    ]
    return render_template(
        "console/own_account.html",
        fault=fault,
        seconds=seconds,
        sessions=opened,
        shortest=SHORTEST,
        changed=request.args.get("changed") == "1",
        by_password=not services.settings.openid_only,
    )


def _new_password(services: "Services", fault: str, seconds: int = 0) -> str:
    return render_template("console/new_password.html", fault=fault, seconds=seconds, shortest=SHORTEST)
