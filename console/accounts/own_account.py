"""What everybody does with her own account: choose a password, end her sessions elsewhere. One transaction each."""

import logging
from typing import TYPE_CHECKING, Literal

from console import store
from console.accounts import account_store
from console.model import Opened, SignedIn, Wait
from console.signing_in import sign_in
from console.signing_in.back_off import FREE_TRIES, Tries, wait_left
from console.signing_in.password_rules import PasswordFault, password_fault
from console.signing_in.passwords import Passwords
from console.words import PAGE_LANGUAGES, page_words
from desks.supervision import audit

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("console")
Refusal = PasswordFault | Literal["wrong", "different", "gone"]


def change_password(
    services: "Services", passwords: Passwords, person: SignedIn, old: str, new: str, again: str
) -> Opened | Refusal | Wait:
    """A new session for her; every other one of hers ends. ``old`` is not asked of whoever has just signed in with a
    one-time password. Wrong old passwords are counted as at the door. Raises NoTurn."""
    with services.database.read() as connection:
        kept = account_store.password_hash(connection, person.agent_id)
        account = account_store.person(connection, person.agent_id)
    if kept is None or account is None:
        return "gone"
    if not person.must_change_password:
        waiting = _old_is_wrong(services, passwords, person, kept, old)
        if waiting is not None:
            return waiting
    if new != again:
        return "different"
    if fault := password_fault(new, _known(services, account.name, account.sign_in)):
        return fault
    if passwords.fits(kept, new):
        return "same"
    return _changed(services, person, kept, passwords.hash(new))


def _old_is_wrong(
    services: "Services", passwords: Passwords, person: SignedIn, kept: str, old: str
) -> Literal["wrong"] | Wait | None:
    """Whoever sits down at an open page guesses no faster than at the door."""
    tries, machine = Tries(f"own {person.agent_id}", FREE_TRIES, forgiven=True), services.clock.machine()
    with services.database.write() as tx:
        store.hold_counters(tx.connection, [tries.key])
        since = machine - sign_in.FORGOTTEN_AFTER_SECONDS
        left = wait_left(lambda key: store.failures_since(tx.connection, key, since), (tries,), machine)
        if left > 0:
            return Wait(max(1, round(left)))
        store.note_failure(tx.connection, tries.key, machine)
    if not passwords.fits(kept, old):
        LOG.warning("wrong old password", extra={"agent": person.agent_id})
        return "wrong"
    with services.database.write() as tx:
        store.forget_failures(tx.connection, tries.key)
    return None


def _changed(services: "Services", person: SignedIn, kept: str, fresh: str) -> Opened | Literal["gone"]:
    """``gone``: an administrator has set another one meanwhile, or closed the account."""
    with services.database.write() as tx:
        if not account_store.replace_password(tx.connection, person.agent_id, kept, fresh):
            return "gone"
        store.end_sessions_of(tx.connection, person.agent_id)
        audit.note(tx, services.clock, person.agent_id, "password_changed", "agent", person.agent_id)
        way = "openid" if sign_in.by_provider(person.token) else "password"
        return sign_in.open_session(services, tx, person.agent_id, way)


def _known(services: "Services", *hers: str) -> tuple[str, ...]:
    """What anybody would try first: her names, the city's, the service's, and the word "password" itself."""
    words = (page_words(language)(key) for language in PAGE_LANGUAGES for key in ("sign_in.password", "title.service"))
    return (*hers, *services.rules.current().city.values(), *words)
