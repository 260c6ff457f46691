"""The promise's state machine: one table, read by the service, the tests and docs/states.md. Pure.

What an event does besides (new due time, fence, message) is the service's business, never this table's.
"""

from collections.abc import Mapping
from typing import Literal, get_args

from callbacks.model import FINAL_STATES, Refused, State
from callbacks.transitions import Machine

Event = Literal[
    "claim",
    "give_back",
    "accept",
    "answered",
    "missed",
    "exhausted",
    "leg_unknown",
    "set_aside",
    "done",
    "reopen",
    "expire",
    "cancel",
    "call_off",
    "served",
    "resolve_human_done",
    "resolve_human_again",
    "move",
    "hand_over",
    "reassign",
    "wish",
    "handled",
    "hand_on",
]

EVENTS: Mapping[Event, str] = {
    "claim": "an agent is offered the matter; nobody else can be",
    "give_back": "the agent declined, did not answer, was lost, or her leg is unknown: back at the old place",
    "accept": "the agent accepted; only now is the resident dialled",
    "answered": "the resident answered",
    "missed": "no answer, busy, a machine, a bad moment or a failed ring: due again by policy",
    "exhausted": "missed for the last time",
    "leg_unknown": "after quarantine nobody knows whether the resident's telephone rang: a person decides",
    "set_aside": "an older record was put back, and nobody knows what has happened since: a person decides",
    "done": "they talked (from dialing: the agent noted it although the answered callback was lost)",
    "reopen": "the resident rang in and wants it back at its old place",
    "expire": "unreached for 14 days",
    "cancel": "the resident no longer wants it, or an agent cancels on the resident's wish",
    "call_off": "the resident cancels by telephone, before her own is rung",
    "served": "the resident rang in and was helped live",
    "resolve_human_done": "a person found that the talk had happened",
    "resolve_human_again": "a person decided to ring again",
    "move": "another window: the resident took it, or she is told of it",
    "hand_over": "another desk rings instead, at closing time",
    "reassign": "a person gave it to another desk, or to one agent first; the window stands",
    "wish": "how the resident wants her answer was noted: in writing, or when an interpreter is there",
    "handled": "a person answered without ringing: in writing, or nothing was left to answer",
    "hand_on": "the talk was transferred: the resident goes on with another agent, and is rung only if that breaks off",
}

TRANSITIONS: Mapping[tuple[State, Event], State] = {
    ("requested", "claim"): "offered",
    ("requested", "move"): "requested",
    ("requested", "hand_over"): "requested",
    ("requested", "reassign"): "requested",
    ("requested", "wish"): "requested",
    ("requested", "handled"): "done",
    ("requested", "served"): "done",
    ("requested", "cancel"): "cancelled",
    ("requested", "call_off"): "cancelled",
    ("offered", "give_back"): "requested",
    ("offered", "accept"): "dialing",
    ("offered", "served"): "done",
    ("offered", "cancel"): "cancelled",
    ("offered", "call_off"): "cancelled",
    ("dialing", "wish"): "dialing",
    ("dialing", "answered"): "connected",
    ("dialing", "missed"): "requested",
    ("dialing", "exhausted"): "unreached",
    ("dialing", "leg_unknown"): "needs_human",
    ("requested", "set_aside"): "needs_human",
    ("offered", "set_aside"): "needs_human",
    ("dialing", "set_aside"): "needs_human",
    ("connected", "set_aside"): "needs_human",
    ("dialing", "done"): "done",
    ("dialing", "cancel"): "cancelled",
    ("connected", "wish"): "connected",
    ("connected", "missed"): "requested",
    ("connected", "exhausted"): "unreached",
    ("connected", "done"): "done",
    ("connected", "hand_on"): "requested",
    ("connected", "cancel"): "cancelled",
    ("unreached", "reopen"): "requested",
    ("unreached", "expire"): "expired",
    ("unreached", "served"): "done",
    ("unreached", "cancel"): "cancelled",
    ("unreached", "call_off"): "cancelled",
    ("needs_human", "resolve_human_done"): "done",
    ("needs_human", "resolve_human_again"): "requested",
    ("needs_human", "cancel"): "cancelled",
    ("needs_human", "call_off"): "cancelled",
}

_FINAL: frozenset[State] = frozenset(state for state in get_args(State) if state in FINAL_STATES)
PROMISE: Machine[State, Event] = Machine("The promise", "requested", _FINAL, EVENTS, TRANSITIONS)


def advance(state: State, event: Event) -> State | Refused:
    return PROMISE.advance(state, event)


def as_markdown() -> str:
    return PROMISE.as_markdown()
