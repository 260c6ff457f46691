"""The URL is the session: what a call carries from one step to the next, signed by Twilio with the rest. Pure.

Parameters stand in alphabetical order (a proxy may sort them; the signature would break). Never a number, never a name.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol
from urllib.parse import urlencode

from routing_rules.model import LANGUAGES

# Two retries, also on slow answers and server errors; Twilio's default is one, on a failed connection only, and a
# read time-out as long as the whole request leaves none of it for the second try.
# https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
RETRY = "#ct=1000&rc=2&rp=ct,rt,5xx&rt=5000&tt=15000"


@dataclass(frozen=True)
class Step:
    """``tries`` counts silences and wrong keys in menus, and turns in the waiting line."""

    name: str
    language: str = ""
    topic: str = ""
    tries: int = 1
    version: int = 0
    arrived: int = 0  # business time of the call's arrival, Unix milliseconds
    nonce: str = ""
    choice: str = ""  # a window, a place told, a desk: whatever the step's own page says
    line: str = ""  # waiting_caller id
    request: str = ""  # callback_request id
    message: str = ""  # recording id of a voice message being left
    person: int = 0  # which person on this telephone the promise is for; 0: the first
    spared: int = 0  # webhooks in a row that were answered from memory, because too many asked (dialogue/crowd)
    again: int = 0  # how often this very webhook was asked once more, because others held the record
    pressed: str = ""  # the one key that it was about: a redirect does not tell it

    def go(self, name: str, nonce: str, **changes: object) -> "Step":
        """The next step of the same call; what is counted starts anew unless it is given."""
        fields: dict[str, object] = {"tries": 1, "spared": 0, "again": 0, "pressed": "", **changes}
        fields |= {"name": name, "nonce": nonce}
        return replace(self, **fields)  # type: ignore[arg-type]


_PARAMETERS = (
    ("a", "arrived"),
    ("c", "choice"),
    ("d", "spared"),
    ("g", "again"),
    ("k", "pressed"),
    ("l", "line"),
    ("lang", "language"),
    ("m", "message"),
    ("n", "nonce"),
    ("p", "person"),
    ("r", "request"),
    ("t", "topic"),
    ("try", "tries"),
    ("v", "version"),
)
SHAPE = re.compile(r"[A-Za-z0-9._:,~-]+")  # ids, codes and choices: nothing that a page or a document could obey
LONGEST_ID = 32
_NUMBERS = {"again", "arrived", "person", "spared", "tries", "version"}


class Row(Protocol):
    def __getitem__(self, column: str, /) -> Any: ...


def step_for(stay: Row, name: str, nonce: str) -> Step:
    """A step that asks the record where this caller, a row of the waiting line, goes now."""
    return Step(
        name,
        language=stay["language"],
        topic=stay["topic"],
        version=stay["ruleset_version"],
        arrived=int(stay["line_time_at"].timestamp() * 1000),
        nonce=nonce,
        line=stay["id"],
    )


def url_of(base: str, step: Step) -> str:
    return f"{base}/voice/step/{step.name}?{_query(step)}{RETRY}"


def recording_url(base: str, step: Step) -> str:
    """Where the provider tells that a recording is ready, perhaps after the call: it carries what is needed then."""
    return f"{base}/voice/recording?{_query(step)}{RETRY}"


def _query(step: Step) -> str:
    pairs = [(short, getattr(step, name)) for short, name in _PARAMETERS]
    return urlencode([(short, value) for short, value in pairs if value not in ("", 0)])


def link(base: str, path: str, **parameters: str) -> str:
    """A webhook of ours that is no step; parameters in alphabetical order, opaque ids only."""
    return f"{base}/voice/{path}?{urlencode(sorted(parameters.items()))}{RETRY}"


def opaque(written: str) -> str:
    """An id as our links carry it; "": something else, which no record is asked for and none keeps."""
    return written if len(written) <= LONGEST_ID and SHAPE.fullmatch(written) else ""


def spoken(written: str, otherwise: str) -> str:
    """A language as our links carry it; ``otherwise`` where the link says none that is spoken here."""
    return written if written in LANGUAGES else otherwise


def hold_url(base: str) -> str:
    """The music of a room; the room is not made at all if this cannot be fetched."""
    return f"{base}/voice/hold{RETRY}"


def step_of(name: str, parameters: Mapping[str, str]) -> Step:
    """The step a URL names. Values of a wrong shape fall to their defaults: an older release's URL may lack some."""
    fields: dict[str, object] = {}
    for short, field in _PARAMETERS:
        value = parameters.get(short, "")[:64]
        if field in _NUMBERS:
            if value.isascii() and value.isdigit() and len(value) <= 15:
                fields[field] = int(value)
        elif SHAPE.fullmatch(value) and (field != "language" or value in LANGUAGES):
            fields[field] = value
    return Step(name, **fields)  # type: ignore[arg-type]
