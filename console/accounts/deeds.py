"""What administrators do with accounts. One transaction each, with the deed's row in it.

Who may do what: an administrator gives every role, administrator too, to every account but her own: nobody raises,
lowers or closes herself, so no single slip or stolen session changes its own power, and each raise stands in the log
under another person's name. The last active administrator stays one. Whatever changes what an account may do ends its
sessions: the next sign-in begins with the new rights.
"""

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError

from adapters.ids import new_id
from callbacks import owner_store
from callbacks.model import Refused
from callbacks.numbers import callable_number
from console import store as sessions
from console.accounts import account_store as store
from console.accounts.account_model import Faults, Forbidden, Made, Person, Wanted, faults_in
from console.signing_in.passwords import Passwords, one_time_password
from console.signing_in.sign_in import ABSOLUTE_SECONDS, IDLE_SECONDS
from desks import service as desks
from desks.supervision import audit

if TYPE_CHECKING:
    from adapters.database import Transaction
    from bootstrap import Services


def people(services: "Services") -> tuple[Person, ...]:
    with services.database.read() as connection:
        return store.people(connection, _living(services))


def one(services: "Services", agent_id: str) -> Person | None:
    with services.database.read() as connection:
        return store.person(connection, agent_id, _living(services))


def _living(services: "Services") -> store.Living:
    machine = services.clock.machine()
    return store.Living(machine - ABSOLUTE_SECONDS, machine - IDLE_SECONDS)


def make(services: "Services", passwords: Passwords, by: str, wanted: Wanted) -> Made | Faults:
    """Raises NoTurn."""
    checked = _checked(services, wanted)
    if isinstance(checked, dict):
        return checked
    made = Made(new_id(), one_time_password())
    row = _row(checked) | {
        "id": made.agent_id,
        "password_hash": passwords.hash(made.password),
        "must_change_password": True,
        "demo": False,
        "active": True,
    }
    try:
        with services.database.write() as tx:
            store.add(tx.connection, row)
            audit.note(tx, services.clock, by, "account_made", "agent", made.agent_id, detail=checked.role)
    except IntegrityError:
        return {"sign_in": "taken"}
    return made


def change(services: "Services", by: str, agent_id: str, wanted: Wanted) -> None | Faults | Forbidden:
    """None: it is done; nothing of it otherwise."""
    checked = _checked(services, wanted)
    if isinstance(checked, dict):
        return checked
    try:
        with services.database.write() as tx:
            ended = _change(services, tx, by, agent_id, checked)
    except IntegrityError:
        return {"sign_in": "taken"}
    if isinstance(ended, bool):
        if ended:
            _send_away(services, agent_id)
        return None
    return ended


def _change(
    services: "Services", tx: "Transaction", by: str, agent_id: str, wanted: Wanted
) -> bool | Faults | Forbidden:
    """Whether her sessions ended."""
    administrators = store.hold_administrators(tx.connection)
    before = store.person(tx.connection, agent_id)
    if before is None:
        return Forbidden("gone")
    if before.role != wanted.role and agent_id == by:
        return {"role": "own_role"}
    if before.active and before.role == "administrator" != wanted.role and administrators == [agent_id]:
        return {"role": "last"}
    changed = _changed(before, wanted)
    if not changed:
        return False
    store.change(tx.connection, agent_id, _row(wanted))
    detail = ", ".join([*sorted(changed), *([f"{before.role} to {wanted.role}"] if "role" in changed else [])])
    audit.note(tx, services.clock, by, "account_changed", "agent", agent_id, detail=detail)
    if not changed & {"role", "departments", "sign_in", "owns_rules"}:
        return False
    sessions.end_sessions_of(tx.connection, agent_id)
    return True


def close(services: "Services", by: str, agent_id: str) -> Forbidden | None:
    """Nobody signs in with it again, until it is opened; a ringing matter goes back, a talk is not torn apart."""
    with services.database.write() as tx:
        administrators = store.hold_administrators(tx.connection)
        before = store.person(tx.connection, agent_id)
        if before is None or not before.active:
            return Forbidden("gone")
        if agent_id == by:
            return Forbidden("own")
        if administrators == [agent_id]:
            return Forbidden("last")
        store.change(tx.connection, agent_id, {"active": False})
        sessions.end_sessions_of(tx.connection, agent_id)
        disowned = owner_store.let_go_of(tx.connection, agent_id)
        audit.note(tx, services.clock, by, "account_closed", "agent", agent_id, detail=str(disowned))
    _send_away(services, agent_id)
    return None


def reopen(services: "Services", passwords: Passwords, by: str, agent_id: str) -> Made | Forbidden:
    """With a new one-time password: whoever knew the old one may have left long ago. Raises NoTurn."""
    made = Made(agent_id, one_time_password())
    hashed = passwords.hash(made.password)
    with services.database.write() as tx:
        before = store.person(tx.connection, agent_id)
        if before is None or before.active:
            return Forbidden("gone")
        fresh = {"active": True, "password_hash": hashed, "must_change_password": True}
        store.change(tx.connection, agent_id, fresh)
        audit.note(tx, services.clock, by, "account_opened", "agent", agent_id)
    return made


def reset_password(services: "Services", passwords: Passwords, by: str, agent_id: str) -> Made | Forbidden:
    """Her sessions end. Her own password is changed on her own page, where the old one is asked. Raises NoTurn."""
    if agent_id == by:
        return Forbidden("own")
    made = Made(agent_id, one_time_password())
    hashed = passwords.hash(made.password)
    with services.database.write() as tx:
        before = store.person(tx.connection, agent_id)
        if before is None or not before.active:
            return Forbidden("gone")
        store.change(tx.connection, agent_id, {"password_hash": hashed, "must_change_password": True})
        sessions.end_sessions_of(tx.connection, agent_id)
        audit.note(tx, services.clock, by, "password_reset", "agent", agent_id)
    _send_away(services, agent_id)
    return made


def unbind(services: "Services", by: str, agent_id: str) -> Forbidden | None:
    """The city's own sign-in no longer knows her; the next one with her verified address is bound anew."""
    with services.database.write() as tx:
        before = store.person(tx.connection, agent_id)
        if before is None or not before.by_provider:
            return Forbidden("gone")
        store.change(tx.connection, agent_id, {"subject": None})
        sessions.end_sessions_of(tx.connection, agent_id)
        audit.note(tx, services.clock, by, "openid_unbound", "agent", agent_id)
    _send_away(services, agent_id)
    return None


def _send_away(services: "Services", agent_id: str) -> None:
    """Offline: what rings at hers goes back to its place at once; a talk is not touched."""
    desks.set_presence(services, agent_id, "offline")


def _checked(services: "Services", wanted: Wanted) -> Wanted | Faults:
    rules = services.rules.current()
    spoken = {language for department in rules.departments for language in department.languages}
    found = faults_in(wanted, frozenset(d.id for d in rules.departments), frozenset(spoken))
    own = frozenset({services.settings.city_number, services.caller_id})
    telephones = {}
    for field in ("telephone", "reserve_telephone"):
        written = getattr(wanted, field)
        number = callable_number(written, own, rules.allowed_countries) if written else ""
        if isinstance(number, Refused):
            found[field] = "number"
        else:
            telephones[field] = number
    if found:
        return found
    return replace(wanted, telephone=telephones["telephone"], reserve_telephone=telephones["reserve_telephone"])


def _row(wanted: Wanted) -> dict[str, object]:
    return {
        "sign_in": wanted.sign_in,
        "name": wanted.name,
        "role": wanted.role,
        "departments": json.dumps(wanted.departments),
        "languages": json.dumps(wanted.languages),
        "telephone": wanted.telephone or None,
        "reserve_telephone": wanted.reserve_telephone or None,
        "owns_rules": _owns_rules(wanted),
    }


def _owns_rules(wanted: Wanted) -> bool:
    """What the tick says means something for a supervisor only."""
    return wanted.owns_rules and wanted.role == "supervisor"


def _changed(before: Person, wanted: Wanted) -> set[str]:
    """Names of the fields that differ."""
    pairs = {
        "sign_in": (before.sign_in, wanted.sign_in),
        "name": (before.name, wanted.name),
        "role": (before.role, wanted.role),
        "departments": (set(before.departments), set(wanted.departments)),
        "languages": (set(before.languages), set(wanted.languages)),
        "telephone": (before.telephone or "", wanted.telephone),
        "reserve_telephone": (before.reserve_telephone or "", wanted.reserve_telephone),
        "owns_rules": (before.owns_rules, _owns_rules(wanted)),
    }
    return {field for field, (old, new) in pairs.items() if old != new}
