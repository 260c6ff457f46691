"""The words a language lends to numbers, times and lists, as frozen values. Pure.

The words themselves stand in ``ivr/speech/words/<language>.yaml`` under ``vocabulary``; the rules that pick them in
``spoken`` and ``written``. Every pattern here is a str.format pattern whose names are given in the comment beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Numerals:
    """One series of numbers in one case: "neljä", "neljän" or "neljäntenä"."""

    below_twenty: tuple[str, ...]  # 0..19
    tens: tuple[str, ...]  # 20, 30 .. 90, alone
    tens_before_unit: tuple[str, ...]  # 20, 30 .. 90, before a unit
    tens_and_unit: str  # {tens} {unit}
    hundred: str = ""  # 100 alone; empty: the series ends at 99
    hundreds: str = ""  # {unit}
    hundreds_and_rest: str = ""  # {hundreds} {rest}


@dataclass(frozen=True)
class Numbers:
    cardinal: Numerals  # digits, places, the clock
    counted: Numerals  # before a noun: "en minut"
    between: Numerals  # times inside "between ... and ..."
    ordinal: Numerals  # places and days of the month


@dataclass(frozen=True)
class Keys:
    star: str
    hash: str


@dataclass(frozen=True)
class Place:
    words: str  # {ordinal} {number}; up to 99
    beyond: str  # {number}


@dataclass(frozen=True)
class Duration:
    under_a_minute: str
    minute: str
    minutes: str  # {number}
    hour: str
    hours: str  # {number}
    both: str  # {hours} {minutes}
    about: str  # {duration}


@dataclass(frozen=True)
class DayPart:
    until: int  # hour, exclusive
    words: str


@dataclass(frozen=True)
class Clock:
    """Where day parts are given, hours are told by twelve; otherwise by twenty-four."""

    on_the_hour: str  # {hour}
    past: str  # {hour} {minute}
    just_past: str  # {hour} {minute}, minutes one to nine
    named: Mapping[str, str]  # "0", "12", "24" where an hour has a name of its own
    parts: tuple[DayPart, ...]
    at: str  # {time}
    between: str  # {start} {end}
    across_days: str  # {start} {end}, each with its day


@dataclass(frozen=True)
class Days:
    today: str
    tomorrow: str
    yesterday: str
    coming: tuple[str, ...]  # Monday first
    past: tuple[str, ...]
    dated: tuple[str, ...]  # the weekday as it stands in a date
    months: tuple[str, ...]
    date: str  # {weekday} {day} {month}
    moment: str  # {day} {time}


@dataclass(frozen=True)
class Alternatives:
    separator: str
    last: str  # {first} {last}


@dataclass(frozen=True)
class Written:
    """Times as they stand in a text message: figures, and always the date, because a message is read later."""

    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    date: str  # {weekday} {day} {month}
    whole_hour: str  # {hour}
    time: str  # {hour} {minute}
    moment: str  # {date} {time}
    window: str  # {date} {start} {end}
    across_days: str  # {start} {end}


@dataclass(frozen=True)
class Vocabulary:
    numbers: Numbers
    keys: Keys
    plus: str  # before a country code
    place: Place
    duration: Duration
    clock: Clock
    days: Days
    languages: Mapping[str, str]
    alternatives: Alternatives
    written: Written
