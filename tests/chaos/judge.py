"""The invariants over one run that has come to rest. Reads what the run wrote down, and nothing that still moves.

I1 to I3, I5 and I6 are for the greatest part the checker's rules; the rest is looked at here.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.chaos import bodies, machine, voices
from tests.chaos.kept import numbers_told, recordings, twice_a_slot
from tests.chaos.run import ChaosRun, load
from tests.checker.judge import RULES
from tests.checker.promises import FINAL, OPEN
from tests.checker.read import read

Found = Iterable[str]
WHICH: Mapping[str, str] = {
    "promises": "I1",
    "ledger": "I1",
    "rings": "I2",
    "messages": "I2",
    "machines": "I2",
    "alone": "I3",
    "answers": "I3",
    "company": "I5",
    "agents": "I5",
    "order": "I5",
    "paths": "I6",
}
OVERDUE_SECONDS = 60.0


Latency = Literal["well", "late", "not judged"]


@dataclass(frozen=True)
class Judged:
    """``violations``: each begins with its invariant. ``figures``: for the table. ``latency``: whether answers came in
    time; a machine that starved the service proves neither, and is never called well."""

    violations: Sequence[str]
    figures: Mapping[str, float]
    latency: Latency


def judge(directory: Path, *, caller_may_notice: bool = False) -> Judged:
    run = load(directory, read(directory))
    violations = [f"{which}: {what}" for which, look in LOOKS.items() for what in look(run)]
    violations += checker_says(run, caller_may_notice)
    violations += [f"I3: {what}" for what in voices.violations(run, caller_may_notice=caller_may_notice)]
    late = [f"I3: {what}" for what in voices.late(run)]
    latency = in_time(run, late, caller_may_notice)
    violations += late if latency == "late" else []
    return Judged(tuple(violations), {**voices.figures(run), **promise_figures(run)}, latency)


def in_time(run: ChaosRun, late: Sequence[str], caller_may_notice: bool) -> Latency:
    """Not judged, too, where nobody was there to answer in time."""
    if caller_may_notice or run.stretch > machine.STARVED:
        return "not judged"
    return "late" if late else "well"


def checker_says(run: ChaosRun, caller_may_notice: bool) -> list[str]:
    found = []
    for rule in RULES:
        which = WHICH[rule.__name__.rpartition(".")[2]]
        for violation in rule.judge(run.evidence).violations:
            if violation.rule == "bad status" or (caller_may_notice and which == "I3"):
                continue  # a try that failed was not the last one, or nobody was there: judged in voices
            found.append(f"{which}: {violation.rule}: {violation.what}")
    return found


def promises_heard(run: ChaosRun) -> Found:
    """I1: what a resident says she was promised is in the record, under her call, in a state that somebody minds."""
    by_call = {request.origin_call_sid: request for request in run.evidence.requests}
    by_number = {run.evidence.numbers.get(request.number_id): request for request in run.evidence.requests}
    for heard in run.heard:
        request = by_call.get(heard.call_sid) or by_number.get(heard.number)
        if request is None:
            yield f"{heard.call_sid} heard a promise, and no request holds it"
        elif request.state not in FINAL | OPEN:
            yield f"{request.id} is {request.state}"


def overdue(run: ChaosRun) -> Found:
    """I4: nothing lies about that ought to have been done a minute ago."""
    for row in run.table("outbox"):
        if row["done_machine"] is None and float(row["due_machine"]) + OVERDUE_SECONDS < run.judged:
            yield f"order {row['kind']} was due {run.judged - float(row['due_machine']):.0f} s ago"
    for left in run.left:
        yield f"still open after the backlog's time: {left}"


def wrong_numbers(run: ChaosRun) -> Found:
    """I7: nobody was rung who had not rung us, agents and the telephones that stand in the rules apart."""
    known = {*run.numbers, *run.evidence.agent_addresses, *run.city_numbers}
    ours = run.evidence.partner_legs | run.own_tries
    for leg in run.evidence.legs:
        if not leg.inbound and leg.rang is not None and leg.to not in known and leg.call_sid not in ours:
            yield f"{leg.call_sid} rang somebody who has not asked for it"


def promise_figures(run: ChaosRun) -> dict[str, float]:
    rings = [leg for leg in run.evidence.legs if not leg.inbound and leg.to in set(run.numbers)]
    tokens = [token for leg in rings for token in leg.tokens]
    lost = list(promises_heard(run))
    return {
        "requests": len(run.evidence.requests),
        "heard": len(run.heard),
        "kept": sum(1 for request in run.evidence.requests if request.state == "done"),
        "asked": sum(1 for request in run.evidence.requests if request.state == "needs_human"),
        "rings": len(rings),
        "twice": len(tokens) - len(set(tokens)),
        "lost": len(lost),
    }


LOOKS: Mapping[str, Callable[[ChaosRun], Found]] = {
    "I1": promises_heard,
    "I4": overdue,
    "I7": wrong_numbers,
    "I8": twice_a_slot,
    "I9": recordings,
    "I10": numbers_told,
    "I12": voices.not_advised,
    "I13": bodies.grown,
}
