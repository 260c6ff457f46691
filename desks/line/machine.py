"""The waiting caller's state machine: one stay of one live call in the line. Pure.

A caller moved to another desk begins a new stay there, with her old line time.
"""

from collections.abc import Mapping
from typing import Literal

from callbacks.model import Refused
from callbacks.transitions import Machine, fan

LineState = Literal[
    "waiting", "offered", "bridging", "talking", "wishes", "closing", "handing", "done", "promised", "left", "moved"
]
LineEvent = Literal[
    "offer",
    "give_back",
    "accept",
    "join",
    "back",
    "part",
    "wish",
    "stay",
    "promise",
    "close_line",
    "transfer",
    "hang_up",
    "consult",
    "take_over",
    "not_taken",
]

EVENTS: Mapping[LineEvent, str] = {
    "offer": "an agent is offered the caller",
    "give_back": "the agent declined, did not answer or was lost: back at the old place",
    "accept": "the agent accepted; the caller is on the way to the room",
    "join": "caller and agent hear each other",
    "back": "the agent's leg ended before they met: back at the old place",
    "part": "the talk is over; before they met: the caller hung up on the way",
    "wish": "the caller asks to be rung back instead; an offer is withdrawn",
    "stay": "the caller changed her mind and waits on, at the same place",
    "promise": "a callback was promised instead of the wait",
    "close_line": "the desk closes: the caller hears what she can choose",
    "transfer": "the caller goes on at another desk or with another agent, with her place",
    "hang_up": "the call ended (after they met: that is the end of the talk)",
    "consult": "a stay made for another agent, who is asked to take the caller over from the one she talks with",
    "take_over": "the caller goes on with the agent who was asked",
    "not_taken": "the caller stays with the first agent, or goes back to the line",
}

TRANSITIONS: Mapping[tuple[LineState, LineEvent], LineState] = {
    ("waiting", "offer"): "offered",
    ("offered", "give_back"): "waiting",
    ("offered", "accept"): "bridging",
    ("bridging", "join"): "talking",
    ("bridging", "back"): "waiting",
    ("talking", "part"): "done",
    ("bridging", "part"): "left",
    **fan(("waiting", "offered"), "wish", "wishes"),
    ("wishes", "stay"): "waiting",
    **fan(("waiting", "wishes", "closing"), "promise", "promised"),
    ("waiting", "close_line"): "closing",
    **fan(("waiting", "closing", "talking"), "transfer", "moved"),
    ("waiting", "consult"): "handing",
    ("handing", "take_over"): "talking",
    ("handing", "not_taken"): "moved",
    **fan(("waiting", "offered", "bridging", "wishes", "closing"), "hang_up", "left"),
    ("talking", "hang_up"): "done",  # the last word of a call that was answered: never counted as one who gave up
}

FOR_MESSAGE = "message"  # why a stay ends whose caller speaks a message instead of waiting

FINAL_LINE_STATES: frozenset[LineState] = frozenset({"done", "promised", "left", "moved"})
LINE: Machine[LineState, LineEvent] = Machine("The waiting caller", "waiting", FINAL_LINE_STATES, EVENTS, TRANSITIONS)


def advance(state: LineState, event: LineEvent) -> LineState | Refused:
    return LINE.advance(state, event)


def as_markdown() -> str:
    return LINE.as_markdown()
