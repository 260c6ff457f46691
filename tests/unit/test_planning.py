"""Which windows a city can promise, by its hours and plans; 24 November 2026 is a Tuesday."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from callbacks.model import Window
from callbacks.planning import evening_pace, open_slots, openings, soonest
from callbacks.windows import EXTENDED_PACE
from routing_rules.model import Interval, Ruleset, Staffing
from tests.support.services import sample_rules


def at(hour: int, minute: int = 0, day: int = 24) -> datetime:
    """UTC; Helsinki is two hours ahead. Housing closes at 13.00, evening advice at 20.00."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def planned(agents: int, start: int, end: int) -> tuple[Staffing, ...]:
    return (Staffing("fi", tuple(((Interval(start * 60, end * 60), agents),) for _ in range(7))),)


def town(own: int, evening: int) -> Ruleset:
    """Housing plans ``own`` agents until 15.00 local time, evening advice ``evening`` from then on, others nobody."""
    rules = sample_rules()
    plans = {"housing": planned(own, 8, 15), rules.extended_desk: planned(evening, 15, 22)}
    return replace(rules, departments=tuple(replace(d, staffing=plans.get(d.id, ())) for d in rules.departments))


@pytest.mark.parametrize(
    ("now", "wait", "expected"),
    [
        (at(10), 30, Window(at(10), at(11))),
        (at(10), 48, Window(at(10), at(11))),
        (at(10), 49, None),  # more than 0.8 of the window: a slot is offered
        (at(12, 30), 24, Window(at(12, 30), at(13, 30))),  # goes on at the evening desk
        (at(12, 30), 31, Window(at(12, 30), at(13, 30))),  # a minute is left: five at a fifth of the pace
        (at(12, 30), 40, None),  # ten minutes are left: fifty
        (at(19, 30), 20, Window(at(19, 30), at(20))),
        (at(19, 46), 1, None),  # too little time before the last desk closes
        (at(20), 0, None),
    ],
)
def test_as_soon_as_possible_stops_before_it_could_not_be_kept(
    now: datetime, wait: int, expected: Window | None
) -> None:
    assert soonest(town(own=5, evening=1), "housing", now, wait, "fi") == expected


@pytest.mark.parametrize(
    ("own", "evening", "language", "pace"),
    [
        (5, 1, "fi", 0.2),
        (4, 3, "fi", 0.75),
        (2, 4, "fi", 1.0),  # never more than while the department is open
        (5, 0, "fi", 0.0),  # nobody is planned: nothing is taken over
        (5, 1, "sv", EXTENDED_PACE),  # no plan says anything of this language
    ],
)
def test_what_is_left_at_closing_time_counts_at_the_evening_desks_staff(
    own: int, evening: int, language: str, pace: float
) -> None:
    assert evening_pace(town(own, evening), language, at(13)) == pytest.approx(pace)


def test_a_desk_that_is_closed_takes_over_at_its_own_pace() -> None:
    assert evening_pace(town(5, 1), "fi", None) == EXTENDED_PACE


def test_in_the_sample_city_the_evening_desk_is_a_small_one() -> None:
    assert 0 < evening_pace(sample_rules(), "fi", at(13)) < 0.5


@pytest.mark.parametrize(
    ("now", "first"),
    [
        (at(11, 44), Window(at(12), at(13))),  # the day's last hour: sixteen minutes to go
        (at(11, 46), Window(at(6, day=25), at(8, day=25))),  # it would begin while she confirms
        (at(12, 50), Window(at(6, day=25), at(8, day=25))),
        (datetime(2026, 11, 27, 12, 50, tzinfo=UTC), Window(at(6, day=30), at(8, day=30))),  # Friday: Monday
    ],
)
def test_slots_end_early_enough(now: datetime, first: Window) -> None:
    rules = sample_rules()
    found = open_slots(rules, rules.department("housing"), now)
    assert found[0] == first
    hours = openings(rules, rules.department("housing"), now)
    assert all(any(start <= w.start and w.end <= end for start, end in hours) for w in found)
    assert all(w.start - now >= timedelta(minutes=15) for w in found)
