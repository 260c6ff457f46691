"""Rule: one agent has one matter at a time, and one matter has one agent at a time."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

from tests.checker.evidence import Evidence, Offer
from tests.checker.verdict import Verdict, Violation

Span = tuple[float, float, str]
FOREVER = float("inf")


def judge(evidence: Evidence) -> Verdict:
    telephones = [
        (evidence.agent_addresses[leg.to], (leg.answered, leg.ended or FOREVER, leg.call_sid))
        for leg in evidence.legs
        if leg.to in evidence.agent_addresses and leg.answered is not None
    ]
    matters = [(matter, span) for offer in evidence.offers for matter, span in _matter_span(offer)]
    return Verdict(
        (("offers", len(evidence.offers)), ("agents' answered calls", len(telephones))),
        (
            *(Violation("agent with two calls", f"{agent}: {a} and {b}") for agent, a, b in _overlaps(telephones)),
            *(Violation("matter with two agents", f"{matter}: {a} and {b}") for matter, a, b in _overlaps(matters)),
        ),
    )


def _matter_span(offer: Offer) -> Iterable[tuple[str, Span]]:
    matter = offer.request_id or offer.caller_id
    if offer.accepted is None or matter is None:
        return
    end = offer.talk_ended or offer.ended
    yield matter, (_seconds(offer.accepted), _seconds(end) if end else FOREVER, offer.token)


def _seconds(moment: datetime) -> float:
    return moment.timestamp()


def _overlaps(spans: list[tuple[str, Span]]) -> Iterable[tuple[str, str, str]]:
    for owner, group in groupby(sorted(spans), key=lambda pair: pair[0]):
        latest: Span | None = None
        for _, span in group:
            if latest and span[0] < latest[1]:
                yield owner, latest[2], span[2]
            latest = span if latest is None or span[1] > latest[1] else latest
