"""Signing in and out, and who a session belongs to. Machine time only: a shifted business clock ends no session.

A session lasts 12 h at most and 30 min without a sign of life. The agent's page gives one every five seconds, so a
shift is never interrupted while the page is open; a closed page is signed out half an hour later.
"""

import hashlib
import logging
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

from console import store
from console.model import Busy, Opened, SessionSeen, SignedIn, Wait, WrongPassword
from console.signing_in.back_off import Tries, Visitor, wait_left
from console.signing_in.passwords import NoTurn, Passwords
from desks.supervision import audit

if TYPE_CHECKING:
    from adapters.database import Transaction
    from bootstrap import Services

LOG = logging.getLogger("console")
ABSOLUTE_SECONDS = 12 * 3600.0
IDLE_SECONDS = 30 * 60.0
SEEN_EVERY_SECONDS = 60.0  # a sign of life is written at most so often
FORGOTTEN_AFTER_SECONDS = 900.0
BY_PROVIDER = "o."  # a session's token begins so when the city's own sign-in opened it

STRANGER = Visitor()


def sign_in(
    services: "Services", passwords: Passwords, name: str, password: str, visitor: Visitor = STRANGER
) -> Opened | WrongPassword | Wait | Busy:
    """The try is written before the password is looked at, so that a hundred tries at once count as a hundred."""
    name = name.strip().lower()[:80]
    machine = services.clock.machine()
    with services.database.write() as tx:
        account = store.account(tx.connection, name)
        tries = visitor.counters(name, account.agent_id if account else None)
        store.hold_counters(tx.connection, [one.key for one in tries])
        left = wait_left(lambda key: _failed(tx, key, machine), tries, machine)
        if left > 0:
            return Wait(max(1, round(left)))
        written = [store.note_failure(tx.connection, one.key, machine) for one in tries]
        if account is not None:
            _note_held_back(services, tx, tries, account.agent_id)
    try:
        right = passwords.fits(account.password_hash if account else None, password)
    except NoTurn:
        return Busy()
    if not right or account is None:
        whose = None if account is None else account.agent_id  # never what was typed: it may be a password
        LOG.warning("wrong password or unknown name", extra={"agent": whose, "address": visitor.address})
        return WrongPassword()
    with services.database.write() as tx:
        for one in tries:
            if one.forgiven:
                store.forget_failures(tx.connection, one.key)
        store.forget_tries(tx.connection, written)
        return open_session(services, tx, account.agent_id, "password")


def _failed(tx: "Transaction", key: str, machine: float) -> tuple[int, float]:
    return store.failures_since(tx.connection, key, machine - FORGOTTEN_AFTER_SECONDS)


def _note_held_back(services: "Services", tx: "Transaction", tries: tuple[Tries, ...], agent_id: str) -> None:
    """Once for each row of tries, when the first of them is made to wait: the log tells of it and is not flooded."""
    for one in tries:
        count, _ = _failed(tx, one.key, services.clock.machine())
        if one.forgiven and count == one.free:
            audit.note(tx, services.clock, "service", "sign_in_held_back", "agent", agent_id)


def open_session(services: "Services", tx: "Transaction", agent_id: str, way: str) -> Opened:
    """``way``: password or openid. A new id each time; the caller hands its token to the browser and to nobody else."""
    token = (BY_PROVIDER if way == "openid" else "") + secrets.token_urlsafe(32)
    machine = services.clock.machine()
    store.forget_failures_before(tx.connection, machine - FORGOTTEN_AFTER_SECONDS)
    store.end_old_sessions(tx.connection, machine - ABSOLUTE_SECONDS, machine - IDLE_SECONDS)
    store.open_session(tx.connection, hashed(token), agent_id, machine)
    audit.note(tx, services.clock, agent_id, "signed_in", "agent", agent_id, detail=way)
    return Opened(token, agent_id, store.role_of(tx.connection, agent_id))


def by_provider(token: str) -> bool:
    return token.startswith(BY_PROVIDER)


def who(services: "Services", token: str) -> SignedIn | None:
    """The role comes from the record at each request: a demotion counts at once. Whoever came by the city's own
    sign-in used no password that somebody else knows: no page waits for a new one."""
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
    return replace(person, must_change_password=person.must_change_password and not by_provider(token))


def sign_out(services: "Services", token: str) -> None:
    with services.database.write() as tx:
        store.end_session(tx.connection, hashed(token))


def sign_out_everywhere(services: "Services", agent_id: str, by: str) -> int:
    """How many sessions ended; by herself or by an administrator."""
    with services.database.write() as tx:
        ended = store.end_sessions_of(tx.connection, agent_id)
        audit.note(tx, services.clock, by, "signed_out_everywhere", "agent", agent_id, detail=str(ended))
    return ended


def sessions(services: "Services", person: SignedIn) -> tuple[SessionSeen, ...]:
    """Her open sessions, the newest first."""
    machine = services.clock.machine()
    with services.database.read() as connection:
        return store.sessions_of(
            connection, person.agent_id, hashed(person.token), machine - ABSOLUTE_SECONDS, machine - IDLE_SECONDS
        )


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
