"""The written form of ordered rules, the city's own test cases, and notices known beforehand.

One element at a time, as in ``shapes``; what they say about topics and departments is checked in ``checks``.
"""

from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from routing_rules.document.base_shapes import (
    E164,
    Id,
    Minutes,
    Shape,
    ToldShape,
    WordsShape,
)
from routing_rules.document.problem import wrong
from routing_rules.document.times import DAYS, Day, IntervalsWritten, WeekKey, day_and_minute, each_day_once, spread
from routing_rules.model import Example, Expected, Language, PlannedNotice, RoutingRule, When

Area = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{0,7}$")]
LONGEST_NOTICE_DAYS = 31


def _moment(written: str) -> str:
    day_and_minute(written)
    return written


def _dated(written: str) -> str:
    if day_and_minute(written)[0] is None:
        raise wrong("no_date_named", written=written)
    return written


_DATE, _CLOCK = r"\d{4}-\d{2}-\d{2}", r"([01]\d|2[0-3]):[0-5]\d"
At = Annotated[
    str,
    AfterValidator(_moment),
    WithJsonSchema({"type": "string", "pattern": f"^({'|'.join(DAYS)}|{_DATE}) {_CLOCK}$"}),
]
Dated = Annotated[str, AfterValidator(_dated), WithJsonSchema({"type": "string", "pattern": f"^{_DATE} {_CLOCK}$"})]


class WhenShape(Shape):
    topics: tuple[Id, ...] = ()
    languages: tuple[Language, ...] = ()
    week: Annotated[dict[WeekKey, IntervalsWritten], AfterValidator(each_day_once)] | None = None
    first: Day | None = Field(None, alias="from")
    last: Day | None = Field(None, alias="to")
    areas: tuple[Area, ...] = ()
    wait_minutes: Minutes | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first is not None and self.last is not None and self.last < self.first:
            raise wrong("dates_end_first", day=self.last.isoformat())
        return self

    def value(self) -> When:
        week = None if self.week is None else spread(self.week)
        return When(self.topics, self.languages, week, self.first, self.last, self.areas, self.wait_minutes)


class RuleShape(Shape):
    """Who answers while ``when`` holds: a department, or a duty."""

    id: Id
    name: WordsShape
    when: WhenShape
    department: Id | None = None
    duty: Id | None = None

    @model_validator(mode="after")
    def _one_answers(self) -> Self:
        if (self.department is None) == (self.duty is None):
            raise wrong("who_answers")
        return self

    def value(self) -> RoutingRule:
        return RoutingRule(self.id, self.name.value(), self.when.value(), self.department, self.duty)


class ExampleShape(Shape):
    id: Id
    at: At
    language: Language
    topic: Id
    leads_to: Expected
    desk: Id | None = None
    staffed: tuple[Id, ...] | None = None
    number: E164 | None = None
    wait_minutes: Minutes | None = None

    def value(self) -> Example:
        day, weekday, minute = day_and_minute(self.at)
        return Example(
            self.id, self.topic, self.language, minute, self.leads_to, day, weekday, self.desk, self.staffed,
            self.number or "", self.wait_minutes,
        )  # fmt: skip


class PlannedNoticeShape(Shape):
    id: Id
    words: ToldShape
    first: Dated = Field(alias="from")
    last: Dated = Field(alias="to")
    topics: tuple[Id, ...] = ()

    @model_validator(mode="after")
    def _ends(self) -> Self:
        first, last = _local(self.first), _local(self.last)
        if not first < last <= first + timedelta(days=LONGEST_NOTICE_DAYS):
            raise wrong("notice_ends_first", days=LONGEST_NOTICE_DAYS)
        return self

    def value(self, zone: ZoneInfo) -> PlannedNotice:
        first, last = self._moments(zone)
        return PlannedNotice(self.id, self.words.value(), first, last, self.topics)

    def holds(self, zone: ZoneInfo) -> bool:
        """Whether it ends after it begins, and in time, by the city's clock: the hour that a spring night leaves out
        lies an hour later. A ruleset in which it did not could be published, and then read by nobody."""
        first, last = self._moments(zone)
        return first < last and _clock(last, zone) - _clock(first, zone) <= timedelta(days=LONGEST_NOTICE_DAYS)

    def _moments(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        first, last = (_local(written).replace(tzinfo=zone).astimezone(UTC) for written in (self.first, self.last))
        return first, last


def _local(written: str) -> datetime:
    day, _, minute = day_and_minute(written)
    assert day is not None  # held by Dated
    return datetime.combine(day, time(minute // 60, minute % 60))


def _clock(at: datetime, zone: ZoneInfo) -> datetime:
    """As the document writes it back."""
    return at.astimezone(zone).replace(tzinfo=None)
