"""Telephones: a resident's, an agent's own, or a browser's ("client:…"); what each does when it rings, its inbox."""

from dataclasses import dataclass, field
from typing import Literal, get_args

OnRing = Literal["manual", "answer", "busy", "no-answer", "decline", "machine"]


@dataclass(frozen=True)
class Behaviour:
    """Times are business seconds. `talk`: hang up that long after being joined with somebody.

    `greeting` and `beep` are a machine's: how long it greets, and whether a beep follows.
    """

    on_ring: OnRing = "manual"
    after: float = 2.0
    press: str = ""
    press_after: float = 1.0
    talk: float | None = None
    greeting: float = 4.5
    beep: bool = True


@dataclass(frozen=True)
class LeftMessage:
    """What a machine heard in one call after its beep; `at`: when the call ended."""

    call_sid: str
    text: str
    seconds: float
    at: str


@dataclass(frozen=True)
class TextMessage:
    sid: str
    sender: str
    to: str
    body: str
    at: str
    segments: int


@dataclass(eq=False)
class Telephone:
    number: str
    label: str = ""
    behaviour: Behaviour = Behaviour()
    messages: list[TextMessage] = field(default_factory=list)
    left: list[LeftMessage] = field(default_factory=list)


def is_client(number: str) -> bool:
    return number.startswith("client:")


def read_behaviour(content: dict[str, object]) -> Behaviour | str:
    """A behaviour from its JSON form, or the name of the field that is wrong."""
    on_ring = content.get("on_ring", "manual")
    if on_ring not in get_args(OnRing):
        return "on_ring"
    talk = content.get("talk")
    try:
        return Behaviour(
            on_ring=next(kind for kind in get_args(OnRing) if kind == on_ring),
            after=float(str(content.get("after", 2.0))),
            press=str(content.get("press") or ""),
            press_after=float(str(content.get("press_after", 1.0))),
            talk=None if talk is None else float(str(talk)),
            greeting=float(str(content.get("greeting", 4.5))),
            beep=bool(content.get("beep", True)),
        )
    except ValueError:
        return "seconds"
