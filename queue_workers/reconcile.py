"""Repairs what was interrupted: each function finds rows that have waited too long and moves them on. Idempotent.

Nothing here rings a resident. A ring whose fate is unknown is looked up, adopted, or handed to a person.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import RowMapping, delete, select, update

from adapters.schema import call_draft, offer, presence, receipt, supervisor_item
from adapters.voice_gateway import NotDone, ProviderCall
from callbacks import store as promises
from callbacks.service import UNREACHED_DAYS
from desks import store
from desks.conversation import Conversation, wrap_up_expired
from desks.line_machine import FINAL_LINE_STATES

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("reconcile")
UNASKED_SECONDS = 45.0  # machine time until a leg that never rang is given up (ring 20 s + the provider's 5 s + margin)
RING_GRACE = timedelta(seconds=30)  # business time a telephone may ring before we end the offer ourselves
NEWS_SECONDS = 60.0  # machine time without news until the provider is asked
KEEP_SECONDS = 24 * 3600.0
ENDED = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})


def open_offers(services: "Services", *states: str) -> list[RowMapping]:
    with services.database.read() as connection:
        return list(connection.execute(select(offer).where(offer.c.state.in_(states))).mappings())


def within(services: "Services", act: Callable[[Conversation], object]) -> None:
    services.database.run(lambda tx: act(Conversation(services, tx, services.rules.current())))


# --- fast: a telephone that rings too long, a note that nobody writes ------------------------------------------


def overdue_offers(services: "Services") -> None:
    now, machine = services.clock.now(), services.clock.machine()
    for row in open_offers(services, "offered", "wrapup"):
        token = row["token"]
        if wrap_up_expired(row, now):
            within(services, partial(_unnoted, token))
        elif row["state"] == "offered" and row["rung_at"] is not None and row["rung_at"] + RING_GRACE < now:
            within(services, partial(_give_back, token, "unanswered"))
        elif row["state"] == "offered" and row["rung_at"] is None and row["made_machine"] + UNASKED_SECONDS < machine:
            within(services, partial(_give_back, token, "unknown"))


def _unnoted(token: str, conversation: Conversation) -> None:
    """They talked, and nobody noted what came of it: done, and visible to the supervisor."""
    row = store.offer_by_token(conversation.tx.connection, token)
    if row is None:
        return
    conversation.note(token, "unnoted", "")
    if row["request_id"] is not None:
        conversation.promises.raise_item("unnoted", row["request_id"])


def _give_back(token: str, why: str, conversation: Conversation) -> None:
    conversation.give_back(token, why)


def lost_agents(services: "Services") -> None:
    """A dead browser gives its ringing matter back within seconds; during a talk only the leg's status decides."""
    machine = services.clock.machine()
    with services.database.read() as connection:
        query = select(presence).where(presence.c.state == "available")
        here = list(connection.execute(query).mappings())
        started = store.serving_since(connection)
    for row in here:
        if not store.alive(row["heartbeat_machine"], machine, started):
            _lost(services, row["agent_id"])


def _lost(services: "Services", agent_id: str) -> None:
    with services.database.write() as tx:
        held = store.offer_of_agent(tx.connection, agent_id)
        if held is not None and held["state"] == "offered":
            Conversation(services, tx, services.rules.current()).give_back(held["token"], "lost")
        now = services.clock.now()
        mine = update(presence).where(presence.c.agent_id == agent_id, presence.c.state == "available")
        tx.connection.execute(mine.values(state="away", reason="lost", since_at=now))
        tx.after_commit(services.hurry)


# --- slow: legs and calls without news -------------------------------------------------------------------------


def silent_legs(services: "Services") -> None:
    """Asks the provider about agents' legs that have been quiet for a while; a leg that is over ends its matter."""
    machine = services.clock.machine()
    for row in open_offers(services, "accepted", "dialing", "connected"):
        quiet_since = row["leg_ended_machine"] or row["accepted_machine"] or row["made_machine"]
        if row["agent_call_sid"] is None or quiet_since + NEWS_SECONDS > machine:
            continue
        if row["leg_ended_machine"] is None and not _is_over(services, row["agent_call_sid"]):
            continue
        if row["state"] == "dialing":
            _unknown_ring(services, row, quiet_since)
        else:
            within(services, partial(_leg_over, row["token"]))


def _is_over(services: "Services", call_sid: str) -> bool:
    """True also when the provider knows no such call."""
    found = services.gateway.look_up(call_sid)
    if isinstance(found, ProviderCall):
        return found.status in ENDED
    return isinstance(found, NotDone) and found.status == 404


def _unknown_ring(services: "Services", row: RowMapping, quiet_since: float) -> None:
    """Her leg is over and nobody told how the ring ended: adopt what the provider knows, or hand it to a person."""
    legs = services.gateway.legs_of(row["agent_call_sid"])
    if isinstance(legs, list) and legs:
        leg = legs[0]
        if leg.status in ENDED:
            within(services, lambda c: c.ring_over(row["token"], leg.status))
        return
    if quiet_since + services.settings.quarantine_seconds < services.clock.machine():
        LOG.warning("fate of a ring unknown", extra={"offer": row["token"]})
        within(services, lambda c: c.needs_human(row["token"]))


def vanished_callers(services: "Services", checked: dict[str, float]) -> None:
    """Callers in the line whose call has ended without our being told. ``checked``: when we last asked (machine)."""
    machine = services.clock.machine()
    with services.database.read() as connection:
        query = select(store.CALLER).where(store.CALLER.c.state.not_in(FINAL_LINE_STATES))
        rows = list(connection.execute(query.limit(500)).mappings())
    for gone in set(checked) - {row["id"] for row in rows}:
        del checked[gone]
    for row in rows:
        if checked.setdefault(row["id"], machine) + NEWS_SECONDS > machine:
            continue
        checked[row["id"]] = machine
        if _is_over(services, row["call_sid"]):
            within(services, partial(_gone, row["id"]))


def _leg_over(token: str, conversation: Conversation) -> None:
    conversation.agent_leg_ended(token, "completed")


def _gone(line_id: str, conversation: Conversation) -> None:
    conversation.caller_hung_up(line_id)


def expire(services: "Services") -> None:
    """Unreached for 14 days (business time) without a sign."""
    now: datetime = services.clock.now()
    table = promises.REQUEST
    limit = now - timedelta(days=UNREACHED_DAYS)
    with services.database.read() as connection:
        query = select(table.c.id).where(table.c.state == "unreached", table.c.last_attempt_at < limit)
        ids = [row.id for row in connection.execute(query.limit(500))]
    for request_id in ids:
        with services.database.write() as tx:
            promises.transition(tx.connection, request_id, "expire", now, "service")
            items = update(supervisor_item).where(supervisor_item.c.request_id == request_id)
            tx.connection.execute(items.values(closed_at=now))


def tidy(services: "Services") -> None:
    """Receipts and keyed-in numbers of calls that are long over."""
    limit = services.clock.machine() - KEEP_SECONDS
    with services.database.write() as tx:
        tx.connection.execute(delete(receipt).where(receipt.c.made_machine < limit))
        tx.connection.execute(delete(call_draft).where(call_draft.c.made_machine < limit))
