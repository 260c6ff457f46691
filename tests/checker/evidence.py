"""What a run left behind, as frozen values. No rule stands here; a rule reads this and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Request:
    id: str
    number_id: str
    topic: str
    state: str
    kind: str
    window_start: datetime
    window_end: datetime
    promise_words: str
    offer_token: str | None
    fence: int
    origin_call_sid: str | None


@dataclass(frozen=True)
class Promised:
    """One row of the ledger: a window as it was told."""

    request_id: str
    at: datetime
    via: str
    start: datetime
    end: datetime
    verdict: str | None
    judged: datetime | None


@dataclass(frozen=True)
class Transition:
    """One row of a history: of a callback request or of a stay in the line."""

    n: int
    owner: str
    at: datetime
    event: str
    before: str
    after: str
    fence: int
    token: str | None


@dataclass(frozen=True)
class Offer:
    token: str
    agent_id: str
    caller_id: str | None
    request_id: str | None
    state: str
    made: datetime
    accepted: datetime | None
    talk_ended: datetime | None
    ended: datetime | None
    agent_call_sid: str | None
    resident_call_sid: str | None = None  # of a callback; a live caller's stands with her stay


@dataclass(frozen=True)
class Transfer:
    """An agent has asked somebody else into her talk, or handed it on."""

    id: str
    token: str
    kind: str
    goal_kind: str
    state: str
    made: datetime
    ended: datetime | None


@dataclass(frozen=True)
class Listening:
    """A supervisor hears a talk."""

    id: str
    token: str
    leg_sid: str | None
    made: datetime
    ended: datetime | None


@dataclass(frozen=True)
class Left:
    """What an answering machine kept of one call."""

    call_sid: str
    text: str


@dataclass(frozen=True)
class Caller:
    """A live caller's stay in the line."""

    id: str
    call_sid: str
    desk: str
    service_language: str
    urgent: bool
    state: str
    line_time: datetime


@dataclass(frozen=True)
class Said:
    text: str
    language: str
    machine: float


@dataclass(frozen=True)
class Moment:
    """Something that a telephone's owner heard or that was done with her; ``together``: with somebody from then on."""

    at: datetime  # business time
    kind: str
    together: bool


@dataclass(frozen=True)
class Leg:
    """One telephone call as the emulator played it; times are machine seconds."""

    call_sid: str
    to: str
    inbound: bool
    parent: str | None
    rang: float | None
    rang_at: datetime | None  # business time
    engaged_at: datetime | None  # business time: it was dialled and did not even ring
    answered: float | None
    ended: float | None
    heard: tuple[Said, ...]
    tokens: frozenset[str]  # offers named in the URLs of this leg
    talks: int  # times it was joined with somebody
    alone_seconds: float  # the longest stretch, in business time, between being parted and the next word or person
    moments: tuple[Moment, ...] = ()


@dataclass(frozen=True)
class Webhook:
    url: str
    call_sid: str
    status: int | None  # None: no answer came
    answer: str
    voice: bool  # its answer decides what the caller hears


@dataclass(frozen=True)
class ProviderError:
    call_sid: str
    code: int
    message: str


@dataclass(frozen=True)
class Text:
    to: str
    body: str


@dataclass(frozen=True)
class Run:
    rate: float
    disturbances: tuple[str, ...]  # faults done on purpose: a dead process may fail to answer


@dataclass(frozen=True)
class Evidence:
    run: Run
    numbers: Mapping[str, str]  # id -> E.164
    call_numbers: Mapping[str, str | None]  # CallSid -> number id
    agent_addresses: Mapping[str, str]  # client:<id> or own telephone -> agent id
    requests: tuple[Request, ...]
    promised: tuple[Promised, ...]
    request_history: tuple[Transition, ...]
    callers: tuple[Caller, ...]
    line_history: tuple[Transition, ...]
    offers: tuple[Offer, ...]
    texts_ordered: tuple[Text, ...]
    legs: tuple[Leg, ...]
    webhooks: tuple[Webhook, ...]
    errors: tuple[ProviderError, ...]
    texts_sent: tuple[Text, ...]
    partner_legs: frozenset[str] = frozenset()  # legs that a transfer rang: neither residents' nor agents'
    transfers: tuple[Transfer, ...] = ()
    listenings: tuple[Listening, ...] = ()
    left: tuple[Left, ...] = ()
