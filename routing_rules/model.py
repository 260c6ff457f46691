"""The ruleset as frozen values. No parsing, no clock, no store: those live in document, service and store.

Local times are minutes since local midnight in the ruleset's time zone (0..1440); 1440 is the midnight ending the day.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
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
Moments = tuple[datetime, datetime]  # UTC, half-open


@dataclass(frozen=True)
class ExceptionalDay:
    day: date
    intervals: tuple[Interval, ...]  # empty: closed all day
    until: date | None = None  # the last day of a range, which only shortens the days it covers
    yearly: bool = False  # on this day and month of every year; a day or range that is written goes before it


@dataclass(frozen=True)
class Hours:
    week: Week
    exceptional: tuple[ExceptionalDay, ...] = ()
    holidays: Mapping[str, tuple[Interval, ...]] = field(default_factory=dict)  # holiday name -> hours; () closed
    closures: tuple[Moments, ...] = ()  # by a quick switch: closed then, whatever is written; never in a document

    @cached_property
    def resolved(self) -> dict[tuple[date, str | None], tuple[Moments, ...]]:
        """Days that have been asked for, as openings; ``opening_hours`` fills it. The hours themselves never change."""
        return {}


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
class Retention:
    """How many days what was said, written and rung is kept; then it is deleted, and figures remain without numbers."""

    talk_days: int = 90  # sound of talks, since they were recorded
    message_days: int = 30  # sound of voice messages, since an agent has dealt with them
    note_days: int = 365  # what agents wrote, since the matter's end
    text_days: int = 90  # text messages, since they were sent or came
    call_days: int = 400  # calls and requests with their numbers, since their end


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
    records_talks: bool = False  # talks are recorded, after a notice, unless the resident declines
    retention: Retention = Retention()


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
class When:
    """Everything that is written must hold; what is left out holds always."""

    topics: tuple[str, ...] = ()  # each with all that stands under it
    languages: tuple[Language, ...] = ()  # the caller's
    week: Week | None = None  # local time
    first: date | None = None  # local days, both included
    last: date | None = None
    areas: tuple[str, ...] = ()  # how the caller's number begins, E.164; a withheld number lies in none
    wait_minutes: int | None = None  # expected at the topic's own desk: so long or longer; unknown: does not hold
    during: Moments | None = None  # the time of a quick switch; never in a document


@dataclass(frozen=True)
class RoutingRule:
    """The first that holds decides who answers: a department, with its own hours and people, or a duty at once."""

    id: str
    name: Words  # for pages
    when: When
    department: str | None = None
    duty: str | None = None  # exactly one of both
    switch: bool = False  # made by a quick switch; never in a document


Expected = Literal["line", "number", "duty", "partner", "closed", "nobody", "other_language", "information"]


@dataclass(frozen=True)
class Example:
    """A test case of the city's own: what must come true of a ruleset before it is published."""

    id: str
    topic: str
    language: Language
    minute: int  # since local midnight
    leads_to: Expected
    day: date | None = None
    weekday: int | None = None  # 0 Monday, the next one; exactly one of both
    desk: str | None = None  # department or duty id that answers; None: whichever
    staffed: tuple[str, ...] | None = None  # desks with somebody on duty, in all their languages; None: every desk
    number: str = ""  # the caller's, E.164
    wait_minutes: int | None = None


@dataclass(frozen=True)
class PlannedNotice:
    """A disruption notice known beforehand: on air from and until a moment (UTC)."""

    id: str
    words: Words
    first: datetime
    until: datetime
    topics: tuple[str, ...] = ()


@dataclass(frozen=True)
class Withheld:
    """No callbacks are offered then, by a quick switch; urgent matters are held by nothing. Never in a document."""

    during: Moments
    department: str | None = None  # None: in the whole city


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
    rules: tuple[RoutingRule, ...] = ()  # in order; quick switches stand before what is written
    examples: tuple[Example, ...] = ()
    notices: tuple[PlannedNotice, ...] = ()
    announcements: Mapping[str, Words] = field(default_factory=dict)  # the city's own words for a key
    withheld: tuple[Withheld, ...] = ()

    @cached_property
    def _departments(self) -> Mapping[str, Department]:
        return {d.id: d for d in self.departments}

    @cached_property
    def _topics(self) -> Mapping[str, Topic]:
        return {t.id: t for t in self.topics}

    @cached_property
    def _rules_about(self) -> Mapping[str, tuple[RoutingRule, ...]]:
        named = [(rule, frozenset(rule.when.topics)) for rule in self.rules]
        return {t.id: tuple(r for r, ids in named if not ids or t.id in ids or t.parent in ids) for t in self.topics}

    def rules_about(self, topic_id: str) -> tuple[RoutingRule, ...]:
        """In order: those that can hold for the topic."""
        return self._rules_about.get(topic_id, ())

    def department(self, department_id: str) -> Department:
        """KeyError: there is none."""
        return self._departments[department_id]

    def desk(self, department_id: str) -> Department:
        """The department, or the extended-hours desk where a newer ruleset no longer knows it: nobody gets lost."""
        return self._departments.get(department_id) or self._departments[self.extended_desk]

    def topic(self, topic_id: str) -> Topic:
        """The topic, or the general one where a newer ruleset no longer knows it: a promise outlives its topic."""
        return self._topics.get(topic_id) or self._topics[self.general_topic]

    def duty_of(self, topic_id: str) -> Duty | None:
        """Who answers urgent faults about this topic; the city's own duty where the topic names none."""
        known = self._topics.get(topic_id)
        named = (known.duty if known is not None else None) or self.duty
        return next((d for d in self.duties if d.id == named), None) if named is not None else None

    def children(self, parent: str | None) -> tuple[Topic, ...]:
        return tuple(t for t in self.topics if t.parent == parent and t.key is not None)
