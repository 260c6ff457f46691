"""The ruleset as frozen values. No parsing, no clock, no store: those live in document, service and store.

Local times are minutes since local midnight in the ruleset's time zone (0..1440); 1440 is the midnight ending the day.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

Language = Literal["fi", "sv", "en"]
LANGUAGES: tuple[Language, ...] = ("fi", "sv", "en")
Words = Mapping[str, str]  # language -> words
Provider = Literal["city", "county", "parish", "association", "private"]


@dataclass(frozen=True)
class Interval:
    start: int  # minutes since local midnight
    end: int  # exclusive


Week = tuple[tuple[Interval, ...], ...]  # seven days, Monday first


@dataclass(frozen=True)
class ExceptionalDay:
    day: date
    intervals: tuple[Interval, ...]  # empty: closed all day
    until: date | None = None  # the last day of a range, which only shortens the days it covers


@dataclass(frozen=True)
class Hours:
    week: Week
    exceptional: tuple[ExceptionalDay, ...] = ()
    holidays: Mapping[str, tuple[Interval, ...]] = field(default_factory=dict)  # holiday name -> hours; () closed


@dataclass(frozen=True)
class Staffing:
    """Planned agents who speak a language, by weekday interval; what windows are sold on."""

    language: Language
    week: tuple[tuple[tuple[Interval, int], ...], ...]  # seven days of (interval, agents)


RingEnd = Literal["busy", "no_answer", "machine", "failed"]  # a bad moment is none: its time is agreed


@dataclass(frozen=True)
class OutcomePolicy:
    """What differs after rings that end this way; None: as after any other."""

    attempts: int | None = None  # the ring, counted from the first, after which such an end is the last
    spacing_minutes: int | None = None


@dataclass(frozen=True)
class CallbackPolicy:
    attempts: int = 3
    spacing_minutes: int = 30  # between rings
    retry_window_minutes: int = 60
    asap_window_minutes: int = 60
    slot_minutes: int = 120
    open_days: int = 5  # slots are offered over so many open days
    capacity_share: float = 0.8
    capacity_floor: float = 0.1  # of planned staffed minutes
    handling_minutes: float = 5.0  # until measured
    forecast_live_share: float = 0.5  # of planned staffed minutes that live calls will take
    offer_from_wait_minutes: int = 2
    asap_stop_share: float = 0.8  # of the window; above it a slot is offered
    outcomes: Mapping[RingEnd, OutcomePolicy] = field(default_factory=dict)
    owner_minutes: int = 10  # a due matter waits so long for the agent who began it; 0: for nobody


@dataclass(frozen=True)
class Department:
    id: str
    name: Words  # for pages
    spoken: Words  # "Asumisen palvelu" / "Boendetjänsten" / "The housing service"
    organisation: str
    kind: Literal["console", "number"]
    languages: tuple[Language, ...]
    hours: Hours
    fallback_number: str  # E.164, for degraded mode
    number: str | None = None  # E.164, kind "number"
    provider: Provider = "city"  # another than the city: the caller hears whose matter it is, and chooses
    grace_minutes: int = 10
    overload_wait_minutes: int = 45  # expected wait above which a caller is offered a callback instead of the line
    listen_to_sensitive: bool = False  # supervisors may listen to talks about sensitive topics too
    staffing: tuple[Staffing, ...] = ()
    callbacks: CallbackPolicy = CallbackPolicy()


@dataclass(frozen=True)
class Duty:
    """Who answers urgent faults at any hour: one number after another; then a message, and an alarm."""

    id: str
    spoken: Words  # "Vikapäivystys" / "Feljouren" / "The fault duty service"
    numbers: tuple[str, ...]  # E.164, in the order they are tried
    alarm_number: str | None = None  # E.164, texted when nobody answered


@dataclass(frozen=True)
class Limits:
    """Against callback bombing and toll fraud. An urgent matter is held by none of them; it goes live instead."""

    requests_per_number_day: int = 6  # new ones, in twenty-four hours
    rings_per_number_day: int = 9  # at one number, in twenty-four hours
    requests_per_hour: int = 300  # new ones in the whole city
    rings_per_hour: int = 400  # at residents, in the whole city
    spend_per_day_cents: int = 60_000  # estimated, of minutes we ring out, since local midnight
    cents_per_minute_mobile: int = 12  # what the provider takes for a begun minute
    cents_per_minute_fixed: int = 8
    alarm_number: str | None = None  # E.164, texted when the city's ringing stops; None: the city duty's


@dataclass(frozen=True)
class Notice:
    """A disruption notice on air: heard before the menu."""

    id: str
    words: Words  # whole sentences, in every language
    topics: tuple[str, ...] = ()  # () everybody hears it; else only who chooses one of these topics
    until: datetime | None = None


@dataclass(frozen=True)
class Topic:
    id: str
    parent: str | None
    key: str | None  # "1".."5"; None: not in the menu (the general topic, reached by 0)
    department: str | None  # None: a branch of the menu
    name: Words  # for pages and cards
    spoken: Words  # in the menu: "Asuminen, rakentaminen ja vesi"
    about: Words  # in a promise: "asumiseen liittyvästä asiastasi"
    urgent: bool = False
    sensitive: bool = False
    duty: str | None = None  # Duty id: urgent city faults while the department is closed
    information: Words | None = None  # an information-only topic: what is told; no department answers it itself
    advice: Words | None = None  # two sentences that an agent who is new to the topic can say aloud


@dataclass(frozen=True)
class Ruleset:
    version: int
    time_zone: str
    city: Words  # "Kuopion kaupunki"
    departments: tuple[Department, ...]
    topics: tuple[Topic, ...]
    extended_desk: str  # department id
    general_topic: str  # topic id reached by 0 and by silence
    duties: tuple[Duty, ...] = ()
    duty: str | None = None  # Duty id: urgent city faults when everything is closed
    allowed_countries: tuple[str, ...] = ("FI", "AX")
    limits: Limits = Limits()

    def department(self, department_id: str) -> Department:
        return next(d for d in self.departments if d.id == department_id)

    def desk(self, department_id: str) -> Department:
        """The department, or the extended-hours desk where a newer ruleset no longer knows it: nobody gets lost."""
        return next((d for d in self.departments if d.id == department_id), self.department(self.extended_desk))

    def topic(self, topic_id: str) -> Topic:
        """The topic, or the general one where a newer ruleset no longer knows it: a promise outlives its topic."""
        known = next((t for t in self.topics if t.id == topic_id), None)
        return known or next(t for t in self.topics if t.id == self.general_topic)

    def duty_of(self, topic_id: str) -> Duty | None:
        """Who answers urgent faults about this topic; the city's own duty where the topic names none."""
        named = next((t.duty for t in self.topics if t.id == topic_id), None) or self.duty
        return next((d for d in self.duties if d.id == named), None)

    def children(self, parent: str | None) -> tuple[Topic, ...]:
        return tuple(t for t in self.topics if t.parent == parent and t.key is not None)


@dataclass(frozen=True)
class StaffedDesk:
    """Agents on duty now (available or with a matter) at a desk, by language they speak."""

    desk: str
    languages: frozenset[str]


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
