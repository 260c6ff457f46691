"""The transfer's state machine: one agent asks somebody else into her talk, or hands it on. Pure.

Whatever fails leads back to the agent who asked; where she has left, into the line at the old place.
"""

from collections.abc import Mapping
from typing import Literal

from callbacks.model import Refused
from callbacks.transitions import Machine, fan

TransferState = Literal["asked", "consulting", "joined", "done", "back", "line", "gone"]
TransferEvent = Literal["answer", "join", "hand_on", "take_back", "fail", "to_line", "caller_gone"]
OPEN_TRANSFER_STATES: tuple[TransferState, ...] = ("asked", "consulting", "joined")

EVENTS: Mapping[TransferEvent, str] = {
    "answer": "who was asked has answered and talks with the agent; the resident is on hold",
    "join": "the resident comes into their talk: all three hear each other",
    "hand_on": "the resident goes on with the other one, or into the other desk's line; the agent leaves",
    "take_back": "the agent takes the resident back; who was asked leaves",
    "fail": "unanswered, declined, lost, refused, or who was asked has left: the resident is with the agent again",
    "to_line": "it came to nothing and the agent has left: the resident is in the line at her old place",
    "caller_gone": "the resident has hung up",
}

TRANSITIONS: Mapping[tuple[TransferState, TransferEvent], TransferState] = {
    ("asked", "answer"): "consulting",
    ("consulting", "join"): "joined",
    **fan(OPEN_TRANSFER_STATES, "hand_on", "done"),
    **fan(OPEN_TRANSFER_STATES, "take_back", "back"),
    **fan(OPEN_TRANSFER_STATES, "fail", "back"),
    **fan(OPEN_TRANSFER_STATES, "to_line", "line"),
    **fan(OPEN_TRANSFER_STATES, "caller_gone", "gone"),
}

FINAL_TRANSFER_STATES: frozenset[TransferState] = frozenset({"done", "back", "line", "gone"})
TRANSFER: Machine[TransferState, TransferEvent] = Machine(
    "The transfer", "asked", FINAL_TRANSFER_STATES, EVENTS, TRANSITIONS
)


def advance(state: TransferState, event: TransferEvent) -> TransferState | Refused:
    return TRANSFER.advance(state, event)


def as_markdown() -> str:
    return TRANSFER.as_markdown()
