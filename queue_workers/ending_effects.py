"""Orders that end a call for good: an abusive one, and legs of agents who would stay in a call that leads nowhere."""

from typing import TYPE_CHECKING

from adapters.database import Transaction
from desks import store
from desks.talk import transfer_store as transfers
from desks.talk.room import matter_of
from ivr.step_url import link
from queue_workers.talk_effects import Outcome, repeatable

if TYPE_CHECKING:
    from bootstrap import Services


def end_abusive(services: "Services", token: str) -> Outcome:
    """The resident hears why, and the call ends; the agent's leg ends with the bridge. Where the resident cannot be led
    away, the agent's own leg is ended: nobody has to go on listening."""
    with services.database.read() as connection:
        row = store.offer_by_token(connection, token)
        matter = matter_of(connection, row) if row is not None else None
    if row is None or matter is None or matter.call_sid is None:
        return "not wanted"
    led = repeatable(
        services.gateway.redirect(matter.call_sid, link(services.base, "talk/abusive", lang=matter.language))
    )
    if led != "done" and not isinstance(led, float):
        end_agents_leg(services, token)
    return led


def release_agent(services: "Services", token: str) -> Outcome:
    """The caller has hung up. Nearly always the room ended with her; who hung up on the way to it was never there, and
    the agent would sit in it with the music until she puts down by herself."""
    with services.database.read() as connection:
        row = store.offer_by_token(connection, token)
    if row is None or row["agent_call_sid"] is None or row["leg_ended_machine"] is not None:
        return "not wanted"
    return repeatable(services.gateway.end(row["agent_call_sid"]))


def end_agents_leg(services: "Services", token: str) -> None:
    def order(tx: Transaction) -> None:
        row = store.offer_by_token(tx.connection, token)
        if row is not None and row["agent_call_sid"] is not None and row["leg_ended_machine"] is None:
            services.outbox.order(tx, "end_leg", row["agent_call_sid"])

    services.database.run(order)


def end_left_leg(services: "Services", transfer_id: str) -> None:
    """She has handed the talk on and is free: she is not kept in it."""
    with services.database.read() as connection:
        row = transfers.by_id(connection, transfer_id)
    if row is not None:
        end_agents_leg(services, row["token"])
