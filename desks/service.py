"""What the agents' pages ask for: presence, heartbeat, decline, hang up, outcome. One transaction each.

Every use case answers whether it changed something; a stale button press is answered with False and changes nothing.
"""

from typing import TYPE_CHECKING, Literal

from sqlalchemy import insert, update

from adapters.schema import presence
from desks import store
from desks.talk import outcome as outcome_of
from desks.talk import telephone, telephone_store
from desks.talk.conversation import Conversation

if TYPE_CHECKING:
    from adapters.database import Transaction
    from bootstrap import Services

Presence = Literal["available", "away", "break", "offline"]
PRESENCES: tuple[Presence, ...] = ("available", "away", "break", "offline")
OUTCOMES = ("done", "stands", "machine", "bad_moment", "cancelled")
DECLINE_REASONS = ("language", "wrong_desk", "conflict", "technical", "must_leave")


def set_presence(services: "Services", agent_id: str, state: str, reason: str = "own wish") -> bool:
    if state not in PRESENCES:
        return False
    services.database.run(lambda tx: _be(services, tx, agent_id, state, reason))
    return True


def _be(services: "Services", tx: "Transaction", agent_id: str, state: str, reason: str) -> None:
    now, machine = services.clock.now(), services.clock.machine()
    _give_back_open_offer(services, tx, agent_id, state)
    known = telephone_store.page_of(tx.connection, agent_id)
    fresh = {"state": state, "reason": reason, "since_at": now, "heartbeat_machine": machine}
    if known is None:
        tx.connection.execute(insert(presence).values(agent_id=agent_id, idle_since_at=now, **fresh))
    elif known.state != state:
        if telephone_store.is_silent(known, machine):  # her click is no sign of life of a window that she has closed
            fresh |= {"tab": None, "telephone": None}
        mine = update(presence).where(presence.c.agent_id == agent_id)
        tx.connection.execute(mine.values(idle_since_at=now, break_after_call=False, **fresh))
    tx.after_commit(lambda: services.changed(agent_id))
    if state == "available":
        tx.after_commit(services.hurry)


def _give_back_open_offer(services: "Services", tx: "Transaction", agent_id: str, state: str) -> None:
    """Who goes away while a matter rings gives it back at once; a talk is not touched."""
    row = store.offer_of_agent(tx.connection, agent_id)
    if state != "available" and row is not None and row["state"] == "offered":
        _conversation(services, tx).give_back(row["token"], "withdrawn")


def heartbeat(services: "Services", agent_id: str) -> None:
    """A sign of life without a page of its own."""
    telephone.beat(services, agent_id)


def break_after_call(services: "Services", agent_id: str, on: bool) -> bool:
    with services.database.write() as tx:
        mine = update(presence).where(presence.c.agent_id == agent_id)
        tx.after_commit(lambda: services.changed(agent_id))
        return tx.connection.execute(mine.values(break_after_call=on)).rowcount == 1


def decline(services: "Services", agent_id: str, token: str, reason: str) -> bool:
    if reason not in DECLINE_REASONS:
        return False
    return services.database.run(
        lambda tx: _hers(tx, agent_id, token) and _conversation(services, tx).give_back(token, "declined", reason)
    )


def note_outcome(
    services: "Services",
    agent_id: str,
    token: str,
    outcome: str,
    note: str = "",
    minutes: int | None = None,
    detail: str | None = None,
    avoidable: str | None = None,
    shown: str | None = None,
) -> bool:
    """``minutes``: business minutes until the resident wants to be rung again, with ``bad_moment``; ``shown``: the code
    of the window that she was told instead (``desks.talk.outcome.note``).

    ``detail`` and ``avoidable`` are of ``desks.talk.outcome``'s closed lists; an unknown one changes nothing.
    """
    closer = outcome_of.Closer(detail, avoidable)
    if outcome not in OUTCOMES or not closer.known or (minutes is not None and not 1 <= minutes <= 14 * 24 * 60):
        return False
    return services.database.run(
        lambda tx: (
            _hers(tx, agent_id, token)
            and outcome_of.note(_conversation(services, tx), token, outcome, note[:2000], minutes, closer, shown)
        )
    )


def _conversation(services: "Services", tx: "Transaction") -> Conversation:
    return Conversation(services, tx, services.rules.current())


def hang_up(services: "Services", agent_id: str, token: str) -> bool:
    """Ends the agent's leg; the talk is over when the provider says so."""
    with services.database.write() as tx:
        row = store.offer_by_token(tx.connection, token)
        if row is None or row["agent_id"] != agent_id or row["agent_call_sid"] is None:
            return False
        services.outbox.order(tx, "end_leg", row["agent_call_sid"])
    return True


def _hers(tx: "Transaction", agent_id: str, token: str) -> bool:
    row = store.offer_by_token(tx.connection, token)
    return row is not None and row["agent_id"] == agent_id
