"""A decision's effort, counted, not timed: as many steps in a city of five hundred topics as in a small one, and few.

Counted are the instructions that Python carries out, so that a loop over all topics shows as well as a call for each,
and what the library's own functions are asked to look through. What it takes in time: ``python -m tests.bench decide``.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import FrameType
from typing import Any, TypeVar

import pytest

from routing_rules.decide import decide
from routing_rules.model import Ruleset
from routing_rules.routes import StaffedDesk
from routing_rules.trying.trial import everybody
from tests.bench.decide import DEPARTMENTS, MOMENTS, OF_VALIDATE, TOPICS, large, validation, with_rules
from tests.support.services import sample_rules

T = TypeVar("T")
Staffed = Sequence[StaffedDesk]
Cities = tuple[Ruleset, Ruleset]  # the sample, and a large one
FOR_EACH_DESK = 8  # instructions: who is on duty is a fact of the call, gone through once; nothing else may grow


def instructions_in(work: Callable[[], object]) -> int:
    """Carried out by Python, ours and the library's."""
    seen = 0

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal seen
        frame.f_trace_opcodes = True
        seen += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return seen


class Counted(tuple[T, ...]):
    """A ruleset's list that counts how many of its elements are taken."""

    taken = 0

    def __iter__(self) -> Any:
        for one in super().__iter__():
            Counted.taken += 1
            yield one

    def __contains__(self, one: object) -> bool:
        Counted.taken += len(self)
        return super().__contains__(one)


def deciding(rules: Ruleset, moment: str, staffed: Staffed) -> Callable[[], object]:
    def work() -> object:
        return decide(rules, "housing", "sv", MOMENTS[moment], staffed)

    work()  # days and indexes are held from the first time on
    return work


def effort(rules: Ruleset, moment: str, staffed: Staffed) -> int:
    return instructions_in(deciding(rules, moment, staffed))


@pytest.fixture(scope="module")
def cities() -> Cities:
    small, wide = with_rules(sample_rules()), large(sample_rules())
    assert (len(wide.topics), len(wide.departments)) == (TOPICS, DEPARTMENTS) == (500, 200)
    assert len(wide.rules) > 150
    return small, wide


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_large_city_decides_in_the_very_steps_of_a_small_one(cities: Cities, moment: str) -> None:
    small, wide = cities
    on_duty = everybody(small)
    own = effort(small, moment, on_duty)
    assert own > 100, "nothing was counted"
    assert effort(wide, moment, on_duty) == own


@pytest.mark.parametrize("moment", MOMENTS)
def test_with_all_its_desks_on_duty_each_is_looked_at_once_and_briefly(cities: Cities, moment: str) -> None:
    small, wide = cities
    few, all_of_them = everybody(small), everybody(wide)
    more = effort(wide, moment, all_of_them) - effort(wide, moment, few)
    assert more <= FOR_EACH_DESK * (len(all_of_them) - len(few))


@pytest.mark.parametrize("moment", MOMENTS)
def test_it_goes_through_no_list_of_the_city(cities: Cities, moment: str) -> None:
    """Not even in a library's function, whose inside is not counted above."""

    def taken(rules: Ruleset) -> int:
        topics, departments, own = Counted(rules.topics), Counted(rules.departments), Counted(rules.rules)
        counted = replace(rules, topics=topics, departments=departments, rules=own)
        work = deciding(counted, moment, everybody(cities[0]))
        Counted.taken = 0
        work()
        return Counted.taken

    small, wide = cities
    assert taken(wide) <= taken(small)


@pytest.mark.parametrize("moment", MOMENTS)
def test_it_is_a_fraction_of_checking_the_webhooks_signature(cities: Cities, moment: str) -> None:
    """Validating spends further time in hashing, which is not counted: this bar is the narrower one."""
    validate = validation()
    validate()
    most = OF_VALIDATE * instructions_in(validate)
    for rules in cities:
        assert effort(rules, moment, everybody(cities[0])) <= most
