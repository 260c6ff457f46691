"""Effects at the provider: each order of the outbox carried out at most by one process at a time, safely repeated.

What must not happen twice (a ring, a text) is marked as asked before the provider is, and never asked again for the
same token; what may happen twice without harm (ending a leg, bringing a caller) is simply done again.
"""

import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import RowMapping, select, update

from adapters import pace_store
from adapters.database import Transaction
from adapters.fault_points import reach
from adapters.logs import about
from adapters.outbox import GIVEN_UP
from adapters.pace import Lane
from adapters.schema import offer
from adapters.voice_gateway import Done, NotDone, Result, Unknown
from callbacks import store as promises
from callbacks.store import get
from desks import store
from desks.talk.conversation import Conversation
from desks.talk.telephone_store import rung_at
from ivr.step_url import RETRY, link, step_for, url_of
from queue_workers import (
    ending_effects,
    erase_effects,
    listen_effects,
    record_effects,
    sound_effects,
    talk_effects,
    text_effects,
    transcript_effects,
    trouble,
)
from queue_workers.hands import Hands
from queue_workers.in_turn import TOO_LATE, came_too_late, kept_in_turn, may_still_ring
from queue_workers.orders import Order, Outcome, Work, claim, claim_next, is_waiting, settle
from queue_workers.talk_effects import repeatable

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("effects")
RING_SECONDS = 20
AGAIN_SECONDS = 1.0  # after a 429 or a refused connection
LONGEST_SECONDS = 30.0
MOST_TRIES = 20  # of effects that may be repeated: about eight minutes
MESSAGE_SECONDS = 2.0  # until the agent's leg is ended once the machine hears the message
LONG = frozenset(  # what may take longer than a lease, or comes by the hundred at night; no ring waits for any of it
    {"fetch_recording", "transcribe", "drop_sound", "delete_recording", "delete_call", "delete_text"}
)
# What a hint hurries nobody for: where texts are answered slowly, every worker would soon wait for one and no ring go
# out. The clock has hands for them that do nothing else (``turn_hands``).
LEFT_TO_THE_CLOCK = frozenset({"send_text"})


def carry_out(services: "Services", outbox_id: str, hands: Hands | None = None) -> bool:
    """False: done already, not due, or somebody else works on it. ``hands`` do what takes long, where there are any:
    they claim it once they are free for it, so that nothing waits with a lease that runs out."""
    order = claim(services, outbox_id, LONG | LEFT_TO_THE_CLOCK if hands is not None else ())
    if order is not None:
        _act(services, order)
        return True
    if hands is None or hands.full() or not is_waiting(services, outbox_id, LONG):
        return False
    return hands.take(partial(carry_out, services, outbox_id), outbox_id)


def carry_out_next(services: "Services", lane: Lane) -> bool:
    """Whoever is first of those who wait for a turn. False: none of them may be asked for yet."""
    order = claim_next(services, lane)
    if order is not None:
        _act(services, order)
    return order is not None


def _act(services: "Services", order: Order) -> None:
    with about(order=order.id, effect=order.kind):
        _carried_out(services, order)


def _carried_out(services: "Services", order: Order) -> None:
    work = Work(services, order)
    said = outcome = _outcome(services, order, work)
    if order.turn is not None:
        outcome = kept_in_turn(services, order, outcome)
    elif isinstance(outcome, float):
        outcome = _again(order, outcome)
    if outcome == GIVEN_UP and order.kind in ENDED_INSTEAD:
        ENDED_INSTEAD[order.kind](services, order.ref)
    if not work.settled:
        settle(services, order, outcome)
    trouble.note(services, order.kind, said, outcome)
    if work.next is not None:
        _act(services, work.next)


def _again(order: Order, seconds: float) -> Outcome:
    if order.kind in erase_effects.NEVER_GIVEN_UP:
        return erase_effects.later(order.tries)
    return GIVEN_UP if order.tries >= MOST_TRIES else min(LONGEST_SECONDS, seconds * 2 ** (order.tries - 1))


def _outcome(services: "Services", order: Order, work: Work) -> Outcome:
    if came_too_late(services, order):
        return GIVEN_UP
    if order.kind in AT_LENGTH:
        return AT_LENGTH[order.kind](services, order.ref, work)
    return EFFECTS[order.kind](services, order.ref)


# --- the effects -------------------------------------------------------------------------------------------------


def ring_agent(services: "Services", token: str) -> Outcome:
    """Claim before you dial: the token is marked as asked in its own commit, and never asked twice."""
    to = _ask(services, token)
    if to is None:
        return "not wanted"
    base = services.base
    result = services.gateway.call(
        to,
        services.caller_id,
        link(base, "agent/ring", k=token),
        link(base, "leg", k=token, w="agent"),
        f"{base}/voice/fallback{RETRY}",
        RING_SECONDS,
    )
    reach("rest_created")
    return _rung(services, token, result)


def _ask(services: "Services", token: str) -> str | None:
    now = services.clock.machine()
    mine = update(offer).where(offer.c.token == token, offer.c.state == "offered", offer.c.asked_machine.is_(None))

    def ask(tx: Transaction) -> str | None:
        if tx.connection.execute(mine.values(asked_machine=now)).rowcount != 1:
            return None
        row = tx.connection.execute(select(offer).where(offer.c.token == token)).mappings().one()
        if not may_still_ring(services, row):
            Conversation(services, tx, services.rules.current()).give_back(token, TOO_LATE)
            return None
        agent_id = str(row["agent_id"])
        to, own = rung_at(tx.connection, agent_id)
        store.note_offer(tx.connection, token, own_telephone=own)  # a reserve accepts with a key, as her own does
        if own:
            tx.after_commit(lambda: services.changed(agent_id))
        return to

    return services.database.run(ask)


def _rung(services: "Services", token: str, result: Result) -> Outcome:
    """Her telephone rings by now: a lock that is lost here begins anew, or nobody could end that leg."""
    return services.database.run(lambda tx: _noted(services, tx, token, result))


def _noted(services: "Services", tx: Transaction, token: str, result: Result) -> Outcome:
    match result:
        case Done(sid):
            unset = update(offer).where(offer.c.token == token, offer.c.agent_call_sid.is_(None))
            tx.connection.execute(unset.values(agent_call_sid=sid))
            row = store.offer_by_token(tx.connection, token)
            if row is not None and row["state"] == "ended":  # withdrawn while the provider was asked
                services.outbox.order(tx, "end_leg", sid)
            return "rung"
        case NotDone(again=True):
            tx.connection.execute(update(offer).where(offer.c.token == token).values(asked_machine=None))
            pace_store.leave(tx, token, services.clock.machine())  # withdrawn while the provider was asked
            return AGAIN_SECONDS
        case NotDone():
            Conversation(services, tx, services.rules.current()).give_back(token, "unanswered")
            return "refused"
        case Unknown(why):
            return f"unknown: {why}"


def bring_caller(services: "Services", token: str) -> Outcome:
    """Hurries a waiting caller to the room; her own next turn would bring her there too."""
    with services.database.read() as connection:
        row = store.offer_by_token(connection, token)
        stay = store.stay(connection, row["caller_id"]) if row is not None else None
    return _out_of_queue(services, stay, "bridging", f"{token}b")


def _out_of_queue(services: "Services", stay: RowMapping | None, wanted: str, nonce: str) -> Outcome:
    """Taken from the queue, never from wherever the call may be by now: a talk would be torn apart.

    One who is not in the queue yet still hears who will answer; her first turn there waits for this order. Whoever was
    handed over is led to the line already, and into the room from there: a second lead would tear her out of it. Nor is
    anybody torn out of the words that her talk is recorded: it would begin without them. Her first turn leads her on.
    """
    if stay is None or stay["state"] != wanted:
        return "not wanted"
    if stay["queue_sid"] is None and (stay["handed_over_by"] is not None or stay["recording_told_at"] is not None):
        return "not wanted"
    url = url_of(services.base, step_for(stay, "left", nonce))
    if stay["queue_sid"] is None:
        return repeatable(services.gateway.redirect(stay["call_sid"], url))
    return repeatable(services.gateway.take_from_queue(stay["queue_sid"], stay["call_sid"], url))


def return_caller(services: "Services", token: str) -> Outcome:
    """The agent's leg died before they met: out of the empty room, back to the old place."""
    with services.database.read() as connection:
        row = store.offer_by_token(connection, token)
        stay = store.stay(connection, row["caller_id"]) if row is not None else None
    if stay is None or stay["state"] != "waiting":
        return "not wanted"
    url = url_of(services.base, step_for(stay, "left", f"{token}w"))
    return repeatable(services.gateway.redirect(stay["call_sid"], url))


def ask_to_choose(services: "Services", line_id: str) -> Outcome:
    """The desk has closed: out of the queue, to the choice."""
    with services.database.read() as connection:
        stay = store.stay(connection, line_id)
    return _out_of_queue(services, stay, "closing", f"{line_id}c")


def leave_message(services: "Services", token: str) -> Outcome:
    """A machine answered: the resident's leg hears who rang, and ends; the agent is free already. Once for a request:
    whoever finds the same message three times thinks of a swindler."""
    with services.database.write() as tx:
        row = store.offer_by_token(tx.connection, token)
        request = get(tx.connection, row["request_id"]) if row is not None and row["request_id"] else None
        if row is None or request is None:
            return "not wanted"
        leaves = row["resident_call_sid"] is not None and promises.leaves_message(
            tx.connection, request["id"], services.clock.now()
        )
        if row["agent_call_sid"] is not None:
            services.outbox.order(tx, "end_leg", row["agent_call_sid"], delay=MESSAGE_SECONDS if leaves else 0.0)
    if not leaves:
        return "no leg" if row["resident_call_sid"] is None else "left before"
    url = link(services.base, "resident/message", lang=request["language"])
    result = services.gateway.redirect(row["resident_call_sid"], url)
    return "left" if isinstance(result, Done) else "not left"


def end_leg(services: "Services", call_sid: str) -> Outcome:
    return repeatable(services.gateway.end(call_sid))


AT_LENGTH: Mapping[str, Callable[["Services", str, Work], Outcome]] = {
    "fetch_recording": sound_effects.fetch_recording,
    "delete_recording": sound_effects.delete_recording,
    "transcribe": transcript_effects.transcribe,
}
EFFECTS: Mapping[str, Callable[["Services", str], Outcome]] = {
    "ring_agent": ring_agent,
    "bring_caller": bring_caller,
    "return_caller": return_caller,
    "release_caller": talk_effects.release_caller,
    "ask_to_choose": ask_to_choose,
    "leave_message": leave_message,
    "end_leg": end_leg,
    "send_text": text_effects.send_text,
    "drop_sound": sound_effects.drop_sound,
    "delete_call": erase_effects.delete_call,
    "delete_text": erase_effects.delete_text,
    "start_recording": record_effects.start_recording,
    "set_recording": record_effects.set_recording,
    "stop_recording": record_effects.stop_recording,
    "promote": talk_effects.promote,
    "set_hold": talk_effects.set_hold,
    "consult": talk_effects.consult,
    "ring_partner": talk_effects.ring_partner,
    "let_leave": talk_effects.let_leave,
    "leave_room": talk_effects.leave_room,
    "lead_on": talk_effects.lead_on,
    "end_abusive": ending_effects.end_abusive,
    "release_agent": ending_effects.release_agent,
    "ring_supervisor": listen_effects.ring_supervisor,
}
# What is done once such an order is given up, so that nobody stays in a call that leads nowhere, nor untold.
ENDED_INSTEAD: Mapping[str, Callable[["Services", str], None]] = {
    "end_abusive": ending_effects.end_agents_leg,
    "let_leave": ending_effects.end_left_leg,
    "send_text": text_effects.never_sent,
}
