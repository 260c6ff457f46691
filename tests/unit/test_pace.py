"""How fast the provider is asked: arithmetic."""

import pytest

from adapters.pace import LANES, LONGEST_HELD, PACED, gap, held_for, lane_of, most_waiting
from queue_workers.effects import AT_LENGTH, EFFECTS


@pytest.mark.parametrize(("per_second", "seconds"), [(1.0, 1.0), (4.0, 0.25), (0.5, 2.0), (0.0, 0.0)])
def test_turns_are_as_far_apart_as_the_account_allows(per_second: float, seconds: float) -> None:
    assert gap(per_second) == seconds


@pytest.mark.parametrize(("per_second", "most"), [(0.5, 1), (1.0, 1), (1.5, 2), (30.0, 30), (0.0, None)])
def test_no_more_is_dealt_than_can_be_rung_soon(per_second: float, most: int | None) -> None:
    assert most_waiting(per_second) == most


@pytest.mark.parametrize(
    ("refusals", "least", "longest"), [(1, 0.5, 1.0), (2, 1.0, 2.0), (4, 4.0, 8.0), (60, 15.0, 30.0)]
)
def test_who_is_refused_comes_back_ever_more_slowly_but_comes_back(refusals: int, least: float, longest: float) -> None:
    assert (held_for(refusals, 0.0), held_for(refusals, 1.0)) == (least, longest)
    assert held_for(refusals, 1.0) <= LONGEST_HELD


def test_everything_that_rings_or_texts_somebody_waits_for_its_turn() -> None:
    """Words that begin so: a new order that rings somebody past the pace would be noticed by nobody."""
    begun = {kind for kind in (*EFFECTS, *AT_LENGTH) if kind.startswith(("ring_", "send_"))}
    assert begun == PACED
    assert all(lane_of(kind) in LANES for kind in PACED)
    assert lane_of("end_leg") is None
