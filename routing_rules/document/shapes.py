"""The written form of a ruleset, as pydantic models: what each field looks like and how it becomes a frozen value.

One element at a time. What elements say about each other (references, keys, levels) is in ``checks``.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from routing_rules.document.times import IntervalsWritten, PlanWritten, each_day_once, spread
from routing_rules.holidays import NAMES
from routing_rules.model import (
    CallbackPolicy,
    Department,
    Duty,
    ExceptionalDay,
    Hours,
    Interval,
    Language,
    Limits,
    OutcomePolicy,
    Provider,
    RingEnd,
    Ruleset,
    Staffing,
    Topic,
)

LEAP_YEAR = 2024  # so that the 29th of February can be named, too
_MONTH_DAY = re.compile(r"(\d{2})-(\d{2})")


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:  # not found is a KeyError: pydantic would let it through
        raise ValueError(f'{name!r} is not a time zone; write one like "Europe/Helsinki"') from error
    return name


def _known_holiday(name: str) -> str:
    if name not in NAMES:
        raise ValueError(f"{name!r} is not a holiday; use one of {', '.join(NAMES)}")
    return name


def _day_of_every_year(written: object) -> date:
    found = _MONTH_DAY.fullmatch(written) if isinstance(written, str) else None
    try:
        return date(LEAP_YEAR, int(found.group(1)), int(found.group(2))) if found else date.min.replace(day=0)
    except ValueError:
        raise ValueError(f'{written!r} is no day of a year; write month and day like "12-24"') from None


def _key_as_text(value: object) -> object:
    """``key: 1`` and ``key: "1"`` mean the same key."""
    return str(value) if type(value) is int else value


def _without_trunk_nought(number: str) -> str:
    """ "+3580112" would be dialled as 112, and "+358040…" as nothing at all."""
    if number.startswith("+3580"):
        raise ValueError(f'{number!r} has a nought after +358; write it like "+358401234567"')
    return number


Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
E164 = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$"), AfterValidator(_without_trunk_nought)]
Text = Annotated[str, Field(min_length=1, pattern=r"\S")]
Told = Annotated[str, Field(min_length=1, max_length=400, pattern=r"\S")]
AnnouncementKey = Annotated[str, Field(pattern=r"^[a-z_]+(\.[a-z0-9_]+)*$")]
MenuKey = Annotated[str, BeforeValidator(_key_as_text), Field(pattern=r"^[1-9]$")]
HolidayName = Annotated[str, AfterValidator(_known_holiday)]
ZoneName = Annotated[str, AfterValidator(_known_zone)]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Minutes = Annotated[int, Field(ge=1, le=24 * 60)]
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=1, le=10_000_000)]
Cents = Annotated[int, Field(ge=0, le=1_000)]


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WordsShape(Shape):
    """The same thing in every language of the service; none may be missing."""

    fi: Text
    sv: Text
    en: Text

    def value(self) -> dict[str, str]:
        return {"fi": self.fi, "sv": self.sv, "en": self.en}


class ToldShape(WordsShape):
    """What is told at one go: short enough that a person is offered within the minute."""

    fi: Told
    sv: Told
    en: Told


class ExceptionalDayShape(Shape):
    """One ``day``, every day of a range (``from`` and ``to``, both included), or a day of ``every`` year: "12-24"."""

    day: date | None = None
    every: Annotated[date, BeforeValidator(_day_of_every_year)] | None = None
    first: date | None = Field(None, alias="from")
    last: date | None = Field(None, alias="to")
    hours: IntervalsWritten

    @model_validator(mode="after")
    def _one_or_many(self) -> Self:
        named = sum(one is not None for one in (self.day, self.every, self.first))
        if (self.first is None) != (self.last is None) or named != 1:
            raise ValueError("needs a day, or from and to, or every; write the one or the other")
        if self.first is not None and self.last is not None and self.last <= self.first:
            raise ValueError(f"the range ends on {self.last.isoformat()}, not after it begins; write the end later")
        return self

    def value(self) -> ExceptionalDay:
        first = self.day or self.every or self.first
        assert first is not None  # held by _one_or_many
        return ExceptionalDay(first, self.hours, self.last, yearly=self.every is not None)


class HoursShape(Shape):
    week: Annotated[dict[str, IntervalsWritten], AfterValidator(each_day_once)]
    exceptional: tuple[ExceptionalDayShape, ...] = ()
    holidays: dict[HolidayName, IntervalsWritten] = {}

    @model_validator(mode="after")
    def _each_day_once(self) -> Self:
        known = sorted((e.value() for e in self.exceptional), key=lambda e: (e.yearly, e.day))
        for one, following in zip(known, known[1:], strict=False):
            if one.yearly == following.yearly and following.day <= (one.until or one.day):
                raise ValueError(f"the exceptional day {following.day.isoformat()} stands twice; keep one")
        return self

    def value(self) -> Hours:
        return Hours(spread(self.week), tuple(e.value() for e in self.exceptional), dict(self.holidays))


class OutcomeShape(Shape):
    """At least one of both; what is not written is as after any other end of a ring."""

    attempts: Annotated[int, Field(ge=1, le=10)] | None = None
    spacing_minutes: Minutes | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.attempts is None and self.spacing_minutes is None:
            raise ValueError("changes nothing; write attempts, spacing_minutes or both, or remove it")
        return self

    def value(self) -> OutcomePolicy:
        return OutcomePolicy(self.attempts, self.spacing_minutes)


class PolicyShape(Shape):
    attempts: Annotated[int, Field(ge=1, le=10)] = CallbackPolicy.attempts
    spacing_minutes: Minutes = CallbackPolicy.spacing_minutes
    retry_window_minutes: Minutes = CallbackPolicy.retry_window_minutes
    asap_window_minutes: Minutes = CallbackPolicy.asap_window_minutes
    slot_minutes: Minutes = CallbackPolicy.slot_minutes
    open_days: Annotated[int, Field(ge=1, le=30)] = CallbackPolicy.open_days
    capacity_share: Share = CallbackPolicy.capacity_share
    capacity_floor: Share = CallbackPolicy.capacity_floor
    handling_minutes: Annotated[float, Field(gt=0, le=240)] = CallbackPolicy.handling_minutes
    forecast_live_share: Share = CallbackPolicy.forecast_live_share
    offer_from_wait_minutes: Annotated[int, Field(ge=0, le=240)] = CallbackPolicy.offer_from_wait_minutes
    asap_stop_share: Share = CallbackPolicy.asap_stop_share
    outcomes: dict[RingEnd, OutcomeShape] = {}
    owner_minutes: Annotated[int, Field(ge=0, le=240)] = CallbackPolicy.owner_minutes

    def value(self) -> CallbackPolicy:
        outcomes = {missed: shape.value() for missed, shape in self.outcomes.items()}
        return CallbackPolicy(**{**dict(self), "outcomes": outcomes})


class DepartmentShape(Shape):
    id: Id
    name: WordsShape
    spoken: WordsShape
    organisation: Text
    kind: Literal["console", "number"]
    languages: Annotated[tuple[Language, ...], Field(min_length=1)]
    hours: HoursShape
    fallback_number: E164
    number: E164 | None = None
    grace_minutes: Annotated[int, Field(ge=0, le=120)] = 10
    provider: Provider = "city"
    overload_wait_minutes: Annotated[int, Field(ge=1, le=24 * 60)] = Department.overload_wait_minutes
    listen_to_sensitive: bool = False
    staffing: dict[Language, Annotated[dict[str, PlanWritten], AfterValidator(each_day_once)]] = {}
    callbacks: PolicyShape = PolicyShape()

    def value(self) -> Department:
        return Department(
            id=self.id,
            name=self.name.value(),
            spoken=self.spoken.value(),
            organisation=self.organisation,
            kind=self.kind,
            languages=self.languages,
            hours=self.hours.value(),
            fallback_number=self.fallback_number,
            number=self.number,
            grace_minutes=self.grace_minutes,
            provider=self.provider,
            overload_wait_minutes=self.overload_wait_minutes,
            listen_to_sensitive=self.listen_to_sensitive,
            staffing=tuple(Staffing(language, _planned(week)) for language, week in self.staffing.items()),
            callbacks=self.callbacks.value(),
        )


def _planned(week: Mapping[str, Mapping[Interval, int]]) -> tuple[tuple[tuple[Interval, int], ...], ...]:
    return spread({days: tuple(plan.items()) for days, plan in week.items()})


class DutyShape(Shape):
    id: Id
    spoken: WordsShape
    numbers: Annotated[tuple[E164, ...], Field(min_length=1, max_length=5)]
    alarm_number: E164 | None = None

    def value(self) -> Duty:
        return Duty(self.id, self.spoken.value(), self.numbers, self.alarm_number)


class TopicShape(Shape):
    id: Id
    parent: Id | None = None
    key: MenuKey | None = None
    department: Id | None = None
    name: WordsShape
    spoken: WordsShape
    about: WordsShape
    urgent: bool = False
    sensitive: bool = False
    duty: Id | None = None
    information: ToldShape | None = None
    advice: ToldShape | None = None

    def value(self) -> Topic:
        return Topic(
            id=self.id,
            parent=self.parent,
            key=self.key,
            department=self.department,
            name=self.name.value(),
            spoken=self.spoken.value(),
            about=self.about.value(),
            urgent=self.urgent,
            sensitive=self.sensitive,
            duty=self.duty,
            information=None if self.information is None else self.information.value(),
            advice=None if self.advice is None else self.advice.value(),
        )


class LimitsShape(Shape):
    requests_per_number_day: Count = Limits.requests_per_number_day
    rings_per_number_day: Count = Limits.rings_per_number_day
    requests_per_hour: Count = Limits.requests_per_hour
    rings_per_hour: Count = Limits.rings_per_hour
    spend_per_day_cents: Count = Limits.spend_per_day_cents
    cents_per_minute_mobile: Cents = Limits.cents_per_minute_mobile
    cents_per_minute_fixed: Cents = Limits.cents_per_minute_fixed
    alarm_number: E164 | None = Limits.alarm_number

    def value(self) -> Limits:
        return Limits(**dict(self))


class HeadShape(Shape):
    """What stands beside the departments, the topics and the duties."""

    version: Annotated[int, Field(ge=1)] = 1
    time_zone: ZoneName
    city: WordsShape
    extended_desk: Id
    general_topic: Id
    duty: Id | None = None
    allowed_countries: Annotated[tuple[Country, ...], Field(min_length=1)] = ("FI", "AX")
    limits: LimitsShape = LimitsShape()
    announcements: dict[AnnouncementKey, ToldShape] = {}

    def value(
        self, departments: tuple[Department, ...], topics: tuple[Topic, ...], duties: tuple[Duty, ...]
    ) -> Ruleset:
        return Ruleset(
            version=self.version,
            time_zone=self.time_zone,
            city=self.city.value(),
            departments=departments,
            topics=topics,
            extended_desk=self.extended_desk,
            general_topic=self.general_topic,
            duties=duties,
            duty=self.duty,
            allowed_countries=self.allowed_countries,
            limits=self.limits.value(),
            announcements={key: words.value() for key, words in self.announcements.items()},
        )
