"""Rule: a text message that was ordered once arrives at most once."""

from collections import Counter

from tests.checker.evidence import Evidence
from tests.checker.verdict import Verdict, Violation

FORGOTTEN = ""  # the number of one whom the record has forgotten since


def judge(evidence: Evidence) -> Verdict:
    ordered = Counter((text.to, text.body) for text in evidence.texts_ordered)
    sent = Counter((text.to, text.body) for text in evidence.texts_sent)
    return Verdict(
        (("text messages", len(evidence.texts_sent)),),
        tuple(
            Violation("message sent too often", f"{n} times, ordered {ordered[text]} times: {text[1][:40]}")
            for text, n in sent.items()
            if n > ordered[text] + ordered[FORGOTTEN, text[1]]
        ),
    )
