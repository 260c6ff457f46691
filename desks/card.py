"""What an agent sees, as frozen values: her presence, the one matter before her, and the line behind it. Pure.

Codes only (``clause``, ``kind``, outcome): the console finds the words in its catalogues.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Kind = Literal["live", "asap", "slot", "retry"]


@dataclass(frozen=True)
class EarlierNote:
    """What an agent wrote about the same promise before, so that the resident tells it once."""

    at: datetime
    outcome: str | None
    note: str


@dataclass(frozen=True)
class Told:
    """What the resident was told: the promise's own words, or her place and wait in the line."""

    promise: str | None = None
    place: int | None = None
    wait_minutes: int | None = None


@dataclass(frozen=True)
class Why:
    """Why this matter comes now: ``urgent``, ``needed`` (with the callbacks due by then), ``place`` or ``slot``."""

    clause: str
    number: int | None
    moment: datetime  # needed: the window's end; place: when she rang; slot: when her hour opened


@dataclass(frozen=True)
class Sound:
    """A voice message of the matter. ``ready`` False: on its way, or ``failed`` says why it never comes."""

    id: str
    seconds: int
    left_at: datetime
    ready: bool
    failed: str | None


@dataclass(frozen=True)
class Card:
    token: str
    state: str  # offered | accepted | dialing | connected | wrapup
    kind: Kind
    language: str  # the resident's own
    service_language: str  # what she is served in, where she chose another
    topic_path: tuple[str, ...]
    department: str  # whose matter it is
    desk: str  # who answers now
    extended: bool
    urgent: bool
    number: str | None  # grouped for reading; None: withheld
    keyed_in: bool  # the number was keyed in, so whoever answers there may be somebody else
    own_telephone: bool
    told: Told
    window_start: datetime | None
    window_end: datetime | None
    due: datetime | None
    attempts: int
    last_attempt: datetime | None
    earlier_contacts: int  # calls from the same telephone in the 30 days before this one
    earlier_notes: tuple[EarlierNote, ...]
    why: Why
    rang_at: datetime  # when she rang, or when her window began: the line time
    since: datetime  # when the present state began
    wrap_until: datetime | None
    resident_status: str | None
    note: str | None
    request_id: str | None = None
    sounds: tuple[Sound, ...] = ()
    contact: str = "ring"  # ring | text: answered in writing
    interpreter: str | None = None  # which one comes; the window is then exact


@dataclass(frozen=True)
class LineCounts:
    """What waits for this agent: at her desks, in her languages."""

    waiting: int
    due: int
    longest_since: datetime | None


@dataclass(frozen=True)
class JustEnded:
    """A matter that left her without her doing, in the last two minutes: she should know why."""

    outcome: str  # no_answer | busy | failed | caller_gone | withdrawn | lost | unknown
    topic_path: tuple[str, ...]
    at: datetime


@dataclass(frozen=True)
class DeskView:
    presence: str  # available | away | break | offline
    reason: str | None
    presence_since: datetime | None
    break_after_call: bool
    offer: Card | None
    just_ended: JustEnded | None  # only while nothing is offered
    line: LineCounts
