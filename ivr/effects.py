"""What dialogue may ask to be carried out, and what came of it. Pure values; ``ivr.carry_out`` does them."""

from dataclasses import dataclass, field
from typing import Literal

from ivr.facts import KnownMatter, Promised
from ivr.turn import Decided

# --- effects -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class JoinLine:
    topic: str
    department: str
    desk: str
    service_language: str
    extended: bool
    closed: bool
    request_id: str = ""  # rings in about this open request: its place counts
    decided: Decided | None = field(default=None, compare=False)  # why this line


@dataclass(frozen=True)
class Wish:
    """The caller in the line wants to be rung back; the place is held until the number is confirmed."""

    line_id: str


@dataclass(frozen=True)
class CloseLine:
    """The desk closed and nobody asked this caller to choose: the record's clock is late, the caller is not."""

    line_id: str


@dataclass(frozen=True)
class Stay:
    """Back into the line at the old place."""

    line_id: str


@dataclass(frozen=True)
class Bridge:
    """The agent has accepted: the caller's leg goes to the room."""

    line_id: str


@dataclass(frozen=True)
class GiveUpLine:
    """The stay ends and another way follows: the queue failed at the provider, nobody chose anything, or the caller
    speaks a message instead."""

    line_id: str
    why: str  # desks.line.machine.FOR_MESSAGE, silent, no-window, or what the provider says of its queue


@dataclass(frozen=True)
class HungUp:
    line_id: str


@dataclass(frozen=True)
class MoveToExtended:
    line_id: str


@dataclass(frozen=True)
class KeepNumber:
    keys: str


@dataclass(frozen=True)
class MakePromise:
    topic: str
    department: str
    window: str  # callbacks.windows code: "asap" or the slot's start
    line_id: str = ""  # keeps this place
    at_closing: bool = False  # the desk closes: any next slot, no key needed
    person: int = 1  # ordinal of the person on this telephone; 0: the next who has no open request about this
    same: Literal["ask", "join"] = "join"  # an open request about this topic: ask whether it is the same matter


@dataclass(frozen=True)
class Reopen:
    """An unreached request gets a new window because its desk cannot answer now."""

    request_id: str
    decided: Decided | None = field(default=None, compare=False)


@dataclass(frozen=True)
class CancelRequest:
    """By the number it is about, or by its code."""

    request_id: str


@dataclass(frozen=True)
class MoveRequest:
    request_id: str
    window: str  # callbacks.windows code


@dataclass(frozen=True)
class CheckCode:
    """ "Did you really ring me?": six digits; tries are counted."""

    keys: str


@dataclass(frozen=True)
class TextNumber:
    """The number of this department goes to the caller's telephone as a text message."""

    department: str


@dataclass(frozen=True)
class KeepRecording:
    """The provider has recorded something: noted, and its sound ordered. Not yet a message."""

    recording_sid: str
    seconds: int
    topic: str
    why: str = "message"  # message | duty: nobody on duty answered, an alarm goes out when it is kept


@dataclass(frozen=True)
class KeepMessage:
    """The message becomes a matter of the right desk, with sound; a request where the number can be rung."""

    message_id: str
    topic: str
    window: str = ""  # callbacks.windows code; "": the first that can be kept


@dataclass(frozen=True)
class DropMessage:
    message_id: str


@dataclass(frozen=True)
class DeclineRecording:
    """The caller does not want her talk to be recorded."""

    line_id: str


@dataclass(frozen=True)
class RaiseAlarm:
    """Nobody on duty answered: the supervisor's list, and a text to the alarm number."""

    duty: str
    topic: str


Effect = (
    JoinLine
    | Wish
    | CloseLine
    | Stay
    | Bridge
    | GiveUpLine
    | HungUp
    | MoveToExtended
    | KeepNumber
    | MakePromise
    | Reopen
    | CancelRequest
    | MoveRequest
    | CheckCode
    | TextNumber
    | KeepRecording
    | KeepMessage
    | DropMessage
    | RaiseAlarm
    | DeclineRecording
)


# --- results -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Joined:
    line_id: str
    tell_recording: bool = False  # her talk would be recorded, and this call has not heard so


@dataclass(frozen=True)
class Bridged:
    room: str


@dataclass(frozen=True)
class NumberKept:
    e164: str


@dataclass(frozen=True)
class NumberRefused:
    reason: str


@dataclass(frozen=True)
class SameMatter:
    """Nothing was made: this number has an open request about the topic, and the caller has not said whose this is."""

    matter: KnownMatter
    rings: bool = True  # False: so far it is to be answered in writing, and no time is told


@dataclass(frozen=True)
class NoWindow:
    """Nothing can be promised: no free window, or the one offered has just gone."""


@dataclass(frozen=True)
class Settled:
    """Carried out; nothing to tell."""


@dataclass(frozen=True)
class TooLate:
    """The state had already moved on; the caller is led by what is true now."""


@dataclass(frozen=True)
class CodeChecked:
    """Whether the city has a matter with this code; ``request_id`` only where it is this number's own, and open."""

    known: bool
    own: bool = False  # the matter is about the number that rings
    too_many: bool = False
    request_id: str = ""


@dataclass(frozen=True)
class Recorded:
    message_id: str


@dataclass(frozen=True)
class MessageKept:
    """``promised`` None: the desk listens, but this number cannot be rung."""

    promised: Promised | None


Result = (
    CodeChecked
    | Recorded
    | MessageKept
    | Joined
    | Bridged
    | Promised
    | NumberKept
    | NumberRefused
    | SameMatter
    | NoWindow
    | Settled
    | TooLate
)
