"""Administrators' pages of accounts: the list, one account's form, and the one-time password shown once."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from console import guard
from console.accounts import deeds as accounts
from console.accounts.account_model import Faults, Forbidden, Made, Person, Wanted
from console.model import ROLES
from console.rendering import page_language
from console.signing_in import sign_in
from console.signing_in.passwords import NoTurn, Passwords
from desks import service as desks

if TYPE_CHECKING:
    from bootstrap import Services

LONGEST_FIELD = 120
NOBODY = Wanted("", "", "agent", (), (), "", "")


def show(services: "Services") -> str:
    return render_template("console/accounts.html", people=accounts.people(services), **_choices(services))


def new(services: "Services") -> str:
    return _form(services, None, NOBODY, {})


def make(services: "Services", passwords: Passwords) -> ResponseReturnValue:
    wanted = _wanted()
    try:
        made = accounts.make(services, passwords, guard.person().agent_id, wanted)
    except NoTurn:
        return _form(services, None, wanted, {}, "busy"), 429
    if not isinstance(made, Made):
        return _form(services, None, wanted, made), 422
    return _password_once(services, made)


def edit(services: "Services", agent_id: str) -> str:
    return _own_form(services, _person(services, agent_id))


def change(services: "Services", agent_id: str) -> ResponseReturnValue:
    person, wanted = _person(services, agent_id), _wanted()
    done = accounts.change(services, guard.person().agent_id, agent_id, wanted)
    if isinstance(done, Forbidden):
        return _refused(services, person, done)
    if done is not None:
        return _form(services, person, wanted, done), 422
    return redirect(url_for("console.accounts"), 303)


def close(services: "Services", agent_id: str) -> ResponseReturnValue:
    person = _person(services, agent_id)
    return _done(services, person, accounts.close(services, guard.person().agent_id, agent_id))


def reopen(services: "Services", passwords: Passwords, agent_id: str) -> ResponseReturnValue:
    person = _person(services, agent_id)
    return _shown(services, person, lambda: accounts.reopen(services, passwords, guard.person().agent_id, agent_id))


def reset(services: "Services", passwords: Passwords, agent_id: str) -> ResponseReturnValue:
    person = _person(services, agent_id)
    return _shown(
        services, person, lambda: accounts.reset_password(services, passwords, guard.person().agent_id, agent_id)
    )


def unbind(services: "Services", agent_id: str) -> ResponseReturnValue:
    person = _person(services, agent_id)
    return _done(services, person, accounts.unbind(services, guard.person().agent_id, agent_id))


def send_out(services: "Services", agent_id: str) -> ResponseReturnValue:
    """Ends every session of this person."""
    person = _person(services, agent_id)
    sign_in.sign_out_everywhere(services, agent_id, guard.person().agent_id)
    desks.set_presence(services, agent_id, "offline")
    return redirect(url_for("console.account", agent_id=person.agent_id), 303)


def _person(services: "Services", agent_id: str) -> Person:
    found = accounts.one(services, agent_id)
    if found is None:
        raise NotFound
    return found


def _wanted() -> Wanted:
    def written(name: str) -> str:
        return " ".join(request.form.get(name, "").split())[:LONGEST_FIELD]

    return Wanted(
        written("sign_in").lower(),
        written("name")[:80],
        written("role"),
        tuple(dict.fromkeys(request.form.getlist("departments"))),
        tuple(dict.fromkeys(request.form.getlist("languages"))),
        written("telephone"),
        written("reserve_telephone"),
        request.form.get("owns_rules") == "yes",
    )


def _choices(services: "Services") -> dict[str, object]:
    language, rules = page_language(), services.rules.current()
    return {
        "roles": ROLES,
        "departments": {one.id: one.name[language] for one in rules.departments},
        "spoken": sorted({spoken for one in rules.departments for spoken in one.languages}, key="fi sv en".find),
        "extended": rules.extended_desk,
        "openid": bool(services.settings.openid_issuer),
        "openid_only": services.settings.openid_only,
    }


def _form(services: "Services", person: Person | None, written: Wanted, faults: Faults, problem: str = "") -> str:
    return render_template(
        "console/account.html",
        account=person,
        written=written,
        faults=faults,
        problem=problem,
        own=person is not None and person.agent_id == guard.person().agent_id,
        **_choices(services),
    )


def _own_form(services: "Services", person: Person, problem: str = "") -> str:
    written = Wanted(
        person.sign_in,
        person.name,
        person.role,
        person.departments,
        person.languages,
        person.telephone or "",
        person.reserve_telephone or "",
        person.owns_rules,
    )
    return _form(services, person, written, {}, problem)


def _done(services: "Services", person: Person, refused: Forbidden | None) -> ResponseReturnValue:
    if refused is not None:
        return _refused(services, person, refused)
    return redirect(url_for("console.account", agent_id=person.agent_id), 303)


def _shown(services: "Services", person: Person, act: Callable[[], Made | Forbidden]) -> ResponseReturnValue:
    try:
        made = act()
    except NoTurn:
        return _own_form(services, person, "busy"), 429
    return _refused(services, person, made) if isinstance(made, Forbidden) else _password_once(services, made)


def _refused(services: "Services", person: Person, refused: Forbidden) -> ResponseReturnValue:
    return _own_form(services, person, refused.reason), 409


def _password_once(services: "Services", made: Made) -> ResponseReturnValue:
    """In the answer itself, not behind an address: whoever comes back to it later sees the form, never the password."""
    person = _person(services, made.agent_id)
    return render_template("console/account_password.html", account=person, password=made.password)
