"""What an agent sees, as frozen values: her presence, the one matter before her, and the line behind it. Pure.

Codes only (``clause``, ``kind``, outcome): the console finds the words in its catalogues.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from callbacks.retry_policy import Moment

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
    """A recording of the matter. ``ready`` False: on its way, or ``failed`` says why it never comes."""

    id: str
    seconds: int
    left_at: datetime
    ready: bool
    failed: str | None
    kind: str = "message"  # message | duty | talk
    deleted_at: datetime | None = None


@dataclass(frozen=True)
class OpenRequest:
    """Another open promise to the same number. A sensitive one is shown only to those whose department it is."""

    request_id: str
    topic_path: tuple[str, ...]
    state: str
    window_start: datetime
    window_end: datetime
    words: str  # as they were told, in ``language``
    language: str
    code: str
    rings_about: bool  # the caller on the line rings about this one


@dataclass(frozen=True)
class Promised:
    """Made on the resident's behalf in this talk: the sentence is read to her, and the code is told."""

    request_id: str
    topic_path: tuple[str, ...]
    words: str
    language: str
    code: str


@dataclass(frozen=True)
class NextTime:
    """What one key promises: the next window that can be kept, and the sentence to read aloud."""

    topic: str
    code: str
    words: str
    language: str
    window_start: datetime
    window_end: datetime


@dataclass(frozen=True)
class Transfer:
    """She hands the talk over, or has asked somebody else into it."""

    kind: str  # warm | blind
    goal_kind: str  # desk | agent | partner
    goal: str  # its name
    state: str  # desks.transfer_machine
    note: str | None


@dataclass(frozen=True)
class HandedOver:
    """A colleague transferred it here: the resident has told it once already."""

    by: str | None
    note: str | None


@dataclass(frozen=True)
class Consulted:
    """A colleague asks her about a caller who waits on hold, or has been brought into their talk."""

    by: str  # the colleague's name
    state: str  # asked | consulting | joined
    note: str | None


@dataclass(frozen=True)
class Recorded:
    """What is recorded of this talk, as the provider has confirmed it; why nothing is, where the rules would."""

    state: str  # starting running pausing paused held resuming over failed declined untold
    paused: bool = False  # her own word, whatever the provider has made of it
    hers: bool = False  # it is her talk, and there is something to pause


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
    rang_at: datetime  # when she rang: a chosen window begins later
    since: datetime  # when the present state began
    wrap_until: datetime | None
    resident_status: str | None
    note: str | None
    request_id: str | None = None
    rings_about: str | None = (
        None  # the request that a live caller has rung in about, as long as nothing has come of it
    )
    sounds: tuple[Sound, ...] = ()
    contact: str = "ring"  # ring | text: answered in writing
    interpreter: str | None = None  # which one comes; the window is then exact
    code: str | None = None  # of the promise
    topic: str = ""  # id of the leaf
    open_requests: tuple[OpenRequest, ...] = ()  # of the same number, this one aside
    promised: tuple[Promised, ...] = ()
    later: tuple[Moment, ...] = ()  # of a callback that talks: when it may be rung again
    next_time: NextTime | None = None  # only where it can be promised now: in the talk and after it
    not_rung: str | None = None  # why the caller's own number cannot be promised a ring: withheld, foreign ...
    advice: str | None = None  # two sentences that a new agent can say aloud, in the language of the service
    emergency: str = ""  # the words about 112, in the language of the service
    on_hold: bool = False
    transfer: Transfer | None = None
    handed_over: HandedOver | None = None
    consulted: Consulted | None = None  # until the caller is hers: then ``handed_over`` alone
    listened_by: str | None = None  # a supervisor's name
    coached: bool = False  # and she speaks to the agent
    recording: Recorded | None = None  # None: talks of this department are not recorded, or none is under way

    @property
    def may_ring_about(self) -> tuple[str, ...]:
        """Requests of the number that a live caller may have rung in about, for the agent to say so. What she has been
        promised in this talk is none: its end would close it."""
        if self.kind != "live" or self.state not in ("connected", "wrapup") or self.consulted is not None:
            return ()
        waits = (one for one in self.open_requests if one.state == "requested" and not one.rings_about)
        return tuple(
            one.request_id for one in waits if one.request_id not in {made.request_id for made in self.promised}
        )


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
    tab: str | None  # the page whose telephone rings
    reserve: bool  # a telephone of her own is rung while the browser's cannot be
    offer: Card | None
    just_ended: JustEnded | None  # only while nothing is offered
    line: LineCounts
