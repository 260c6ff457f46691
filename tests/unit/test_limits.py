"""The caps on keyed-in numbers, persons and codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callbacks.limits import PERSONS, Asked, CodeTries, next_person, over, too_many


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
