"""The Finnish holidays a ruleset may name, resolved to dates. Pure: no clock, no library, no opening hours.

The eighteen names are the vocabulary of the Finnish Service Catalogue (DVV, API version 12), so that hours imported
from there keep their meaning. A holiday only changes hours where a department says what it does on that day.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType

SATURDAY = 5
EVES = ("NewYearEve", "MaundyThursday", "MayDayEve", "MidsummerEve", "ChristmasEve")
NAMES = (
    "NewYearEve",
    "NewYearDay",
    "Epiphany",
    "MaundyThursday",
    "GoodFriday",
    "EasterSunday",
    "EasterMonday",
    "MayDayEve",
    "MayDay",
    "AscensionDay",
    "WhitSunday",
    "MidsummerEve",
    "MidsummerDay",
    "AllSaintsDay",
    "IndependenceDay",
    "ChristmasEve",
    "ChristmasDay",
    "SecondDayOfChristmas",
)


def holiday_on(day: date) -> str | None:
    """The holiday's name. Where two fall together, a holiday goes before an eve, then the order of NAMES decides."""
    return _by_date(day.year).get(day)


@lru_cache(maxsize=64)
def dates(year: int) -> Mapping[str, date]:
    """Every name's date in the calendar year, in the order of NAMES."""
    easter = easter_sunday(year)
    midsummer = _saturday_from(date(year, 6, 20))
    found = {
        "NewYearEve": date(year, 12, 31),
        "NewYearDay": date(year, 1, 1),
        "Epiphany": date(year, 1, 6),
        "MaundyThursday": easter - timedelta(days=3),
        "GoodFriday": easter - timedelta(days=2),
        "EasterSunday": easter,
        "EasterMonday": easter + timedelta(days=1),
        "MayDayEve": date(year, 4, 30),
        "MayDay": date(year, 5, 1),
        "AscensionDay": easter + timedelta(days=39),
        "WhitSunday": easter + timedelta(days=49),
        "MidsummerEve": midsummer - timedelta(days=1),
        "MidsummerDay": midsummer,
        "AllSaintsDay": _saturday_from(date(year, 10, 31)),
        "IndependenceDay": date(year, 12, 6),
        "ChristmasEve": date(year, 12, 24),
        "ChristmasDay": date(year, 12, 25),
        "SecondDayOfChristmas": date(year, 12, 26),
    }
    return MappingProxyType(found)


def easter_sunday(year: int) -> date:
    """Gregorian Easter by the anonymous computus (Meeus, Jones, Butcher)."""
    golden = year % 19
    century, of_century = divmod(year, 100)
    leap_centuries, century_rest = divmod(century, 4)
    moon_shift = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - moon_shift + 15) % 30
    leap_years, year_rest = divmod(of_century, 4)
    to_sunday = (32 + 2 * century_rest + 2 * leap_years - epact - year_rest) % 7
    late_moon = (golden + 11 * epact + 22 * to_sunday) // 451
    month, day = divmod(epact + to_sunday - 7 * late_moon + 114, 31)
    return date(year, month, day + 1)


def _saturday_from(first: date) -> date:
    return first + timedelta(days=(SATURDAY - first.weekday()) % 7)


@lru_cache(maxsize=64)
def _by_date(year: int) -> Mapping[date, str]:
    by_rank = sorted(NAMES, key=lambda name: (name in EVES, NAMES.index(name)), reverse=True)
    return {dates(year)[name]: name for name in by_rank}
