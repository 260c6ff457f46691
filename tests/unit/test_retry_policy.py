"""When a missed resident is rung again. Times are UTC; 24 November 2026 is a Tuesday."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callbacks.model import Missed, Window
from callbacks.retry_policy import Exhausted, NextRing, after_miss, most
from routing_rules.model import CallbackPolicy, OutcomePolicy, RingEnd

POLICY = CallbackPolicy()


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


WEEK = [(at(day, 8), at(day, 16)) for day in (24, 25, 26, 27, 30)]


def ring(start: datetime, end: datetime) -> NextRing:
    return NextRing(start, Window(start, end))


@pytest.mark.parametrize(
    ("missed", "attempts", "now", "expected"),
    [
        ("no_answer", 1, at(24, 10), ring(at(24, 10, 30), at(24, 11, 30))),  # Tuesday, same morning
        ("machine", 2, at(24, 10), ring(at(24, 10, 30), at(24, 11, 30))),
        ("failed", 1, at(24, 10), ring(at(24, 10, 30), at(24, 11, 30))),
        ("bad_moment", 1, at(24, 10), ring(at(24, 10, 30), at(24, 11, 30))),
        ("busy", 1, at(24, 10), ring(at(24, 10, 10), at(24, 11, 10))),  # sooner: somebody is at home
        ("no_answer", 1, at(24, 14, 55), ring(at(24, 15, 25), at(24, 16))),  # window ends with the day
        ("no_answer", 1, at(24, 15, 15), ring(at(24, 15, 45), at(24, 16))),  # a whole lead is left
        ("no_answer", 1, at(24, 15, 16), ring(at(25, 8), at(25, 9))),  # not a whole lead: Wednesday
        ("no_answer", 1, at(27, 15, 50), ring(at(30, 8), at(30, 9))),  # Friday evening: Monday
        ("busy", 2, at(24, 16, 30), ring(at(25, 8), at(25, 9))),
        ("no_answer", 3, at(24, 10), Exhausted()),
        ("busy", 3, at(24, 10), Exhausted()),
        ("bad_moment", 4, at(24, 10), Exhausted()),
    ],
)
def test_the_next_ring(missed: Missed, attempts: int, now: datetime, expected: NextRing | Exhausted) -> None:
    assert after_miss(missed, attempts, POLICY, now, WEEK) == expected


@pytest.mark.parametrize(
    ("agreed", "expected"),
    [
        (at(24, 14, 20), ring(at(24, 14, 20), at(24, 15, 20))),
        (at(24, 15, 55), ring(at(24, 15, 55), at(24, 16))),  # she said so herself
        (at(24, 18), ring(at(25, 8), at(25, 9))),  # never outside the hours
        (at(24, 9), ring(at(24, 10), at(24, 11))),  # already past
    ],
)
@pytest.mark.parametrize("attempts", [1, 3])
def test_a_time_agreed_in_a_bad_moment_is_kept(agreed: datetime, expected: NextRing, attempts: int) -> None:
    assert after_miss("bad_moment", attempts, POLICY, at(24, 10), WEEK, agreed) == expected


def test_an_agreed_time_counts_only_where_somebody_answered() -> None:
    assert after_miss("no_answer", 1, POLICY, at(24, 10), WEEK, at(24, 14)) == ring(at(24, 10, 30), at(24, 11, 30))


def test_a_desk_without_openings_leaves_it_to_a_person() -> None:
    assert after_miss("no_answer", 1, POLICY, at(24, 10), []) == Exhausted()


def test_a_desk_that_another_takes_over_from_has_not_closed() -> None:
    evening = [(at(24, 16), at(24, 20))]
    assert after_miss("no_answer", 1, POLICY, at(24, 15, 20), WEEK + evening) == ring(at(24, 15, 50), at(24, 16, 50))


BY_END = CallbackPolicy(
    attempts=4,
    outcomes={
        "busy": OutcomePolicy(spacing_minutes=5),
        "machine": OutcomePolicy(attempts=2, spacing_minutes=120),
        "failed": OutcomePolicy(attempts=1),
        "no_answer": OutcomePolicy(attempts=6, spacing_minutes=45),
    },
)


@pytest.mark.parametrize(
    ("missed", "attempts", "now", "expected"),
    [
        ("busy", 1, at(24, 10), ring(at(24, 10, 5), at(24, 11, 5))),
        ("busy", 3, at(24, 10), ring(at(24, 10, 5), at(24, 11, 5))),  # attempts as for any other end
        ("busy", 4, at(24, 10), Exhausted()),
        ("machine", 1, at(24, 10), ring(at(24, 12), at(24, 13))),
        ("machine", 2, at(24, 10), Exhausted()),
        ("machine", 1, at(24, 14, 30), ring(at(25, 8), at(25, 9))),  # two hours later is past closing: Wednesday
        ("failed", 1, at(24, 10), Exhausted()),
        ("no_answer", 5, at(24, 10), ring(at(24, 10, 45), at(24, 11, 45))),
        ("no_answer", 6, at(24, 10), Exhausted()),
        ("bad_moment", 3, at(24, 10), ring(at(24, 10, 30), at(24, 11, 30))),
    ],
)
def test_a_department_says_how_it_goes_on_after_each_end(
    missed: Missed, attempts: int, now: datetime, expected: NextRing | Exhausted
) -> None:
    assert after_miss(missed, attempts, BY_END, now, WEEK) == expected


def test_a_busy_line_is_rung_soon_where_nothing_else_is_said() -> None:
    only_attempts = CallbackPolicy(outcomes={"busy": OutcomePolicy(attempts=5)})
    assert after_miss("busy", 4, only_attempts, at(24, 10), WEEK) == ring(at(24, 10, 10), at(24, 11, 10))


OUTCOMES = st.dictionaries(
    st.sampled_from(["no_answer", "busy", "machine", "failed"]),
    st.builds(OutcomePolicy, st.none() | st.integers(1, 10), st.none() | st.integers(1, 1440)),
)


@given(
    missed=st.sampled_from(["no_answer", "busy", "machine", "bad_moment", "failed"]),
    attempts=st.integers(1, 4),
    minutes=st.integers(0, 7 * 24 * 60),
    agreed=st.none() | st.integers(0, 7 * 24 * 60),
    spacing=st.integers(1, 600),
    outcomes=OUTCOMES,
)
def test_nobody_is_rung_outside_the_hours(
    missed: Missed,
    attempts: int,
    minutes: int,
    agreed: int | None,
    spacing: int,
    outcomes: dict[RingEnd, OutcomePolicy],
) -> None:
    now = at(23, 0) + timedelta(minutes=minutes)
    wished = None if agreed is None else at(23, 0) + timedelta(minutes=agreed)
    policy = CallbackPolicy(spacing_minutes=spacing, outcomes=outcomes)
    following = after_miss(missed, attempts, policy, now, WEEK, wished)
    if isinstance(following, Exhausted):
        assert attempts >= most(missed, policy) or now > at(27, 0)
        return
    assert following.due_at >= now
    assert following.window.start == following.due_at < following.window.end
    assert any(start <= following.window.start and following.window.end <= end for start, end in WEEK)
