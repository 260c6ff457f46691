"""Windows that can be kept. Times are UTC unless a zone is named; 24 November 2026 is a Tuesday."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callbacks.model import Window
from callbacks.windows import asap, capacity, planned_minutes, slots
from routing_rules.model import CallbackPolicy, Interval, Staffing

POLICY = CallbackPolicy()
HELSINKI = ZoneInfo("Europe/Helsinki")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def window(day: int, start: int, end: int) -> Window:
    return Window(at(day, start), at(day, end))


OWN = [(at(24, 8), at(24, 16)), (at(25, 8), at(25, 16))]
EXTENDED = [(at(24, 7), at(24, 22)), (at(25, 7), at(25, 22))]


@pytest.mark.parametrize(
    ("now", "wait", "extended", "expected"),
    [
        (at(24, 10), 10, [], Window(at(24, 10), at(24, 11))),
        (at(24, 10), 48, [], Window(at(24, 10), at(24, 11))),  # 0.8 of the window
        (at(24, 10), 49, [], None),
        (at(24, 10), None, [], Window(at(24, 10), at(24, 11))),  # no history: no wait is guessed
        (at(24, 15, 30), 10, [], Window(at(24, 15, 30), at(24, 16))),  # only open time is promised
        (at(24, 15, 30), 24, [], Window(at(24, 15, 30), at(24, 16))),
        (at(24, 15, 30), 25, [], None),  # what is left at closing time could not be met
        (at(24, 15, 46), 1, [], None),  # less than a lead before closing
        (at(24, 15, 46), None, [], None),
        (at(24, 15, 30), 30, EXTENDED, Window(at(24, 15, 30), at(24, 16, 30))),
        (at(24, 15, 30), 33, EXTENDED, Window(at(24, 15, 30), at(24, 16, 30))),  # 30 + 3 at a fifth = 45
        (at(24, 15, 30), 34, EXTENDED, None),  # 30 + 4 at a fifth = 50 > 48
        (at(24, 17), 40, EXTENDED, Window(at(24, 17), at(24, 18))),  # the extended-hours desk's own wait
        (at(24, 21, 30), 20, EXTENDED, Window(at(24, 21, 30), at(24, 22))),
        (at(24, 23), 1, EXTENDED, None),  # nobody is open
    ],
)
def test_as_soon_as_possible(
    now: datetime, wait: int | None, extended: list[tuple[datetime, datetime]], expected: Window | None
) -> None:
    assert asap(now, POLICY, wait, OWN, extended) == expected


def test_the_window_is_told_in_quarters_of_an_hour() -> None:
    given_ = asap(at(24, 10, 1) + timedelta(seconds=42), POLICY, 5, OWN, [])
    assert given_ == Window(at(24, 10), at(24, 11, 15))


def test_a_desk_without_evening_staff_takes_nothing_over() -> None:
    assert asap(at(24, 15, 30), POLICY, 40, OWN, EXTENDED, extended_pace=0.0) is None


def test_two_hour_slots_from_the_opening() -> None:
    day = [(at(24, 8), at(24, 15))]
    assert slots(at(24, 7), POLICY, day) == (
        window(24, 8, 10),
        window(24, 10, 12),
        window(24, 12, 14),
        window(24, 14, 15),
    )


@pytest.mark.parametrize(
    ("closes", "last"),
    [
        (at(24, 14, 29), Window(at(24, 12), at(24, 14, 29))),  # 29 minutes join the slot before
        (at(24, 14, 30), Window(at(24, 14), at(24, 14, 30))),  # 30 stand alone
        (at(24, 9), Window(at(24, 8), at(24, 9))),
        (at(24, 8, 20), Window(at(24, 8), at(24, 8, 20))),  # nothing before to join
    ],
)
def test_the_remainder_of_a_day(closes: datetime, last: Window) -> None:
    assert slots(at(24, 7), POLICY, [(at(24, 8), closes)])[-1] == last


@pytest.mark.parametrize(
    ("now", "first"),
    [
        (at(24, 9, 45), window(24, 10, 12)),
        (at(24, 9, 46), window(24, 12, 14)),  # would begin while she still confirms it
        (at(24, 10), window(24, 12, 14)),
        (at(24, 14), window(25, 8, 10)),
    ],
)
def test_slots_that_have_begun_or_are_about_to_are_not_offered(now: datetime, first: Window) -> None:
    assert slots(now, POLICY, OWN)[0] == first


def test_five_open_days_a_weekend_not_counted() -> None:
    openings = [(at(day, 8), at(day, 16)) for day in (24, 25, 26, 27, 30)] + [
        (datetime(2026, 12, 1, 8, tzinfo=UTC), datetime(2026, 12, 1, 16, tzinfo=UTC))
    ]
    days = [w.start.day for w in slots(at(24, 15), POLICY, openings)]  # Tuesday has none left to offer
    assert sorted(set(days), key=days.index) == [25, 26, 27, 30, 1]


def test_a_day_with_a_lunch_break_is_one_day() -> None:
    openings = [o for day in (24, 25) for o in ((at(day, 8), at(day, 11)), (at(day, 12), at(day, 16)))]
    two_days = slots(at(24, 7), CallbackPolicy(open_days=1), openings)
    assert [(w.start.hour, w.end.hour) for w in two_days] == [(8, 10), (10, 11), (12, 14), (14, 16)]


def test_days_are_the_citys_own() -> None:
    night = [(at(23, 22), at(24, 2)), (at(24, 6), at(24, 8))]  # Tuesday 0-4 and 8-10 in Helsinki
    assert len(slots(at(23, 12), CallbackPolicy(open_days=1), night, HELSINKI)) == 3


MINUTES = st.integers(0, 10 * 24 * 60)


@st.composite
def opening_lists(draw: st.DrawFn) -> list[tuple[datetime, datetime]]:
    marks = sorted(draw(st.sets(MINUTES, min_size=2, max_size=16)))
    base = at(20, 0)
    return [
        (base + timedelta(minutes=a), base + timedelta(minutes=b))
        for a, b in zip(marks[::2], marks[1::2], strict=False)
    ]


@given(opening_lists(), MINUTES, st.integers(30, 240), st.integers(1, 7))
def test_slots_lie_within_openings_and_after_now(
    openings: list[tuple[datetime, datetime]], minute: int, length: int, days: int
) -> None:
    now = at(20, 0) + timedelta(minutes=minute)
    offered = slots(now, CallbackPolicy(slot_minutes=length, open_days=days), openings)
    for w in offered:
        assert any(start <= w.start < w.end <= end for start, end in openings)
        assert w.start >= now + timedelta(minutes=15)
    assert all(a.end <= b.start for a, b in zip(offered, offered[1:], strict=False))
    assert len({w.start.date() for w in offered}) <= days


@given(opening_lists(), opening_lists(), MINUTES, st.none() | st.integers(0, 200), st.floats(0, 2))
def test_as_soon_as_possible_lies_within_openings(
    own: list[tuple[datetime, datetime]],
    extended: list[tuple[datetime, datetime]],
    minute: int,
    wait: int | None,
    pace: float,
) -> None:
    now = at(20, 0) + timedelta(minutes=minute)
    promised = asap(now, POLICY, wait, own, extended, pace)
    if promised is None:
        return
    assert timedelta(0) <= now - promised.start < timedelta(minutes=15)
    assert timedelta(minutes=15) <= promised.end - now < timedelta(minutes=POLICY.asap_window_minutes + 15)
    covered = {m for start, end in own + extended for m in _minutes(start, end)}
    assert set(_minutes(promised.start, promised.end)) <= covered


def _minutes(start: datetime, end: datetime) -> list[datetime]:
    return [start + timedelta(minutes=n) for n in range(int((end - start) / timedelta(minutes=1)))]


@pytest.mark.parametrize(
    ("planned", "live", "promises"),
    [
        (240, 120, 19),  # 0.8 x 120 / 5 = 19.2
        (120, 60, 9),
        (240, 240, 4),  # the floor: 24 minutes
        (240, 500, 4),
        (50, 0, 8),  # 40 / 5, exactly
        (0, 0, 0),
    ],
)
def test_capacity(planned: float, live: float, promises: int) -> None:
    assert capacity(window(24, 8, 10), planned, live, POLICY) == promises


def test_a_promise_is_not_lost_to_binary_rounding() -> None:
    exact = CallbackPolicy(capacity_share=0.7, handling_minutes=4.5)
    assert capacity(window(24, 8, 10), 90, 0, exact) == 14  # 63 / 4.5


def test_a_window_shorter_than_one_talk_holds_nothing() -> None:
    assert capacity(Window(at(24, 8), at(24, 8, 4)), 100, 0, POLICY) == 0


WORKDAY = ((Interval(480, 600), 3), (Interval(600, 960), 2))  # three at 8-10, two at 10-16
WEEK = (WORKDAY,) * 5 + ((), ())
STAFF = (Staffing("fi", WEEK), Staffing("sv", ((((Interval(480, 960), 1),),) * 5 + ((), ()))))


@pytest.mark.parametrize(
    ("language", "start", "end", "minutes"),
    [
        ("fi", at(24, 6), at(24, 8), 360),  # Tuesday 8-10 in Helsinki
        ("fi", at(24, 7), at(24, 9), 300),  # 9-11: one hour of three, one of two
        ("sv", at(24, 6), at(24, 8), 120),
        ("en", at(24, 6), at(24, 8), 0),
        ("fi", at(28, 6), at(28, 8), 0),  # Saturday
        ("fi", at(24, 13), at(25, 7), 300),  # Tuesday 15-16 and Wednesday 8-9
    ],
)
def test_planned_minutes_are_local(language: str, start: datetime, end: datetime, minutes: float) -> None:
    assert planned_minutes(STAFF, language, Window(start, end), HELSINKI) == minutes


def test_planned_minutes_until_midnight_and_over_a_clock_change() -> None:
    always = (Staffing("fi", (((Interval(0, 1440), 1),),) * 7),)
    day = Window(datetime(2027, 3, 28, tzinfo=HELSINKI), datetime(2027, 3, 29, tzinfo=HELSINKI))
    utc_day = Window(day.start.astimezone(UTC), day.end.astimezone(UTC))
    assert planned_minutes(always, "fi", utc_day, HELSINKI) == 23 * 60
