"""When a topic, or the whole city, is answered: seven days in quarters of an hour, through the decision code itself.

With everybody on duty: what is shown is what the rules promise, not who happens to be ill. Pure.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Literal, assert_never
from zoneinfo import ZoneInfo

from routing_rules.decide import decide
from routing_rules.holidays import holiday_on
from routing_rules.model import Language, Ruleset, Topic
from routing_rules.opening_hours import is_open
from routing_rules.routes import (
    AllClosed,
    Information,
    NobodyOnDuty,
    OtherLanguage,
    Route,
    ToDuty,
    ToLine,
    ToNumber,
    ToPartner,
)
from routing_rules.trying.examples import covers
from routing_rules.trying.trial import everybody, local_moment

QUARTER = timedelta(minutes=15)
# other: somebody, but not in the caller's language, or a callback
State = Literal["open", "extended", "duty", "other", "closed"]
STATES: tuple[State, ...] = ("open", "extended", "duty", "other", "closed")
At = Callable[[datetime], State]


@dataclass(frozen=True)
class Stretch:
    start: datetime  # UTC
    end: datetime
    state: State


@dataclass(frozen=True)
class Day:
    date: date
    stretches: tuple[Stretch, ...]  # the whole day, in order, without a gap
    holiday: str | None = None
    exceptional: tuple[str, ...] = ()  # departments with an exceptional day

    @property
    def hours(self) -> float:
        """24, but for the two days on which the clocks change."""
        return (self.stretches[-1].end - self.stretches[0].start) / timedelta(hours=1)


def week(rules: Ruleset, topic: str | None, language: Language, first: date) -> tuple[Day, ...]:
    """Seven days from ``first``; ``topic`` None: the whole city, open where any of its desks is."""
    at = _city(rules) if topic is None else _topic(rules, topic, language)
    return tuple(_day(rules, first + timedelta(days=n), at) for n in range(7))


def weeks(rules: Ruleset, topics: Iterable[Topic], language: Language, first: date) -> dict[str, tuple[Day, ...]]:
    """By topic id. Topics that everything is alike for share one reckoning: a city has few kinds of them."""
    reckoned: dict[tuple[object, ...], tuple[Day, ...]] = {}
    found: dict[str, tuple[Day, ...]] = {}
    for topic in topics:
        by = tuple(rule.id for rule in rules.rules_about(topic.id))
        alike = (topic.department, topic.information is None, topic.urgent, topic.duty, by)
        if alike not in reckoned:
            reckoned[alike] = week(rules, topic.id, language, first)
        found[topic.id] = reckoned[alike]
    return found


def _day(rules: Ruleset, day: date, at: At) -> Day:
    exceptional = tuple(d.id for d in rules.departments if any(covers(one, day) for one in d.hours.exceptional))
    return Day(day, tuple(_stretches(day, ZoneInfo(rules.time_zone), at)), holiday_on(day), exceptional)


def _stretches(day: date, zone: ZoneInfo, at: At) -> Iterator[Stretch]:
    for state, run in groupby(_quarters(day, zone), key=at):
        moments = tuple(run)
        yield Stretch(moments[0], moments[-1] + QUARTER, state)


def _quarters(day: date, zone: ZoneInfo) -> Iterator[datetime]:
    """92 or 100 of them where the clocks change."""
    now, end = local_moment(day, 0, zone), local_moment(day + timedelta(days=1), 0, zone)
    while now < end:
        yield now
        now += QUARTER


def _topic(rules: Ruleset, topic: str, language: Language) -> At:
    staffed = everybody(rules)
    return lambda at: state_of(decide(rules, topic, language, at, staffed))


def _city(rules: Ruleset) -> At:
    zone = ZoneInfo(rules.time_zone)
    extended = rules.department(rules.extended_desk)
    desks = [d for d in rules.departments if d.provider == "city" and d.id != extended.id]

    def at(moment: datetime) -> State:
        if any(is_open(desk.hours, moment, zone) for desk in desks):
            return "open"
        return "extended" if is_open(extended.hours, moment, zone) else "closed"

    return at


def state_of(route: Route) -> State:
    match route:
        case ToLine(extended=True):
            return "extended"
        case ToLine() | ToNumber() | Information() | ToPartner(open=True):
            return "open"
        case ToDuty():
            return "duty"
        case OtherLanguage() | NobodyOnDuty():
            return "other"
        case AllClosed() | ToPartner():
            return "closed"
    assert_never(route)
