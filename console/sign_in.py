"""Signing in and out, and who a session belongs to. Machine time only: a shifted business clock ends no session.

A session lasts 12 h at most and 30 min without a sign of life. The agent's page gives one every five seconds, so a
shift is never interrupted while the page is open; a closed page is signed out half an hour later.
"""

import hashlib
import secrets
from typing import TYPE_CHECKING

from console import store
from console.model import Opened, SignedIn, Wait, WrongPassword
from console.passwords import Passwords

if TYPE_CHECKING:
    from bootstrap import Services

ABSOLUTE_SECONDS = 12 * 3600.0
IDLE_SECONDS = 30 * 60.0
SEEN_EVERY_SECONDS = 60.0  # a sign of life is written at most so often

FREE_TRIES = 5
LONGEST_WAIT_SECONDS = 300.0
FORGOTTEN_AFTER_SECONDS = 900.0


def wait_after(failures: int) -> float:
    """Seconds to wait after the last wrong try: nothing for a slip of the finger, then doubling up to five minutes."""
    if failures < FREE_TRIES:
        return 0.0
    return float(min(LONGEST_WAIT_SECONDS, 2.0 ** min(failures - FREE_TRIES + 1, 20)))


def sign_in(services: "Services", passwords: Passwords, name: str, password: str) -> Opened | WrongPassword | Wait:
    """The try is written before the password is looked at, so that a hundred tries at once count as a hundred."""
    name = name.strip().lower()[:80]
    machine = services.clock.machine()
    with services.database.write() as tx:
        count, last = store.failures_since(tx.connection, name, machine - FORGOTTEN_AFTER_SECONDS)
        left = last + wait_after(count) - machine
        if left > 0:
            return Wait(max(1, round(left)))
        store.note_failure(tx.connection, name, machine)
        account = store.account(tx.connection, name)
    if not passwords.fits(account.password_hash if account else None, password) or account is None:
        return WrongPassword()
    return _open(services, name, account.agent_id)


def _open(services: "Services", name: str, agent_id: str) -> Opened:
    token, machine = secrets.token_urlsafe(32), services.clock.machine()
    with services.database.write() as tx:
        store.forget_failures(tx.connection, name)
        store.forget_failures_before(tx.connection, machine - FORGOTTEN_AFTER_SECONDS)
        store.end_old_sessions(tx.connection, machine - ABSOLUTE_SECONDS, machine - IDLE_SECONDS)
        store.open_session(tx.connection, hashed(token), agent_id, machine)
        return Opened(token, agent_id, store.role_of(tx.connection, agent_id))


def who(services: "Services", token: str) -> SignedIn | None:
    """The role comes from the record at each request: a demotion counts at once."""
    if not token:
        return None
    machine = services.clock.machine()
    with services.database.read() as connection:
        found = store.signed_in(connection, token, hashed(token), machine - ABSOLUTE_SECONDS, machine - IDLE_SECONDS)
    if found is None:
        return None
    person, seen = found
    if machine - seen >= SEEN_EVERY_SECONDS:
        with services.database.write() as tx:
            store.see_session(tx.connection, hashed(token), machine)
    return person


def sign_out(services: "Services", token: str) -> None:
    with services.database.write() as tx:
        store.end_session(tx.connection, hashed(token))


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
