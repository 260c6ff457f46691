"""Rule: an answering machine is given one message about a matter at most, however often it is rung."""

from collections import Counter
from functools import cache
from pathlib import Path

import yaml

from tests.checker.evidence import Evidence
from tests.checker.verdict import Verdict, Violation


@cache
def message_words() -> tuple[str, ...]:
    words: dict[str, str] = yaml.safe_load(Path(__file__).with_name("machine_words.yaml").read_text("utf-8"))
    return tuple(words.values())


def judge(evidence: Evidence) -> Verdict:
    request_of = {offer.token: offer.request_id for offer in evidence.offers}
    tokens = {leg.call_sid: leg.tokens for leg in evidence.legs}
    kept = [one for one in evidence.left if any(words in one.text for words in message_words())]
    told = Counter(request for one in kept for request in {request_of.get(t) for t in tokens.get(one.call_sid, ())})
    return Verdict(
        (("messages on answering machines", len(kept)),),
        tuple(
            Violation("two messages on a machine", f"{request}: {number}")
            for request, number in told.items()
            if request is not None and number > 1
        ),
    )
