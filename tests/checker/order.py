"""Rule: live callers of the same desk and language are dealt in order of arrival.

Excused: a matter that the agent in question has already had (declined, unanswered) need not be offered to her again;
and one that came into the record only after the other had been dealt, however early its webhook had begun.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import combinations

from tests.checker.evidence import Caller, Evidence, Offer, Transition
from tests.checker.verdict import Verdict, Violation

NEVER = datetime.max.replace(tzinfo=UTC) - timedelta(days=1)
SLACK_MACHINE_SECONDS = 1.0  # a return to the line and a deal may cross within this


@dataclass(frozen=True)
class Wait:
    """A stretch during which a caller could have been dealt, and the moment and the offer that ended it. ``written``,
    ``ended``: the places of both in the history; a moment is told by the webhook, which may have waited for the record.
    """

    caller: Caller
    start: datetime
    end: datetime
    offer: Offer | None
    written: int
    ended: int


def judge(evidence: Evidence) -> Verdict:
    slack = timedelta(seconds=SLACK_MACHINE_SECONDS * evidence.run.rate)
    waits = list(_waits(evidence))
    found = [
        Violation("passed in the line", f"{late.caller.id} was dealt before {early.caller.id}, who rang earlier")
        for one, other in combinations(waits, 2)
        for early, late in ((one, other), (other, one))
        if _passed(evidence, early, late, slack)
    ]
    return Verdict((("live callers in line", len(evidence.callers)),), tuple(found))


def _passed(evidence: Evidence, early: Wait, late: Wait, slack: timedelta) -> bool:
    if late.offer is None or not _same_line(early.caller, late.caller):
        return False
    if early.caller.line_time >= late.caller.line_time or early.written > late.ended:
        return False
    waited_then = early.start + slack < late.end and late.end + slack < early.end
    return waited_then and not _had_it_before(evidence, early.caller, late.offer)


def _same_line(one: Caller, other: Caller) -> bool:
    return (one.desk, one.service_language, one.urgent) == (other.desk, other.service_language, other.urgent)


def _had_it_before(evidence: Evidence, caller: Caller, dealt: Offer) -> bool:
    return any(
        offer.caller_id == caller.id and offer.agent_id == dealt.agent_id and offer.made < dealt.made
        for offer in evidence.offers
    )


def _waits(evidence: Evidence) -> Iterable[Wait]:
    callers = {caller.id: caller for caller in evidence.callers}
    offers = defaultdict(list)
    for offer in evidence.offers:
        offers[offer.caller_id].append(offer)
    began: dict[str, Transition] = {}
    for change in sorted(evidence.line_history, key=lambda c: c.n):
        if change.after == "waiting":
            began.setdefault(change.owner, change)
        elif change.owner in began and change.owner in callers:
            dealt = _nearest(offers[change.owner], change.at) if change.after == "offered" else None
            start = began.pop(change.owner)
            yield Wait(callers[change.owner], start.at, change.at, dealt, start.n, change.n)
    for owner, start in began.items():
        yield Wait(callers[owner], start.at, NEVER, None, start.n, start.n)


def _nearest(offers: list[Offer], moment: datetime) -> Offer | None:
    return min(offers, key=lambda offer: abs(offer.made - moment), default=None)
