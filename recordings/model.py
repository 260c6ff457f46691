"""A voice message as frozen values, and its state machine. Pure.

The sound has a life of its own beside the state (announced, stored, gone from the provider): columns say that.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from callbacks.transitions import Machine

State = Literal["draft", "kept", "dropped", "heard"]
Event = Literal["keep", "drop", "hear"]
Kind = Literal["message", "duty"]

LEAST_SECONDS = 2  # shorter is a breath, a cough or the tone itself

EVENTS: Mapping[Event, str] = {
    "keep": "the caller kept it, or the call ended after she had spoken",
    "drop": "the caller spoke it anew, or it was too short to hold anything",
    "hear": "an agent has dealt with it",
}
TRANSITIONS: Mapping[tuple[State, Event], State] = {
    ("draft", "keep"): "kept",
    ("draft", "drop"): "dropped",
    ("kept", "hear"): "heard",
}
MESSAGE: Machine[State, Event] = Machine(
    "The voice message", "draft", frozenset({"dropped", "heard"}), EVENTS, TRANSITIONS
)


@dataclass(frozen=True)
class Announced:
    """What is known of a recording when the provider, or the caller's own step, first speaks of it."""

    recording_sid: str  # RE and 32 hex digits
    call_sid: str
    seconds: int
    topic: str
    language: str
    kind: Kind


@dataclass(frozen=True)
class Kept:
    """What became of a kept message. ``request_id`` None: nobody can be rung, the desk listens."""

    request_id: str | None
    joined: bool = False


def as_markdown() -> str:
    return MESSAGE.as_markdown()
