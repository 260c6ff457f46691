"""A Monday with the real dealing code, against first in, first out: docs/decisions/0003-dealing.md's direction."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from statistics import mean, median

from desks.line.dealing import Deal, FreeAgent, InLine, OnDuty, next_deal
from tests.support.monday import Rule, Told, first_in_first_out, simulate

LOAD = 0.95
DAYS = 3


@cache
def mondays(rule: Rule, load: float = LOAD, days: int = DAYS) -> tuple[Told, ...]:
    return tuple(simulate(seed, load, rule) for seed in range(days))


def test_more_live_callers_are_answered_within_three_minutes_than_first_in_first_out() -> None:
    ours, theirs = (mean(day.within_three for day in mondays(rule)) for rule in (next_deal, first_in_first_out))
    assert ours > theirs + 0.02


def test_no_more_callers_hang_up() -> None:
    ours, theirs = (sum(day.hung_up for day in mondays(rule)) for rule in (next_deal, first_in_first_out))
    assert ours <= theirs


def test_promises_are_kept() -> None:
    days = mondays(next_deal)
    assert sum(day.kept for day in days) > 100, "a Monday without promises shows nothing"
    assert min(day.promises_kept for day in days) >= 0.99


def test_no_later_caller_is_answered_before_a_callback_from_the_line() -> None:
    days = mondays(next_deal)
    assert sum(len(day.callback_waits) for day in days) > 50
    assert [day.passed for day in days] == [0] * DAYS


def test_half_of_the_waits_expected_are_within_three_minutes_of_what_came_true() -> None:
    assert median(missed for day in mondays(next_deal) for missed in day.misjudged) <= 3.0


def callbacks_last(
    line: Sequence[InLine],
    agents: Sequence[FreeAgent],
    now: datetime,
    on_duty: Sequence[OnDuty],
    handling: dict[str, float],
) -> Deal | None:
    """A rule that breaks the promise of the kept place."""
    later = [m if m.kind == "live" else replace(m, line_time=m.line_time + timedelta(hours=5)) for m in line]
    return next_deal(later, agents, now, on_duty, handling)


def test_a_rule_that_lets_later_callers_pass_is_seen() -> None:
    assert simulate(0, LOAD, callbacks_last).passed > 0
