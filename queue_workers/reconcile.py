"""Repairs what was interrupted: each function finds rows that have waited too long and moves them on. Idempotent.

Nothing here rings a resident. A ring whose fate is unknown is looked up, adopted, or handed to a person.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import Column, ColumnElement, RowMapping, delete, select, text, update

from adapters.database import Transaction
from adapters.schema import call_draft, code_try, offer, outbox, presence, receipt, route_decision
from adapters.schema.promises import DIALING as RINGS
from adapters.voice_gateway import is_over
from callbacks import owner_store as owners
from callbacks import store as promises
from callbacks.item_store import close_items
from callbacks.service import UNREACHED_DAYS
from desks import store
from desks.line.duty_store import OPEN_OFFER
from desks.line.offer_machine import OfferState
from desks.queue.queue_store import ASIDE, IN_LINE
from desks.talk import outcome
from desks.talk.conversation import Conversation, wrap_up_expired

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("reconcile")
DIALING = text(f"callback_request.{RINGS}")
UNASKED_SECONDS = 45.0  # machine time until a leg that never rang is given up: 20 s, the provider's 5, a margin
TURN_SECONDS = 20.0  # machine time until a ring that still waits for its turn at the provider is dealt anew
UNANSWERED_SECONDS = 10.0  # longer than the provider's deadline: the order's answer is lost
RING_GRACE = timedelta(seconds=22)  # business time: she has 20 s, and her news a moment to reach us
NEWS_SECONDS = 60.0  # machine time without news until the provider is asked
BUDGET_SECONDS = 5.0  # of one duty's questions to the provider in one tick
RING_NEWS_SECONDS = 5.0  # after the agent's leg has ended
SOON = timedelta(minutes=1)  # business time: longer than from one look to the next
KEEP_SECONDS = 24 * 3600.0
KEEP_WAYS = timedelta(days=400)  # a draft is compared with the same weeks of the year before; and a month's margin
WAYS_AT_ONCE = 500
MADE_AT_ONCE = 500  # two thousand a minute
GIVEN_ONCE = (
    "set_recording",
    "set_hold",
)  # orders with a name of their own each time: done, nobody asks for them again


def open_offers(services: "Services", *states: OfferState) -> list[RowMapping]:
    """``states``: of those that are open."""
    with services.database.read() as connection:
        return list(connection.execute(select(offer).where(OPEN_OFFER, offer.c.state.in_(states))).mappings())


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
        elif row["state"] == "offered" and row["rung_at"] is None and _no_ring_by(row) < machine:
            within(services, partial(_give_back, token, "withdrawn" if _waits_for_turn(row) else "unknown"))


def _no_ring_by(row: RowMapping) -> float:
    """When, in machine time, a telephone that has not rung is given up. An order without an answer is given up sooner:
    what rings late finds its token stale."""
    if row["asked_machine"] is not None and row["agent_call_sid"] is None:
        return float(row["asked_machine"]) + UNANSWERED_SECONDS
    return float(row["made_machine"]) + (TURN_SECONDS if _waits_for_turn(row) else UNASKED_SECONDS)


def _waits_for_turn(row: RowMapping) -> bool:
    """The provider has not been asked for the ring yet: nothing was missed, and the agent is free for another."""
    return row["asked_machine"] is None and row["handed_over_by"] is None


def _unnoted(token: str, conversation: Conversation) -> None:
    outcome.unnoted(conversation, token)


def _give_back(token: str, why: str, conversation: Conversation) -> None:
    conversation.give_back(token, why)


def lost_agents(services: "Services") -> None:
    """A dead browser gives its ringing matter back within seconds; during a talk only the leg's status decides."""
    machine = services.clock.machine()
    with services.database.read() as connection:
        query = select(presence).where(presence.c.state == "available")
        here = list(connection.execute(query).mappings())
        started = store.watched_since(connection)
    for row in here:
        if not store.alive(row["heartbeat_machine"], machine, started):
            _lost(services, row["agent_id"], row["heartbeat_machine"])


def _lost(services: "Services", agent_id: str, heartbeat: float) -> None:
    """A heartbeat that came in between our look and our step saves her offer."""

    def lose(tx: Transaction) -> None:
        open_one = store.offer_of_agent(tx.connection, agent_id)
        held = store.offer_by_token(tx.connection, open_one["token"], held=True) if open_one is not None else None
        mine = (presence.c.agent_id == agent_id, presence.c.state == "available")
        still = update(presence).where(*mine, presence.c.heartbeat_machine == heartbeat)
        away = {"state": "away", "reason": "lost", "since_at": services.clock.now()}
        if tx.connection.execute(still.values(**away)).rowcount != 1:
            return
        if held is not None and held["state"] == "offered":
            Conversation(services, tx, services.rules.current()).give_back(held["token"], "lost")
        tx.after_commit(services.hurry)

    services.database.run(lose)


# --- slow: legs and calls without news -------------------------------------------------------------------------


def silent_legs(services: "Services") -> None:
    """Asks the provider about agents' legs that have been quiet for a while; a leg that is over ends its matter."""
    machine, until = services.clock.machine(), time.monotonic() + BUDGET_SECONDS
    for row in open_offers(services, "accepted", "dialing", "connected"):
        if time.monotonic() > until:
            return
        quiet_since = row["accepted_machine"] or row["made_machine"]
        known_over = row["leg_ended_machine"] is not None and row["state"] == "dialing"  # unknown_rings sees to it
        if row["agent_call_sid"] is None or known_over or quiet_since + NEWS_SECONDS > machine:
            continue
        if is_over(services.gateway.look_up(row["agent_call_sid"])):
            within(services, partial(_leg_over, row["token"]))


def unknown_rings(services: "Services") -> None:
    """Rings whose agent's leg is over and whose fate nobody has told: adopt what the provider knows, let the agent go
    at once, and hand the request to a person after the quarantine."""
    machine, until = services.clock.machine(), time.monotonic() + BUDGET_SECONDS
    table = promises.REQUEST
    query = select(offer).join(table, table.c.offer_token == offer.c.token)
    over = query.where(DIALING, offer.c.leg_ended_machine < machine - RING_NEWS_SECONDS)
    with services.database.read() as connection:
        rows = list(connection.execute(over.order_by(offer.c.leg_ended_machine)).mappings())
    for row in rows:
        if time.monotonic() > until:
            return
        _unknown_ring(services, row, row["leg_ended_machine"])


def _unknown_ring(services: "Services", row: RowMapping, quiet_since: float) -> None:
    legs = services.gateway.legs_of(row["agent_call_sid"])
    if isinstance(legs, list) and legs and legs[0].ended:
        within(services, lambda c: c.ring_over(row["token"], legs[0].status))
        return
    within(services, lambda c: c.let_go_unknown(row["token"]))
    if quiet_since + services.settings.quarantine_seconds < services.clock.machine():
        LOG.warning("fate of a ring unknown", extra={"offer": row["token"]})
        within(services, lambda c: c.needs_human(row["token"]))


def vanished_callers(services: "Services", checked: dict[str, float]) -> None:
    """Callers in the line whose call has ended without our being told. ``checked``: when we last asked (machine).

    A stay that is being handed is not among them: it ends with its transfer, whose resident ``talk_repairs`` looks
    after, and no event of its own leads out of it."""
    machine = services.clock.machine()
    with services.database.read() as connection:
        query = select(store.CALLER.c.id, store.CALLER.c.call_sid).where(IN_LINE)
        rows = list(connection.execute(query).mappings())
    for gone in set(checked) - {row["id"] for row in rows}:
        del checked[gone]
    until = time.monotonic() + BUDGET_SECONDS
    for row in sorted(rows, key=lambda each: checked.get(each["id"], machine)):
        if checked.setdefault(row["id"], machine) + NEWS_SECONDS > machine or time.monotonic() > until:
            continue
        checked[row["id"]] = machine
        if is_over(services.gateway.look_up(row["call_sid"])):
            checked[row["id"]] = (
                machine - NEWS_SECONDS
            )  # until it is written: the next look is soon enough, not a minute
            within(services, partial(_gone, row["call_sid"]))


def _leg_over(token: str, conversation: Conversation) -> None:
    conversation.agent_leg_ended(token, "completed")


def _gone(call_sid: str, conversation: Conversation) -> None:
    conversation.resident_gone(call_sid)


def expire(services: "Services") -> None:
    """Unreached for 14 days (business time) without a sign."""
    now: datetime = services.clock.now()
    table = promises.REQUEST
    limit = now - timedelta(days=UNREACHED_DAYS)
    with services.database.read() as connection:
        unreached = (ASIDE, table.c.state == "unreached", table.c.last_attempt_at < limit)
        ids = [row.id for row in connection.execute(select(table.c.id).where(*unreached).limit(500))]
    for request_id in ids:
        services.database.run(partial(_expire, request_id, now))


def _expire(request_id: str, now: datetime, tx: Transaction) -> None:
    if promises.transition(tx.connection, request_id, "expire", now, "service"):
        close_items(tx.connection, now, request_id)


def owners_gone(services: "Services") -> None:
    """A matter does not wait for an agent who no longer works here: it is anybody's before it is due."""
    desks = [one.id for one in services.rules.plain().departments]
    soon = services.clock.now() + SOON
    with services.database.read() as connection:
        anybody = owners.gone(connection, desks, soon)
    if anybody:
        services.database.run(lambda tx: owners.let_go_of_gone(tx.connection, desks, soon))


def tidy(services: "Services") -> None:
    """Receipts, keyed-in numbers, tried codes and spent orders of calls that are long over; ways of calls that nobody
    asks after."""
    limit = services.clock.machine() - KEEP_SECONDS
    for made in (receipt.c.made_machine, code_try.c.made_machine):
        services.database.run(partial(_forget_made, made, limit))
    drafts = (call_draft.c.made_machine < limit,)
    spent = (outbox.c.kind.in_(GIVEN_ONCE), outbox.c.done_machine < limit)
    _forget_some(services, call_draft.c.call_sid, *drafts)
    _forget_some(services, outbox.c.id, *spent)
    services.database.run(partial(_forget_ways, services.clock.now() - KEEP_WAYS))


def _forget_some(services: "Services", key: Column[str], *over: ColumnElement[bool]) -> None:
    """So many at a time, looked for before anything is locked: a table without an index by time is read through."""
    with services.database.read() as connection:
        keys = list(connection.scalars(select(key).where(*over).limit(MADE_AT_ONCE)))
    if keys:
        services.database.run(lambda tx: tx.connection.execute(delete(key.table).where(key.in_(keys), *over)))


def _forget_made(made: Column[float], before: float, tx: Transaction) -> None:
    """As ``_forget_ways``: after a night without a clock there are a day's."""
    beyond = select(made).where(made < before).order_by(made).offset(MADE_AT_ONCE).limit(1)
    until = tx.connection.scalar(beyond)
    tx.connection.execute(delete(made.table).where(made < before if until is None else made <= until))


def _forget_ways(before: datetime, tx: Transaction) -> None:
    """The oldest first, so many at a time: the next tidying takes the next ones, and no caller waits for a lock."""
    table = route_decision
    oldest = select(table.c.id).where(table.c.at < before).order_by(table.c.at).limit(WAYS_AT_ONCE)
    tx.connection.execute(delete(table).where(table.c.id.in_(oldest)))
