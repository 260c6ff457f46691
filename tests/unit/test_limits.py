"""The caps on keyed-in numbers, persons and codes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callbacks.limits import (
    PERSONS,
    Asked,
    CodeTries,
    Leg,
    OfCity,
    OfNumber,
    cents,
    met,
    next_person,
    number_over,
    over,
    ring_again_at,
    too_many,
)
from routing_rules.model import Limits

NOON = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 24, 22, 0, tzinfo=UTC)
LIMITS = Limits(
    requests_per_number_day=3, rings_per_number_day=4, requests_per_hour=100, rings_per_hour=200,
    spend_per_day_cents=5_000, cents_per_minute_mobile=10, cents_per_minute_fixed=4,
)  # fmt: skip


@pytest.mark.parametrize(
    ("numbers", "open_there", "capped"),
    [
        (0, 0, False),
        (2, 1, False),
        (3, 0, True),  # a fourth number within a day
        (4, 0, True),
        (0, 2, True),  # a third request that others have keyed in for one telephone
        (2, 2, True),
    ],
)
def test_keyed_in_numbers(numbers: int, open_there: int, capped: bool) -> None:
    assert over(Asked(numbers, open_there)) == capped


@pytest.mark.parametrize(
    ("taken", "person"), [((), 1), ((1,), 2), ((2,), 1), ((1, 3), 2), ((1, 2, 3), 4), (range(1, PERSONS), PERSONS)]
)
def test_the_next_person_takes_the_first_free_place(taken: tuple[int, ...], person: int) -> None:
    assert next_person(taken, urgent=False) == person


def test_a_telephone_has_so_many_persons_and_an_urgent_one_more() -> None:
    everybody = range(1, PERSONS + 1)
    assert next_person(everybody, urgent=False) is None
    assert next_person(everybody, urgent=True) == PERSONS + 1


@given(st.sets(st.integers(1, 40)))
def test_an_urgent_person_always_has_a_place_of_her_own(taken: set[int]) -> None:
    assert next_person(taken, urgent=True) not in taken | {None}


@pytest.mark.parametrize(
    ("in_call", "lately", "withheld", "capped"),
    [
        (0, 0, False, False),
        (4, 9, False, False),
        (5, 5, False, True),
        (0, 10, False, True),
        (0, 10, True, False),
        (4, 59, True, False),
        (0, 60, True, True),
        (5, 5, True, True),
    ],
)
def test_codes(in_call: int, lately: int, withheld: bool, capped: bool) -> None:
    assert too_many(CodeTries(in_call, lately, withheld)) == capped


@pytest.mark.parametrize(
    ("requests", "rings", "over_it"),
    [(0, 0, False), (2, 3, False), (3, 0, True), (0, 4, True), (9, 9, True)],
)
def test_what_one_number_may_have_in_a_day(requests: int, rings: int, over_it: bool) -> None:
    assert number_over(OfNumber(requests, rings), LIMITS) == over_it


@pytest.mark.parametrize(
    ("requests", "rings", "spend", "kinds"),
    [
        (0, 0, 0, []),
        (99, 199, 4_999, []),
        (100, 0, 0, ["requests"]),
        (0, 200, 0, ["rings"]),
        (0, 0, 5_000, ["spend"]),
        (101, 201, 5_001, ["requests", "rings", "spend"]),
    ],
)
def test_what_the_whole_city_may_have(requests: int, rings: int, spend: int, kinds: list[str]) -> None:
    assert [one.kind for one in met(OfCity(requests, rings, spend), LIMITS, NOON, MIDNIGHT)] == kinds


def test_a_stop_says_what_was_counted_and_runs_out_in_an_hour_the_days_spend_at_midnight() -> None:
    found = met(OfCity(100, 200, 5_000), LIMITS, NOON, MIDNIGHT)
    assert [(one.figure, one.until) for one in found] == [
        ("100/100", NOON + timedelta(hours=1)),
        ("200/200", NOON + timedelta(hours=1)),
        ("5000/5000", MIDNIGHT),
    ]


@pytest.mark.parametrize(
    ("seconds", "mobile", "cost"),
    [(0, True, 10), (1, True, 10), (60, True, 10), (61, True, 20), (60, False, 4), (599, False, 40)],
)
def test_each_begun_minute_costs(seconds: int, mobile: bool, cost: int) -> None:
    assert cents([Leg(NOON, NOON + timedelta(seconds=seconds), mobile)], LIMITS) == cost


def test_legs_add_up() -> None:
    legs = [Leg(NOON, NOON + timedelta(minutes=5), mobile) for mobile in (True, True, False)]
    assert cents(legs, LIMITS) == 120
    assert cents([], LIMITS) == 0


def test_a_number_is_rung_again_a_day_after_the_ring_that_filled_its_day() -> None:
    rung = [NOON + timedelta(minutes=at) for at in range(6)]
    assert ring_again_at(rung[:3], LIMITS) is None
    assert ring_again_at(rung[:4], LIMITS) == NOON + timedelta(days=1)
    assert ring_again_at(rung, LIMITS) == NOON + timedelta(days=1, minutes=2)
