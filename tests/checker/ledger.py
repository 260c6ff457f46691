"""Rule: the ledger says of each promise what the telephones say. Rings are the emulator's, not the record's.

A telephone found engaged was rung as far as the promise goes: she hears of it, and is rung again.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from tests.checker.evidence import Evidence, Promised
from tests.checker.promises import FINAL
from tests.checker.rings import resident_legs
from tests.checker.verdict import Verdict, Violation

SLOW_SECONDS = 3.0  # machine time between an agent's accept and the ring, where nothing was disturbed
Found = Iterator[Violation]


def judge(evidence: Evidence) -> Verdict:
    rings, slack = _rings(evidence), timedelta(seconds=SLOW_SECONDS * max(1.0, evidence.run.rate))
    told = [row for row in evidence.promised if row.via != "untold"]
    counts = Counter(row.verdict or "open" for row in told)
    wrong = [v for row in evidence.promised for v in _row(row, rings.get(row.request_id, []), slack, evidence)]
    return Verdict(
        tuple((f"promises {verdict}", n) for verdict, n in sorted(counts.items())),
        (*wrong, *_requests(evidence)),
    )


def _rings(evidence: Evidence) -> dict[str, list[datetime]]:
    """When the resident's telephone was dialled for each request and rang, or was engaged; business time."""
    request_of = {offer.token: offer.request_id for offer in evidence.offers}
    found: dict[str, list[datetime]] = {}
    for leg in resident_legs(evidence):
        at = leg.rang_at or leg.engaged_at
        for request in {request_of.get(token) for token in leg.tokens}:
            if request is not None and at is not None:
                found.setdefault(request, []).append(at)
    return {request: sorted(rings) for request, rings in found.items()}


def _row(row: Promised, rings: list[datetime], slack: timedelta, evidence: Evidence) -> Found:
    until = row.judged
    under = [r for r in rings if row.at <= r and (until is None or r <= until + slack)]  # the ring before was told of
    if row.verdict in ("kept", "late"):
        if not under and not evidence.run.disturbances:
            yield Violation("ledger without a ring", f"{row.request_id}: {row.verdict}, and no telephone rang")
        if under and row.verdict not in _possible(row, under[0], slack):
            yield Violation("wrong verdict", f"{row.request_id}: {row.verdict}, rung at {under[0]}")
        return
    early = [r for r in under if (until is None or r < until - slack)]
    if any(row.start + slack < r < row.end - slack for r in early):
        yield Violation("wrong verdict", f"{row.request_id}: {row.verdict}, and it was rung at {early[0]}")


def _possible(row: Promised, rung: datetime, slack: timedelta) -> set[str]:
    """Near an edge of the window the accept and the ring may lie on different sides of it."""
    verdicts = set()
    if row.start - slack <= rung <= row.end + slack:
        verdicts.add("kept")
    if rung > row.end - slack:
        verdicts.add("late")
    return verdicts


def _requests(evidence: Evidence) -> Found:
    still = Counter(row.request_id for row in evidence.promised if row.verdict is None)
    known = {row.request_id for row in evidence.promised}
    for request in evidence.requests:
        if request.id not in known:
            yield Violation("promise not in the ledger", request.id)
        if still[request.id] > 1:
            yield Violation("two promises open", request.id)
        if request.state in FINAL and still[request.id]:
            yield Violation("promise open of a closed matter", request.id)
