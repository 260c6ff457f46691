"""How often, for whom, how many codes: the caps that keep a telephone from being rung for someone's amusement. Pure.

An urgent matter is held by none of them; who meets a cap hears the other ways.
"""

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from routing_rules.model import Limits

DAY = timedelta(hours=24)
NUMBERS_A_DAY = 3  # distinct numbers keyed in from one calling number
OPEN_THERE = 2  # open requests for one number, keyed in by others
PERSONS = 9  # with an open request about one topic, on one telephone

CODES_A_CALL = 5
CODES_AN_HOUR = 10  # from one calling number
CODES_WITHHELD_AN_HOUR = 60  # from all withheld numbers together
HOUR_SECONDS = 3600.0  # machine time


@dataclass(frozen=True)
class Asked:
    """What has been asked for before this keyed-in number."""

    numbers: int  # other numbers that this caller has keyed in within the last day; a withheld one's are not known
    open_there: int  # open requests for this number that somebody else has keyed in


def over(asked: Asked) -> bool:
    return asked.numbers >= NUMBERS_A_DAY or asked.open_there >= OPEN_THERE


def next_person(taken: Collection[int], urgent: bool) -> int | None:
    """The first ordinal without an open request about the topic; None: too many persons for one telephone."""
    free = next(person for person in range(1, len(taken) + 2) if person not in taken)
    return free if urgent or free <= PERSONS else None


@dataclass(frozen=True)
class CodeTries:
    in_call: int
    lately: int  # within the hour, from this number; for a withheld one from all withheld numbers
    withheld: bool


def too_many(tries: CodeTries) -> bool:
    most = CODES_WITHHELD_AN_HOUR if tries.withheld else CODES_AN_HOUR
    return tries.in_call >= CODES_A_CALL or tries.lately >= most


# --- the ruleset's limits --------------------------------------------------------------------------------------------

CityLimit = Literal["requests", "rings", "spend"]
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class OfNumber:
    """What one number has had within the last day."""

    requests: int
    rings: int


def number_over(had: OfNumber, limits: Limits) -> bool:
    return had.requests >= limits.requests_per_number_day or had.rings >= limits.rings_per_number_day


@dataclass(frozen=True)
class Leg:
    """A telephone that we rang out to and that was answered; the city pays for each begun minute."""

    started: datetime
    ended: datetime
    mobile: bool


@dataclass(frozen=True)
class Minutes:
    """Begun ones of legs, by what they cost."""

    mobile: int = 0
    fixed: int = 0
    browser: int = 0

    def __add__(self, more: "Minutes") -> "Minutes":
        return Minutes(self.mobile + more.mobile, self.fixed + more.fixed, self.browser + more.browser)


def minutes_of(legs: Iterable[Leg]) -> Minutes:
    legs = list(legs)
    return Minutes(sum(minutes(leg) for leg in legs if leg.mobile), sum(minutes(leg) for leg in legs if not leg.mobile))


def cents(legs: Iterable[Leg], limits: Limits) -> int:
    """An estimate by the ruleset's tariff, from above: every leg counts from its beginning, each begun minute whole."""
    return cents_of(minutes_of(legs), limits)


def cents_of(had: Minutes, limits: Limits) -> int:
    return had.mobile * limits.cents_per_minute_mobile + had.fixed * limits.cents_per_minute_fixed


def minutes(leg: Leg) -> int:
    return max(1, math.ceil((leg.ended - leg.started) / timedelta(minutes=1)))


@dataclass(frozen=True)
class OfCity:
    """What the whole city has had: the hour's requests and rings, the day's estimated cents."""

    requests: int
    rings: int
    spend: int


@dataclass(frozen=True)
class Met:
    """A limit of the whole city is met: its ringing stops until then, or until a supervisor ends the stop."""

    kind: CityLimit
    figure: str  # counted/limit
    until: datetime


def met(had: OfCity, limits: Limits, now: datetime, midnight: datetime) -> tuple[Met, ...]:
    """``midnight``: the coming one, where the day's spend begins anew."""
    judged: tuple[tuple[CityLimit, int, int, datetime], ...] = (
        ("requests", had.requests, limits.requests_per_hour, now + HOUR),
        ("rings", had.rings, limits.rings_per_hour, now + HOUR),
        ("spend", had.spend, limits.spend_per_day_cents, midnight),
    )
    return tuple(Met(kind, f"{count}/{most}", until) for kind, count, most, until in judged if count >= most)


def ring_again_at(rung: Sequence[datetime], limits: Limits) -> datetime | None:
    """When a number may be rung again that has had its day's rings (``rung``: the first one first); None: now."""
    most = limits.rings_per_number_day
    return rung[-most] + DAY if len(rung) >= most else None
