"""Rule: whose talk is handed over or listened to has somebody at every end of it.

A transfer comes to an end; a moment later the resident is with somebody, in a line, hears words, or has hung up. A
supervisor is out of the talk when she has stopped, or when it is over.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from tests.checker.evidence import Evidence, Leg, Listening, Transfer
from tests.checker.verdict import Verdict, Violation

NO_CARE = ("parted", "last")
SOON = timedelta(seconds=60)  # business time
NEVER = datetime.min.replace(tzinfo=UTC) + timedelta(days=1)
SLOW_SECONDS = 3.0  # machine time, of our own work
Found = Iterable[Violation]


def judge(evidence: Evidence) -> Verdict:
    slack = max(SOON, timedelta(seconds=SLOW_SECONDS * evidence.run.rate))
    legs = {leg.call_sid: leg for leg in evidence.legs}
    settled = max((m.at for leg in evidence.legs for m in leg.moments), default=NEVER) - slack  # before the run's end
    kinds = Counter(f"transfers {one.kind} {one.goal_kind} {one.state}" for one in evidence.transfers)
    return Verdict(
        (*sorted(kinds.items()), ("supervisors listening", len(evidence.listenings))),
        (
            *(v for one in evidence.transfers for v in _transfer(one, _resident(evidence, one, legs), slack, settled)),
            *(v for one in evidence.listenings for v in _listening(one, evidence, legs, slack, settled)),
        ),
    )


def _resident(evidence: Evidence, transfer: Transfer, legs: dict[str, Leg]) -> Leg | None:
    offer = next((one for one in evidence.offers if one.token == transfer.token), None)
    if offer is None:
        return None
    stay = next((one.call_sid for one in evidence.callers if one.id == offer.caller_id), None)
    return legs.get(stay or offer.resident_call_sid or "")


def _transfer(transfer: Transfer, resident: Leg | None, slack: timedelta, settled: datetime) -> Found:
    what = f"{transfer.id} ({transfer.kind} {transfer.goal_kind} {transfer.state})"
    if resident is None:
        yield Violation("transfer of nobody", what)
    elif transfer.ended is not None and not _cared_for(resident, transfer.ended, slack):
        yield Violation("nowhere after a transfer", f"{what}: {resident.call_sid}")
    elif transfer.ended is None and resident.ended is not None and _end(resident) < settled:
        yield Violation("transfer without an end", what)


def _cared_for(resident: Leg, at: datetime, slack: timedelta) -> bool:
    before = [moment for moment in resident.moments if moment.at <= at]
    if before and (before[-1].together or before[-1].kind in ("end", "last")):
        return True
    return any(at - slack <= m.at <= at + slack and m.kind not in NO_CARE for m in resident.moments)


def _listening(
    listening: Listening, evidence: Evidence, legs: dict[str, Leg], slack: timedelta, settled: datetime
) -> Found:
    leg = legs.get(listening.leg_sid or "")
    talk = next((one for one in evidence.offers if one.token == listening.token), None)
    over = listening.ended or (talk.talk_ended or talk.ended if talk is not None else None)
    if over is None or leg is None or over > settled:
        return
    if listening.ended is None or leg.ended is None or _end(leg) > over + slack:
        yield Violation("a listener stayed", f"{listening.id}: {leg.call_sid}, the talk was over at {over}")


def _end(leg: Leg) -> datetime:
    return next(moment.at for moment in leg.moments if moment.kind == "end")
