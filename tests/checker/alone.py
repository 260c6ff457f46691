"""Rule: nobody is left in an empty room. Whoever was parted from the other side hears words, somebody, or the end.

Residents who rang and residents who were rung, and the partners whom a transfer rang.
"""

from tests.checker.evidence import Evidence
from tests.checker.rings import resident_legs
from tests.checker.verdict import Verdict, Violation

LONGEST_ALONE = 60.0  # business seconds of nothing but music after the other side has gone
SLOW_SECONDS = 3.0  # machine time: an empty room is found by asking the provider, a second apart


def judge(evidence: Evidence) -> Verdict:
    inbound = [leg for leg in evidence.legs if leg.inbound]
    partners = [leg for leg in evidence.legs if leg.call_sid in evidence.partner_legs]
    longest = max(LONGEST_ALONE, SLOW_SECONDS * evidence.run.rate)
    return Verdict(
        (("calls by residents", len(inbound)), ("talks", sum(leg.talks for leg in inbound))),
        tuple(
            Violation("left alone", f"{leg.call_sid}: {leg.alone_seconds:.0f} s in an empty room")
            for leg in (*inbound, *resident_legs(evidence), *partners)
            if leg.alone_seconds > longest
        ),
    )
