"""Sign-in in SQL: accounts, sessions (by the token's hash) and failed tries. Statements only, no rules.

``sign_in_failure.sign_in`` holds the key of a counter: ``name …``, ``address …`` or ``browser …``.
"""

import json

from sqlalchemy import Connection, delete, func, insert, select, update

from adapters.schema import agent, session, sign_in_failure
from console.model import Account, SessionSeen, SignedIn


def account(connection: Connection, sign_in: str) -> Account | None:
    one = select(agent.c.id, agent.c.password_hash).where(func.lower(agent.c.sign_in) == sign_in, agent.c.active)
    row = connection.execute(one).first()
    return Account(row.id, row.password_hash) if row else None


def role_of(connection: Connection, agent_id: str) -> str:
    return str(connection.execute(select(agent.c.role).where(agent.c.id == agent_id)).scalar_one())


def hold_counters(connection: Connection, keys: list[str]) -> None:
    """Until the commit nobody else counts by these keys: tries at one instant are judged one after another.
    In one order everywhere, so that two never wait for each other. SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        for key in sorted(keys):
            connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))


def failures_since(connection: Connection, key: str, since: float) -> tuple[int, float]:
    """How many tries have failed since then, and when the last one was (0: never)."""
    counted = select(func.count(), func.max(sign_in_failure.c.made_machine)).where(
        sign_in_failure.c.sign_in == key, sign_in_failure.c.made_machine >= since
    )
    count, last = connection.execute(counted).one()
    return count, last or 0.0


def note_failure(connection: Connection, key: str, machine: float) -> int:
    """Its id, so that a right password can take this one back."""
    made = insert(sign_in_failure).values(sign_in=key, made_machine=machine).returning(sign_in_failure.c.id)
    written: int = connection.execute(made).scalar_one()
    return written


def forget_failures(connection: Connection, key: str) -> None:
    connection.execute(delete(sign_in_failure).where(sign_in_failure.c.sign_in == key))


def forget_tries(connection: Connection, written: list[int]) -> None:
    connection.execute(delete(sign_in_failure).where(sign_in_failure.c.id.in_(written)))


def forget_failures_before(connection: Connection, machine: float) -> None:
    connection.execute(delete(sign_in_failure).where(sign_in_failure.c.made_machine < machine))


def open_session(connection: Connection, token_hash: str, agent_id: str, machine: float) -> None:
    row = {"token_hash": token_hash, "agent_id": agent_id, "created_machine": machine, "seen_machine": machine}
    connection.execute(insert(session).values(**row))


def end_session(connection: Connection, token_hash: str) -> None:
    connection.execute(delete(session).where(session.c.token_hash == token_hash))


def end_sessions_of(connection: Connection, agent_id: str) -> int:
    return connection.execute(delete(session).where(session.c.agent_id == agent_id)).rowcount


def sessions_of(
    connection: Connection, agent_id: str, this: str, created_since: float, seen_since: float
) -> tuple[SessionSeen, ...]:
    """Those that are still open, the newest first; ``this``: the hash of the one that asks."""
    hers = select(session).where(
        session.c.agent_id == agent_id, session.c.created_machine >= created_since, session.c.seen_machine >= seen_since
    )
    rows = connection.execute(hers.order_by(session.c.created_machine.desc()))
    return tuple(SessionSeen(row.created_machine, row.seen_machine, row.token_hash == this) for row in rows)


def end_old_sessions(connection: Connection, created_before: float, seen_before: float) -> None:
    connection.execute(
        delete(session).where(
            (session.c.created_machine < created_before) | (session.c.seen_machine < seen_before),
        )
    )


def see_session(connection: Connection, token_hash: str, machine: float) -> None:
    connection.execute(update(session).where(session.c.token_hash == token_hash).values(seen_machine=machine))


def signed_in(
    connection: Connection, token: str, token_hash: str, created_since: float, seen_since: float
) -> tuple[SignedIn, float] | None:
    """The person behind a session that is neither too old nor idle, and when it was last seen."""
    one = (
        select(agent, session.c.seen_machine)
        .join(session, session.c.agent_id == agent.c.id)
        .where(
            session.c.token_hash == token_hash,
            session.c.created_machine >= created_since,
            session.c.seen_machine >= seen_since,
            agent.c.active,
        )
    )
    row = connection.execute(one).first()
    if row is None:
        return None
    departments, languages = tuple(json.loads(row.departments)), tuple(json.loads(row.languages))
    own_telephone = row.telephone is not None
    person = SignedIn(
        row.id, row.name, row.role, departments, languages, own_telephone, token, row.must_change_password,
        row.owns_rules,
    )  # fmt: skip
    return person, row.seen_machine
