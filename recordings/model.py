"""Voice messages and recorded talks as frozen values, and their state machines. Pure.

The sound has a life of its own beside the state (announced, stored, gone from the provider): columns say that.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from callbacks.transitions import Machine, fan

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

TalkState = Literal["asked", "running", "paused", "ended", "kept", "absent"]
TalkEvent = Literal["begin", "pause", "resume", "end", "keep", "absent"]
Verdict = Literal["recorded", "declined", "untold", "not_here"]  # not_here: her department records no talks
OPEN_TALK_STATES: tuple[TalkState, ...] = ("asked", "running", "paused")
UNFINISHED_TALK_STATES: tuple[TalkState, ...] = (*OPEN_TALK_STATES, "ended")

TALK_EVENTS: Mapping[TalkEvent, str] = {
    "begin": "the provider records the resident's leg",
    "pause": "the provider has confirmed that it records silence",
    "resume": "the provider has confirmed that it records again",
    "end": "the talk is over, or she was handed on: the file is awaited",
    "keep": "the provider has the whole file: it is fetched",
    "absent": "nothing was recorded, as far as anybody has told: refused, over before it began, or lost",
}
TALK_TRANSITIONS: Mapping[tuple[TalkState, TalkEvent], TalkState] = {
    ("asked", "begin"): "running",
    ("running", "pause"): "paused",
    ("paused", "resume"): "running",
    **fan(OPEN_TALK_STATES, "end", "ended"),
    **fan((*UNFINISHED_TALK_STATES, "absent"), "keep", "kept"),
    **fan(UNFINISHED_TALK_STATES, "absent", "absent"),
}
TALK: Machine[TalkState, TalkEvent] = Machine(
    "The recorded talk", "asked", frozenset({"kept"}), TALK_EVENTS, TALK_TRANSITIONS
)


@dataclass(frozen=True)
class Notice:
    """What the resident heard in this call about recording, and what she said to it."""

    told_at: datetime | None
    declined: bool


def judged(notice: Notice) -> Verdict:
    """Whether her talk may be recorded: told first (tietosuoja.fi, 20.2.2020), and never against her word."""
    if notice.declined:
        return "declined"
    return "recorded" if notice.told_at is not None else "untold"


def wish(wanted: str | None, on_hold: bool) -> TalkState:
    """What the provider's side should be. The agent's pause outlasts a hold, and nobody records the music of one."""
    if wanted == "off":
        return "ended"
    return "paused" if on_hold or wanted == "paused" else "running"


@dataclass(frozen=True)
class About:
    """A talk that is to be recorded: which, whose leg, whose matter."""

    offer_token: str
    agent_id: str
    call_sid: str  # the resident's leg
    number_id: str | None
    request_id: str | None
    topic: str
    language: str
    department: str
    urgent: bool


@dataclass(frozen=True)
class Announced:
    """What is known of a recording when the provider, or the caller's own step, first speaks of it."""

    recording_sid: str  # RE and 32 hex digits
    call_sid: str
    seconds: int
    topic: str
    language: str
    kind: Kind
    at: datetime | None = None  # when it was spoken, where that is long ago; None: now


@dataclass(frozen=True)
class Kept:
    """What became of a kept message. ``request_id`` None: nobody can be rung, the desk listens."""

    request_id: str | None
    joined: bool = False


def as_markdown() -> str:
    return "\n".join((MESSAGE.as_markdown(), TALK.as_markdown()))
