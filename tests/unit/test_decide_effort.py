"""A decision takes as many steps in a city of five hundred topics as in a small one: counted, not timed."""

import sys
from collections.abc import Callable
from types import FrameType

import pytest

from routing_rules.decide import decide
from routing_rules.model import Ruleset
from routing_rules.trying.trial import everybody
from tests.bench.decide import MOMENTS, large, with_rules
from tests.support.services import sample_rules


def calls_in(work: Callable[[], object]) -> int:
    """Functions that are entered, ours and the library's; a step of a generator is one too."""
    seen = 0

    def profile(frame: FrameType, event: str, _: object) -> None:
        nonlocal seen
        seen += event == "call"

    sys.setprofile(profile)
    try:
        work()
    finally:
        sys.setprofile(None)
    return seen


def effort(rules: Ruleset, moment: str) -> int:
    staffed = everybody(rules)

    def work() -> object:
        return decide(rules, "housing", "sv", MOMENTS[moment], staffed)

    work()  # days and indexes are held from the first time on
    return calls_in(work)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_large_city_decides_in_as_many_steps_as_a_small_one(moment: str) -> None:
    small, wide = with_rules(sample_rules()), large(sample_rules())
    assert (len(wide.topics), len(wide.departments)) == (500, 200)
    assert len(wide.rules) > 150
    assert effort(wide, moment) == effort(small, moment)
