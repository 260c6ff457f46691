"""What dialogue knows when it decides a turn, gathered before it runs. Pure values."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from callbacks.model import Window
from routing_rules.model import Notice, Ruleset
from routing_rules.routes import NOTHING_KNOWN, Circumstances, StaffedDesk


@dataclass(frozen=True)
class Callable:
    """A number the city would ring: the caller's own, or one keyed in during this call."""

    e164: str
    keyed_in: bool = False


@dataclass(frozen=True)
class NotCallable:
    reason: str  # callbacks.numbers: withheld, foreign, service, premium, own, malformed …


@dataclass(frozen=True)
class Ringback:
    """A request of this number: we rang and nobody answered. It is among the known ones if we ring again."""

    request_id: str
    topic: str
    tried_at: datetime


@dataclass(frozen=True)
class KnownMatter:
    """An open request of the number that rings. Whether its topic may be told is the ruleset's word (sensitive)."""

    request_id: str
    topic: str
    state: str  # callbacks.machine
    person: int
    window: Window


@dataclass(frozen=True)
class MessageFacts:
    """The voice message this call is leaving."""

    id: str
    seconds: int
    playable: bool  # the sound has been fetched and can be heard again
    token: str = ""  # names the sound in a URL while the call lasts


@dataclass(frozen=True)
class Promised:
    window: Window
    topic: str
    code: str
    joined: bool  # there was an open request about this already
    place_kept: bool
    number: str  # E.164, to be spoken
    # How much whoever listens may hear: by caller ID about a sensitive matter the window; about a request of a number
    # that somebody else has keyed in, nothing but that it stands.
    may_tell: Literal["all", "window", "nothing"] = "all"


@dataclass(frozen=True)
class LineFacts:
    """The caller's stay in the line."""

    id: str
    state: str  # desks.line_machine
    topic: str
    department: str
    desk: str
    place: int | None
    wait_minutes: int | None  # None: no history, nothing is guessed
    led: bool  # an order to the provider to lead this leg elsewhere is under way
    staffed: bool  # somebody on duty at the desk speaks the caller's language
    desk_closed: bool  # closed, and the grace is over
    extended_open: bool  # the extended-hours desk is open and staffed
    extended_wait: int | None
    promised: Promised | None = None  # the stay ended in this promise
    in_transfer: bool = False  # her agent has asked somebody else for her: an empty room is no goodbye
    token: str = ""  # of the offer whose agent she talks with
    recording: Literal["untold", "told", "declined"] = "untold"  # what she knows and wants of it
    outcome: str = ""  # how the stay ended, where it has


@dataclass(frozen=True)
class Facts:
    rules: Ruleset
    now: datetime
    base: str  # public origin
    nonce: str  # for the URLs of this answer
    caller: Callable | NotCallable = NotCallable("withheld")
    staffed: tuple[StaffedDesk, ...] = ()
    circumstances: Circumstances = NOTHING_KNOWN  # what rules about areas and waits are decided by
    ringback: Ringback | None = None
    known: tuple[KnownMatter, ...] = ()  # open requests of the calling number, soonest first
    notices: tuple[Notice, ...] = ()  # on air now
    wait_minutes: int | None = None  # a newcomer's expected wait at the desk this topic leads to; None: no history
    can_text: bool = False  # there is a sender, and the caller's own telephone takes messages
    message: MessageFacts | None = None
    line: LineFacts | None = None
    shown_number: str | None = None  # what our calls show, where it is not the number that was rung
    asap: Window | None = None
    slots: tuple[Window, ...] = ()
    stopped: bool = False  # a limit of the city is met: no new callback but an urgent one
