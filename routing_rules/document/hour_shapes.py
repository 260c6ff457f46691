"""The written form of opening hours: weeks, exceptional days, days of every year, holidays by name."""

import re
from datetime import date
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from routing_rules.document.base_shapes import Shape
from routing_rules.document.problem import wrong
from routing_rules.document.times import Day, IntervalsWritten, WeekKey, each_day_once, spread
from routing_rules.holidays import NAMES
from routing_rules.model import ExceptionalDay, Hours

MOST_DAYS = 500  # of one department's; every decision looks through them
LEAP_YEAR = 2024  # so that the 29th of February can be named, too
_MONTH_DAY = re.compile(r"(\d{2})-(\d{2})")


def _known_holiday(name: str) -> str:
    if name not in NAMES:
        raise wrong("no_holiday", written=name, known=", ".join(NAMES))
    return name


def _day_of_every_year(written: object) -> date:
    found = _MONTH_DAY.fullmatch(written) if isinstance(written, str) else None
    try:
        return date(LEAP_YEAR, int(found.group(1)), int(found.group(2))) if found else date.min.replace(day=0)
    except ValueError:
        raise wrong("no_day_of_year", written=written) from None


HolidayName = Annotated[str, AfterValidator(_known_holiday), WithJsonSchema({"type": "string", "enum": list(NAMES)})]
DayOfEveryYear = Annotated[
    date,
    BeforeValidator(_day_of_every_year),
    WithJsonSchema({"type": "string", "pattern": r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"}),
]


class ExceptionalDayShape(Shape):
    """One ``day``, every day of a range (``from`` and ``to``, both included), or a day of ``every`` year: "12-24"."""

    day: Day | None = None
    every: DayOfEveryYear | None = None
    first: Day | None = Field(None, alias="from")
    last: Day | None = Field(None, alias="to")
    hours: IntervalsWritten

    @model_validator(mode="after")
    def _one_or_many(self) -> Self:
        named = sum(one is not None for one in (self.day, self.every, self.first))
        if (self.first is None) != (self.last is None) or named != 1:
            raise wrong("day_or_range")
        if self.first is not None and self.last is not None and self.last <= self.first:
            raise wrong("range_ends_first", day=self.last.isoformat())
        return self

    def value(self) -> ExceptionalDay:
        first = self.day or self.every or self.first
        assert first is not None  # held by _one_or_many
        return ExceptionalDay(first, self.hours, self.last, yearly=self.every is not None)


class HoursShape(Shape):
    week: Annotated[dict[WeekKey, IntervalsWritten], AfterValidator(each_day_once)]
    exceptional: Annotated[tuple[ExceptionalDayShape, ...], Field(max_length=MOST_DAYS)] = ()
    holidays: dict[HolidayName, IntervalsWritten] = {}

    @model_validator(mode="after")
    def _each_day_once(self) -> Self:
        known = sorted((e.value() for e in self.exceptional), key=lambda e: (e.yearly, e.day))
        for one, following in zip(known, known[1:], strict=False):
            if one.yearly == following.yearly and following.day <= (one.until or one.day):
                raise wrong("day_twice", day=following.day.isoformat())
        return self

    def value(self) -> Hours:
        return Hours(spread(self.week), tuple(e.value() for e in self.exceptional), dict(self.holidays))
