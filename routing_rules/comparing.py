"""Past decisions under two rulesets: which calls would have gone elsewhere, which would have reached nobody. Pure.

A decision is taken again with the facts of its moment: who was on duty, the wait, the number's area. Only a desk that
is new has nobody in the record; it is taken to be staffed as planned. Quick switches are no part of a comparison.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from routing_rules.decide import decide
from routing_rules.model import Expected, Ruleset
from routing_rules.planned import planned
from routing_rules.routes import Circumstances, StaffedDesk
from routing_rules.trying.examples import outcome

NOBODY: frozenset[Expected] = frozenset({"closed", "nobody"})
TALKED: frozenset[Expected] = frozenset({"line", "number", "partner", "duty", "other_language"})
SHOWN = 5  # calls named for each shift
MINUTES = 5.0  # of a talk at a desk that nothing is known of


@dataclass(frozen=True)
class Past:
    """One decision as it was taken."""

    call: str
    at: datetime
    topic: str
    language: str
    staffed: tuple[StaffedDesk, ...]
    known: Circumstances


@dataclass(frozen=True)
class Goal:
    """Where a call goes: the kind of answer, and whose."""

    kind: Expected
    who: str | None

    @property
    def reached(self) -> bool:
        return self.kind not in NOBODY


@dataclass(frozen=True)
class Shift:
    """Calls about one topic that would have gone from here to there."""

    topic: str
    before: Goal
    after: Goal
    count: int
    calls: tuple[str, ...]  # the latest of them

    @property
    def lost(self) -> bool:
        return self.before.reached and not self.after.reached


@dataclass(frozen=True)
class Comparison:
    looked: int = 0  # decisions
    shifts: tuple[Shift, ...] = ()  # most calls first, those that reach nobody before all others
    nobody_before: int = 0
    nobody_after: int = 0
    minutes: Mapping[str, float] = field(default_factory=dict)  # desk -> talk more (or less, below nought)

    @property
    def elsewhere(self) -> int:
        return sum(shift.count for shift in self.shifts)

    @property
    def lost(self) -> int:
        """Calls that reached somebody and would have reached nobody."""
        return sum(shift.count for shift in self.shifts if shift.lost)


def compare(before: Ruleset, after: Ruleset, past: Iterable[Past], handling: Mapping[str, float]) -> Comparison:
    """``past`` in order of time; ``handling``: mean minutes of a talk at each desk, as far as measured."""
    new = frozenset(d.id for d in after.departments) - frozenset(d.id for d in before.departments)
    tally = _Tally()
    for one in past:
        goal = _goal(after, one, _with_new(after, one, new))
        tally.add(one, _goal(before, one, one.staffed), goal)
    return tally.told(_Minutes(before, after, handling))


def _goal(rules: Ruleset, one: Past, staffed: tuple[StaffedDesk, ...]) -> Goal:
    return Goal(*outcome(decide(rules, one.topic, one.language, one.at, staffed, one.known)))


def _with_new(rules: Ruleset, one: Past, new: frozenset[str]) -> tuple[StaffedDesk, ...]:
    if not new:
        return one.staffed
    return (*one.staffed, *(desk for desk in planned(rules, one.at) if desk.desk in new))


@dataclass(frozen=True)
class _Minutes:
    before: Ruleset
    after: Ruleset
    handling: Mapping[str, float]

    def of(self, desk: str) -> float:
        if desk in self.handling:
            return self.handling[desk]
        known = (d for rules in (self.after, self.before) for d in rules.departments if d.id == desk)
        department = next(known, None)
        return MINUTES if department is None else department.callbacks.handling_minutes


class _Tally:
    def __init__(self) -> None:
        self.looked = 0
        self.nobody: Counter[str] = Counter()
        self.calls: dict[tuple[str, Goal, Goal], list[str]] = {}

    def add(self, one: Past, before: Goal, after: Goal) -> None:
        self.looked += 1
        self.nobody.update({"before": not before.reached, "after": not after.reached})
        if before != after:
            self.calls.setdefault((one.topic, before, after), []).append(one.call)

    def told(self, minutes: _Minutes) -> Comparison:
        shifts = [
            Shift(topic, before, after, len(calls), tuple(reversed(calls[-SHOWN:])))
            for (topic, before, after), calls in self.calls.items()
        ]
        shifts.sort(key=lambda shift: (not shift.lost, -shift.count, shift.topic))
        moved = _moved(shifts, minutes)
        return Comparison(self.looked, tuple(shifts), self.nobody["before"], self.nobody["after"], moved)


def _moved(shifts: list[Shift], minutes: _Minutes) -> dict[str, float]:
    """What stays at a desk under another heading moves nothing."""
    moved: dict[str, float] = {}
    for shift in shifts:
        for goal, sign in ((shift.before, -1), (shift.after, 1)):
            if goal.who is not None and goal.kind in TALKED:
                moved[goal.who] = moved.get(goal.who, 0.0) + sign * shift.count * minutes.of(goal.who)
    return {desk: round(sum_, 1) for desk, sum_ in sorted(moved.items()) if abs(sum_) >= 0.05}
