"""All rules over one run's evidence, and the table that a person reads."""

from tests.checker import (
    agents,
    alone,
    answers,
    company,
    ledger,
    machines,
    messages,
    order,
    paths,
    promises,
    rings,
)
from tests.checker.evidence import Evidence
from tests.checker.verdict import Verdict

RULES = (promises, rings, agents, alone, company, answers, paths, order, messages, machines, ledger)


def judge(evidence: Evidence) -> Verdict:
    verdicts = [rule.judge(evidence) for rule in RULES]
    return Verdict(
        tuple(count for verdict in verdicts for count in verdict.counts),
        tuple(violation for verdict in verdicts for violation in verdict.violations),
    )


def table(verdict: Verdict) -> str:
    rows = [*verdict.counts, ("violations", len(verdict.violations))]
    width = max(len(name) for name, _ in rows)
    lines = [f"{name.ljust(width)}  {number:>6}" for name, number in rows]
    return "\n".join([*lines, *(f"VIOLATION {v.rule}: {v.what}" for v in verdict.violations)])
