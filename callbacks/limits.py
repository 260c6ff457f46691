"""How often, for whom, how many codes: the caps that keep a telephone from being rung for someone's amusement. Pure.

An urgent matter is held by none of them (decision 17); who meets a cap hears the other ways.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

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
