"""The eighteen holiday names against an independent library, and the moving ones against printed calendars."""

from datetime import date, timedelta

import holidays as independent
import pytest

from routing_rules.holidays import EVES, NAMES, dates, holiday_on

LIBRARY_NAMES = {
    "New Year's Day": "NewYearDay",
    "Epiphany": "Epiphany",
    "Good Friday": "GoodFriday",
    "Easter Sunday": "EasterSunday",
    "Easter Monday": "EasterMonday",
    "May Day": "MayDay",
    "Ascension Day": "AscensionDay",
    "Pentecost": "WhitSunday",
    "Midsummer Eve": "MidsummerEve",
    "Midsummer Day": "MidsummerDay",
    "All Saints' Day": "AllSaintsDay",
    "Independence Day": "IndependenceDay",
    "Christmas Eve": "ChristmasEve",
    "Christmas Day": "ChristmasDay",
    "Second Day of Christmas": "SecondDayOfChristmas",
}


@pytest.mark.parametrize("year", range(2024, 2036))
def test_every_public_holiday_of_the_library_has_our_name(year: int) -> None:
    theirs = independent.country_holidays("FI", years=year, language="en_US")
    assert {LIBRARY_NAMES[name]: day for day, name in theirs.items()} == {
        name: day for name, day in dates(year).items() if name in LIBRARY_NAMES.values()
    }


@pytest.mark.parametrize("year", range(2024, 2036))
def test_the_eves_the_library_does_not_have(year: int) -> None:
    found = dates(year)
    assert set(NAMES) - set(LIBRARY_NAMES.values()) == {"NewYearEve", "MaundyThursday", "MayDayEve"}
    assert found["NewYearEve"] == date(year, 12, 31)
    assert found["MayDayEve"] == date(year, 4, 30)
    assert found["MaundyThursday"].strftime("%A") == "Thursday"
    assert found["MaundyThursday"] + timedelta(days=1) == found["GoodFriday"]


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 4, 2), "MaundyThursday"),
        (date(2026, 4, 3), "GoodFriday"),
        (date(2026, 5, 14), "AscensionDay"),
        (date(2026, 6, 19), "MidsummerEve"),
        (date(2026, 10, 31), "AllSaintsDay"),
        (date(2026, 12, 6), "IndependenceDay"),
        (date(2026, 11, 24), None),
        (date(2008, 5, 1), "MayDay"),  # Ascension Day too that year: the order of the names decides
    ],
)
def test_the_name_of_a_day(day: date, name: str | None) -> None:
    assert holiday_on(day) == name


def test_a_holiday_goes_before_an_eve_on_the_same_day() -> None:
    for year in range(1900, 2300):
        for name, day in dates(year).items():
            assert holiday_on(day) == name or name in EVES or holiday_on(day) not in EVES, day


def test_the_eighteen_names() -> None:
    assert tuple(dates(2026)) == NAMES
    assert len(set(NAMES)) == 18
