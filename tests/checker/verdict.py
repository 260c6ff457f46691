"""What a rule answers: counts for the table, and each violation with the rule's name and the ids to look at."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Violation:
    rule: str
    what: str


@dataclass(frozen=True)
class Verdict:
    counts: tuple[tuple[str, int], ...] = ()
    violations: tuple[Violation, ...] = ()
