"""The offer's state machine: one matter offered to one agent, from the ringing leg to the end of her notes. Pure."""

from collections.abc import Mapping
from typing import Literal

from callbacks.model import Refused
from callbacks.transitions import Machine, fan

OfferState = Literal["offered", "accepted", "dialing", "connected", "wrapup", "ended"]
OfferEvent = Literal["accept_live", "accept_callback", "connect", "talk_over", "close"]
OPEN_OFFER_STATES: tuple[OfferState, ...] = ("offered", "accepted", "dialing", "connected", "wrapup")

EVENTS: Mapping[OfferEvent, str] = {
    "accept_live": "the agent accepted a waiting caller; both legs go to the room",
    "accept_callback": "the agent accepted a callback; the resident is dialled",
    "connect": "agent and resident hear each other",
    "talk_over": "the talk, or the attempt at one, is over; the agent notes what came of it",
    "close": "noted, or never accepted: declined, unanswered, lost, unknown, withdrawn; she is free again",
}

TRANSITIONS: Mapping[tuple[OfferState, OfferEvent], OfferState] = {
    ("offered", "accept_live"): "accepted",
    ("offered", "accept_callback"): "dialing",
    **fan(("accepted", "dialing"), "connect", "connected"),
    **fan(("accepted", "dialing", "connected"), "talk_over", "wrapup"),
    **fan(OPEN_OFFER_STATES, "close", "ended"),
}

OFFER: Machine[OfferState, OfferEvent] = Machine("The offer", "offered", frozenset({"ended"}), EVENTS, TRANSITIONS)


def advance(state: OfferState, event: OfferEvent) -> OfferState | Refused:
    return OFFER.advance(state, event)


def as_markdown() -> str:
    return OFFER.as_markdown()
