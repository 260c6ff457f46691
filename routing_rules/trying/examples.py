"""The city's own test cases, run against a ruleset: each has come true or not, with the whole explanation. Pure.

An example that names a weekday means an ordinary one, the next after today: one that happens to be a holiday, or an
exceptional day of some department, says nothing about the weeks to come and would hold up a good publication.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

from routing_rules.holidays import holiday_on
from routing_rules.model import Example, ExceptionalDay, Expected, Ruleset
from routing_rules.routes import (
    AllClosed,
    Explanation,
    Information,
    NobodyOnDuty,
    OtherLanguage,
    Route,
    StaffedDesk,
    ToDuty,
    ToLine,
    ToNumber,
    ToPartner,
)
from routing_rules.trying.trial import FIRST_DAY, LAST_DAY, Trial, everybody, local_moment, tried

LOOK_WEEKS = 60  # for an ordinary one; without any the very next is taken


@dataclass(frozen=True)
class ExampleResult:
    example: Example
    came_true: bool
    explanation: Explanation
    at: datetime  # UTC, the moment that was tried


def run_examples(rules: Ruleset, now: datetime) -> tuple[ExampleResult, ...]:
    return tuple(_run(rules, example, now) for example in rules.examples)


def _run(rules: Ruleset, example: Example, now: datetime) -> ExampleResult:
    trial = trial_of(rules, example, now)
    explanation = tried(rules, trial)
    kind, who = outcome(explanation.route)
    came_true = kind == example.leads_to and example.desk in (None, who)
    return ExampleResult(example, came_true, explanation, trial.at)


def trial_of(rules: Ruleset, example: Example, now: datetime) -> Trial:
    zone = ZoneInfo(rules.time_zone)
    day = example.day or _next(rules, example.weekday or 0, now.astimezone(zone).date())
    at = local_moment(min(max(day, FIRST_DAY), LAST_DAY), example.minute, zone)  # any that can be written has an answer
    staffed = _staffed(rules, example)
    return Trial(at, example.language, example.topic, staffed, example.number, example.wait_minutes)


def _staffed(rules: Ruleset, example: Example) -> tuple[StaffedDesk, ...]:
    if example.staffed is None:
        return everybody(rules)
    named = (d for d in rules.departments if d.id in example.staffed)
    return tuple(StaffedDesk(d.id, frozenset(d.languages)) for d in named)


def _next(rules: Ruleset, weekday: int, today: date) -> date:
    first = today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    weeks = (first + timedelta(weeks=n) for n in range(LOOK_WEEKS))
    return next((day for day in weeks if not _out_of_the_ordinary(rules, day)), first)


def _out_of_the_ordinary(rules: Ruleset, day: date) -> bool:
    return holiday_on(day) is not None or any(covers(one, day) for one in _exceptional(rules))


def _exceptional(rules: Ruleset) -> Iterator[ExceptionalDay]:
    return (one for department in rules.departments for one in department.hours.exceptional)


def covers(exception: ExceptionalDay, day: date) -> bool:
    if exception.yearly:
        return (exception.day.month, exception.day.day) == (day.month, day.day)
    return exception.day <= day <= (exception.until or exception.day)


def outcome(route: Route) -> tuple[Expected, str | None]:  # noqa: C901 - one case for each, nothing nested
    """What kind of answer a route is, in the word an example uses, and whose: a department's or a duty's id."""
    match route:
        case ToLine(desk):
            return "line", desk
        case ToNumber(department):
            return "number", department
        case ToDuty(duty):
            return "duty", duty.id
        case ToPartner(department):
            return "partner", department
        case AllClosed(department):
            return "closed", department
        case NobodyOnDuty(department):
            return "nobody", department
        case OtherLanguage(desk):
            return "other_language", desk
        case Information():
            return "information", None
    assert_never(route)
