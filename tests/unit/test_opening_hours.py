"""Opening hours against moments, as tables with the weekday in the data. Kuopio is UTC+2 in winter, UTC+3 in summer."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing_rules.model import ExceptionalDay, Hours, Interval
from routing_rules.opening_hours import (
    closing_after,
    intervals_on,
    is_open,
    last_closing,
    next_opening,
    open_intervals,
)

HELSINKI = ZoneInfo("Europe/Helsinki")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
ALL_DAY = (Interval(0, 1440),)


def clock(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def intervals(text: str) -> tuple[Interval, ...]:
    """``"8:00-11:00 12:00-15:00"``."""
    pairs = (part.split("-") for part in text.split())
    return tuple(Interval(clock(start), clock(end)) for start, end in pairs)


def local(text: str, fold: int = 0) -> datetime:
    """``"Tuesday 24.11.2026 10:00"``, refused when that date is another weekday."""
    weekday, rest = text.split(" ", 1)
    moment = datetime.strptime(rest, "%d.%m.%Y %H:%M").replace(tzinfo=HELSINKI, fold=fold)
    assert WEEKDAYS[moment.weekday()] == weekday, text
    return moment


def utc(text: str) -> datetime:
    return datetime.strptime(text, "%d.%m.%Y %H:%M").replace(tzinfo=UTC)


def week(**days: str) -> tuple[tuple[Interval, ...], ...]:
    return tuple(intervals(days.get(day.lower(), "")) for day in WEEKDAYS)


OFFICE = "8:00-15:00"
HOUSING = Hours(
    week=week(monday=OFFICE, tuesday=OFFICE, wednesday=OFFICE, thursday=OFFICE, friday="8:00-11:00 12:00-15:00"),
    exceptional=(
        ExceptionalDay(date(2026, 11, 25), ()),
        ExceptionalDay(date(2026, 12, 6), intervals("10:00-12:00")),  # Independence Day, opened for once
        ExceptionalDay(date(2026, 11, 28), intervals("9:00-11:00")),  # a Saturday
    ),
    holidays={"IndependenceDay": (), "ChristmasDay": (), "NewYearEve": intervals("8:00-12:00")},
)
NEVER = Hours(week=week())
ALWAYS = Hours(week=(ALL_DAY,) * 7)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("Tuesday 24.11.2026 07:59", False),
        ("Tuesday 24.11.2026 08:00", True),
        ("Tuesday 24.11.2026 14:59", True),
        ("Tuesday 24.11.2026 15:00", False),  # half-open
        ("Friday 27.11.2026 11:00", False),  # the lunch between two intervals
        ("Friday 27.11.2026 12:00", True),
        ("Sunday 29.11.2026 10:00", False),
        ("Wednesday 25.11.2026 10:00", False),  # exceptional day goes before weekday
        ("Saturday 28.11.2026 10:00", True),
        ("Sunday 06.12.2026 10:30", True),  # exceptional day goes before holiday
        ("Friday 25.12.2026 10:00", False),  # holiday goes before weekday
        ("Thursday 31.12.2026 11:59", True),
        ("Thursday 31.12.2026 12:00", False),
        ("Wednesday 06.01.2027 10:00", True),  # Epiphany: a holiday the desk says nothing about
    ],
)
def test_open_or_closed(at: str, expected: bool) -> None:
    assert is_open(HOUSING, local(at), HELSINKI) is expected


def test_the_moment_may_come_in_any_zone() -> None:
    assert is_open(HOUSING, utc("24.11.2026 06:00"), HELSINKI)
    assert not is_open(HOUSING, utc("24.11.2026 05:59"), HELSINKI)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("Tuesday 24.11.2026 07:00", "Tuesday 24.11.2026 08:00"),
        ("Tuesday 24.11.2026 08:00", "Thursday 26.11.2026 08:00"),  # the one in progress is not the next; 25.11. closed
        ("Friday 27.11.2026 10:00", "Friday 27.11.2026 12:00"),
        ("Friday 27.11.2026 16:00", "Saturday 28.11.2026 09:00"),
        ("Saturday 28.11.2026 11:00", "Monday 30.11.2026 08:00"),
    ],
)
def test_next_opening(after: str, expected: str) -> None:
    assert next_opening(HOUSING, local(after), HELSINKI) == local(expected)


def test_no_opening_within_the_days_asked() -> None:
    assert next_opening(NEVER, local("Tuesday 24.11.2026 07:00"), HELSINKI) is None
    friday = local("Friday 27.11.2026 16:00")
    only_mondays = Hours(week=week(monday=OFFICE))
    assert next_opening(only_mondays, friday, HELSINKI, days=2) is None
    assert next_opening(only_mondays, friday, HELSINKI, days=3) == local("Monday 30.11.2026 08:00")


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("Tuesday 24.11.2026 08:00", "Tuesday 24.11.2026 15:00"),
        ("Friday 27.11.2026 10:59", "Friday 27.11.2026 11:00"),
        ("Friday 27.11.2026 12:00", "Friday 27.11.2026 15:00"),
        ("Thursday 31.12.2026 09:00", "Thursday 31.12.2026 12:00"),
    ],
)
def test_closing_after(at: str, expected: str) -> None:
    assert closing_after(HOUSING, local(at), HELSINKI) == local(expected)


def test_a_closed_desk_has_no_closing() -> None:
    assert closing_after(HOUSING, local("Tuesday 24.11.2026 15:00"), HELSINKI) is None


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("Tuesday 24.11.2026 15:00", "Tuesday 24.11.2026 15:00"),  # the closing moment itself counts
        ("Tuesday 24.11.2026 14:59", "Monday 23.11.2026 15:00"),
        ("Thursday 26.11.2026 07:00", "Tuesday 24.11.2026 15:00"),
        ("Friday 27.11.2026 11:30", "Friday 27.11.2026 11:00"),
        ("Monday 30.11.2026 09:00", "Saturday 28.11.2026 11:00"),
    ],
)
def test_last_closing(before: str, expected: str) -> None:
    assert last_closing(HOUSING, local(before), HELSINKI) == local(expected)


def test_a_desk_that_never_opened_never_closed() -> None:
    assert last_closing(NEVER, local("Tuesday 24.11.2026 15:00"), HELSINKI) is None


MUSEUM = Hours(
    week=week(tuesday="10:00-17:00", wednesday="10:00-17:00", saturday="10:00-15:00"),
    exceptional=(
        ExceptionalDay(date(2027, 6, 21), intervals("9:00-14:00"), until=date(2027, 7, 31)),  # summer hours
        ExceptionalDay(date(2028, 1, 3), intervals("12:00-14:00")),  # one Monday
    ),
    holidays={
        "EasterMonday": intervals("10:00-16:00"),
        "NewYearEve": intervals("8:00-12:00"),
        "MayDayEve": intervals("8:00-12:00"),
        "MaundyThursday": intervals("8:00-13:00"),
        "MidsummerEve": (),
        "MidsummerDay": (),
    },
)


@pytest.mark.parametrize(
    ("day", "open_hours"),
    [
        ("Monday 29.03.2027", "10:00-16:00"),  # Easter Monday: a holiday may open a closed weekday
        ("Thursday 25.03.2027", ""),  # Maundy Thursday: an eve may not
        ("Thursday 31.12.2026", ""),
        ("Friday 31.12.2027", ""),
        ("Sunday 31.12.2028", ""),
        ("Tuesday 31.12.2030", "10:00-12:00"),  # New Year's Eve shortens a Tuesday, and opens nothing before ten
        ("Wednesday 31.12.2031", "10:00-12:00"),
        ("Thursday 30.04.2026", ""),
        ("Sunday 30.04.2028", ""),
        ("Tuesday 30.04.2030", "10:00-12:00"),
        ("Wednesday 30.04.2031", "10:00-12:00"),
        ("Tuesday 22.06.2027", "10:00-14:00"),  # a range shortens, on its days
        ("Monday 21.06.2027", ""),  # and opens none
        ("Saturday 26.06.2027", ""),  # Midsummer Day within the range stays closed
        ("Saturday 31.07.2027", "10:00-14:00"),  # the last day is part of the range
        ("Tuesday 03.08.2027", "10:00-17:00"),
        ("Monday 03.01.2028", "12:00-14:00"),  # a day of its own opens what it says
    ],
)
def test_what_opens_and_what_only_shortens(day: str, open_hours: str) -> None:
    assert intervals_on(MUSEUM, local(f"{day} 12:00").date()) == intervals(open_hours)


class TestMidnight:
    NIGHT = Hours(week=week(friday="20:00-24:00", saturday="0:00-4:00 6:00-7:00"))

    def test_one_opening_over_midnight(self) -> None:
        assert is_open(self.NIGHT, local("Friday 27.11.2026 23:59"), HELSINKI)
        assert is_open(self.NIGHT, local("Saturday 28.11.2026 00:00"), HELSINKI)
        assert closing_after(self.NIGHT, local("Friday 27.11.2026 21:00"), HELSINKI) == local(
            "Saturday 28.11.2026 04:00"
        )
        assert closing_after(self.NIGHT, local("Saturday 28.11.2026 00:00"), HELSINKI) == local(
            "Saturday 28.11.2026 04:00"
        )

    def test_midnight_is_no_opening_and_no_closing(self) -> None:
        assert next_opening(self.NIGHT, local("Friday 27.11.2026 21:00"), HELSINKI) == local(
            "Saturday 28.11.2026 06:00"
        )
        assert last_closing(self.NIGHT, local("Saturday 28.11.2026 01:00"), HELSINKI) == local(
            "Saturday 21.11.2026 07:00"
        )

    def test_a_desk_that_never_closes(self) -> None:
        now = local("Tuesday 24.11.2026 10:00")
        assert closing_after(ALWAYS, now, HELSINKI) is None
        assert next_opening(ALWAYS, now, HELSINKI) is None


class TestClockChanges:
    def test_spring_day_has_23_hours(self) -> None:
        assert open_intervals(ALWAYS, date(2026, 3, 29), HELSINKI) == (
            (utc("28.03.2026 22:00"), utc("29.03.2026 21:00")),
        )

    def test_autumn_day_has_25_hours(self) -> None:
        assert open_intervals(ALWAYS, date(2026, 10, 25), HELSINKI) == (
            (utc("24.10.2026 21:00"), utc("25.10.2026 22:00")),
        )

    @pytest.mark.parametrize(
        ("written", "start", "end"),
        [
            ("1:00-3:30", "28.03.2026 23:00", "29.03.2026 01:00"),  # 03:30 does not exist: the gap ends at 04:00
            ("3:30-8:00", "29.03.2026 01:00", "29.03.2026 05:00"),
            ("3:00-4:00", None, None),  # swallowed whole
            ("3:30-4:15", "29.03.2026 01:00", "29.03.2026 01:15"),  # moved, and never turned round
            ("8:00-15:00", "29.03.2026 05:00", "29.03.2026 12:00"),
        ],
    )
    def test_spring_sunday_29_3_2026(self, written: str, start: str | None, end: str | None) -> None:
        found = open_intervals(Hours(week=week(sunday=written)), date(2026, 3, 29), HELSINKI)
        assert found == (() if start is None or end is None else ((utc(start), utc(end)),))

    @pytest.mark.parametrize(
        ("written", "start", "end"),
        [
            ("1:00-3:30", "24.10.2026 22:00", "25.10.2026 00:30"),  # the first 03:30
            ("3:30-8:00", "25.10.2026 00:30", "25.10.2026 06:00"),
            ("3:00-4:00", "25.10.2026 00:00", "25.10.2026 02:00"),  # both of the hours
            ("8:00-15:00", "25.10.2026 06:00", "25.10.2026 13:00"),
        ],
    )
    def test_autumn_sunday_25_10_2026(self, written: str, start: str, end: str) -> None:
        found = open_intervals(Hours(week=week(sunday=written)), date(2026, 10, 25), HELSINKI)
        assert found == ((utc(start), utc(end)),)

    def test_the_second_of_two_equal_times_is_after_an_end_at_the_first(self) -> None:
        until_half_past = Hours(week=week(sunday="1:00-3:30"))
        assert is_open(until_half_past, local("Sunday 25.10.2026 03:29"), HELSINKI)
        assert not is_open(until_half_past, local("Sunday 25.10.2026 03:29", fold=1), HELSINKI)

    @pytest.mark.parametrize("day", ["28.3.2026", "24.10.2026"])
    def test_a_waiting_night_is_counted_in_real_hours(self, day: str) -> None:
        evening = datetime.strptime(f"{day} 23:00", "%d.%m.%Y %H:%M").replace(tzinfo=HELSINKI)
        sundays = Hours(week=week(sunday="9:00-20:00"))
        opens = next_opening(sundays, evening, HELSINKI)
        assert opens is not None
        assert opens - evening.astimezone(UTC) == timedelta(hours=9 if day == "28.3.2026" else 11)


minutes = st.integers(0, 1440)
days = st.lists(minutes, min_size=2, max_size=6, unique=True).map(sorted)
weeks = st.tuples(*[days.map(lambda cuts: tuple(map(Interval, cuts[::2], cuts[1::2])))] * 7)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)).map(lambda naive: naive.replace(tzinfo=UTC))


@settings(deadline=None)  # a loaded machine is no failure
@given(weeks, moments)
def test_the_answers_agree_with_each_other(every_week: tuple[tuple[Interval, ...], ...], at: datetime) -> None:
    hours = Hours(week=every_week)
    closing = closing_after(hours, at, HELSINKI)
    opening = next_opening(hours, at, HELSINKI)
    closed = last_closing(hours, at, HELSINKI)
    assert is_open(hours, at, HELSINKI) or closing is None
    if closing is not None:
        assert closing > at
        assert not is_open(hours, closing, HELSINKI)
    if opening is not None:
        assert opening > at
        assert is_open(hours, opening, HELSINKI)
        assert not is_open(hours, opening - timedelta(seconds=1), HELSINKI)
    if closed is not None:
        assert closed <= at
        assert not is_open(hours, closed, HELSINKI)
        assert is_open(hours, closed - timedelta(seconds=1), HELSINKI)
