"""The written form of departments, topics, duties and what stands beside them, as pydantic models.

One element at a time. What elements say about each other (references, keys, levels) is in ``checks``.
"""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from routing_rules.document.base_shapes import (
    E164,
    AnnouncementKey,
    Cents,
    Count,
    Country,
    Days,
    Id,
    MenuKey,
    Minutes,
    Shape,
    Share,
    Text,
    ToldShape,
    WordsShape,
    ZoneName,
)
from routing_rules.document.hour_shapes import HoursShape
from routing_rules.document.problem import wrong
from routing_rules.document.times import PlanWritten, WeekKey, each_day_once, spread
from routing_rules.model import (
    CallbackPolicy,
    Department,
    Duty,
    Interval,
    Language,
    Limits,
    OutcomePolicy,
    Provider,
    Retention,
    RingEnd,
    Ruleset,
    Staffing,
    Topic,
)


class OutcomeShape(Shape):
    """At least one of both; what is not written is as after any other end of a ring."""

    attempts: Annotated[int, Field(ge=1, le=10)] | None = None
    spacing_minutes: Minutes | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.attempts is None and self.spacing_minutes is None:
            raise wrong("changes_nothing")
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


class RetentionShape(Shape):
    talk_days: Days = Retention.talk_days
    message_days: Days = Retention.message_days
    note_days: Days = Retention.note_days
    text_days: Days = Retention.text_days
    call_days: Days = Retention.call_days

    def value(self) -> Retention:
        return Retention(**dict(self))


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
    staffing: dict[Language, Annotated[dict[WeekKey, PlanWritten], AfterValidator(each_day_once)]] = {}
    callbacks: PolicyShape = PolicyShape()
    records_talks: bool = False
    retention: RetentionShape = RetentionShape()

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
            records_talks=self.records_talks,
            retention=self.retention.value(),
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

    version: Annotated[int, Field(ge=1, le=2_000_000_000)] = 1
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
