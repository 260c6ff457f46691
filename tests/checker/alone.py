"""Rule: nobody is left in an empty room. Whoever was parted from the other side hears words, somebody, or the end."""

from tests.checker.evidence import Evidence
from tests.checker.verdict import Verdict, Violation

LONGEST_ALONE = 60.0  # business seconds of nothing but music after the other side has gone


def judge(evidence: Evidence) -> Verdict:
    inbound = [leg for leg in evidence.legs if leg.inbound]
    return Verdict(
        (("calls by residents", len(inbound)), ("talks", sum(leg.talks for leg in inbound))),
        tuple(
            Violation("left alone", f"{leg.call_sid}: {leg.alone_seconds:.0f} s in an empty room")
            for leg in inbound
            if leg.alone_seconds > LONGEST_ALONE
        ),
    )
