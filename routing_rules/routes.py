"""Where a topic leads: what ``decide`` answers, and what it is told of the moment. No rules, no words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from routing_rules.model import Duty, Language


@dataclass(frozen=True)
class StaffedDesk:
    """Agents on duty now (available or with a matter) at a desk, by language they speak."""

    desk: str
    languages: frozenset[str]


@dataclass(frozen=True)
class Circumstances:
    """What else is known of a caller: never stored, never logged."""

    number: str = ""  # E.164; withheld or unknown: ""
    wait_minutes: int | None = None  # a newcomer's, at the topic's own desk; None: without history nothing is guessed


NOTHING_KNOWN = Circumstances()

# --- routes: the result of decide ------------------------------------------------------------------------------


@dataclass(frozen=True)
class ToLine:
    desk: str
    extended: bool  # True: the department is closed or unstaffed, the extended-hours desk answers
    closed: bool  # the topic's own department is closed (else open with nobody on duty)


@dataclass(frozen=True)
class ToNumber:
    department: str
    number: str


@dataclass(frozen=True)
class OtherLanguage:
    """Somebody is on duty at the desk, but nobody who speaks the caller's language."""

    desk: str
    languages: tuple[Language, ...]  # spoken there now
    extended: bool


@dataclass(frozen=True)
class NobodyOnDuty:
    """Something is open, but nobody is signed in: a callback is offered."""

    department: str


@dataclass(frozen=True)
class AllClosed:
    department: str
    opens_at: datetime | None  # the next opening of any answering desk for this topic
    duty: Duty | None


@dataclass(frozen=True)
class ToDuty:
    """An urgent city fault while its own department is closed: the duty numbers, at once."""

    duty: Duty


@dataclass(frozen=True)
class ToPartner:
    """Another authority's matter: say who, offer to connect, or text the number."""

    department: str
    number: str
    open: bool
    opens_at: datetime | None  # where it is closed now


@dataclass(frozen=True)
class Information:
    """An information-only topic: its words, then 0 for a person."""

    topic: str


Route = ToLine | ToNumber | OtherLanguage | NobodyOnDuty | AllClosed | ToDuty | ToPartner | Information


# --- why ---------------------------------------------------------------------------------------------------------

Condition = Literal["language", "time", "day", "area", "wait", "over"]
LookedAt = Literal["switch", "rule", "own", "information", "open", "urgent", "number", "staffed", "other_language"]


@dataclass(frozen=True)
class Looked:
    """One thing that was looked at: a rule, who answers, whether a desk is open, whether it is staffed."""

    what: LookedAt
    who: str  # id of the rule, department, duty or topic
    holds: bool
    fails: tuple[Condition, ...] = ()  # of a rule: what did not hold


@dataclass(frozen=True)
class Explanation:
    """A decision with everything that was looked at on the way, in order."""

    topic: str
    route: Route
    looked: tuple[Looked, ...]
