"""Rule: a promise that was heard is a request that exists, in a state that is somebody's business or well closed."""

import re
from functools import cache
from pathlib import Path

import yaml

from tests.checker.evidence import Evidence, Leg, Request, Said
from tests.checker.verdict import Verdict, Violation

OPEN = frozenset({"requested", "offered", "dialing", "connected", "unreached", "needs_human"})
FINAL = frozenset({"done", "cancelled", "expired"})
AT_WORK = frozenset({"offered", "dialing", "connected"})


@cache
def promise_words() -> dict[str, list[str]]:
    words: dict[str, list[str]] = yaml.safe_load(Path(__file__).with_name("promise_words.yaml").read_text("utf-8"))
    return words


def is_promise(said: Said) -> bool:
    patterns = promise_words().get(said.language[:2], [])
    return any(re.search(pattern, said.text.lower()) for pattern in patterns)


def judge(evidence: Evidence) -> Verdict:
    heard = [(leg, said) for leg in evidence.legs if leg.inbound for said in leg.heard if is_promise(said)]
    calls = {leg.call_sid: leg for leg, _ in heard}
    lost = [leg for leg in calls.values() if not _kept_in_the_record(evidence, leg)]
    counts = (
        ("promises heard", len(calls)),
        ("requests", len(evidence.requests)),
        *((f"requests {state}", n) for state, n in _by_state(evidence.requests)),
    )
    return Verdict(
        counts,
        (
            *(Violation("promise lost", f"{leg.call_sid}: a promise was heard, no request holds it") for leg in lost),
            *_illegal_states(evidence),
        ),
    )


def _kept_in_the_record(evidence: Evidence, leg: Leg) -> bool:
    number_id = evidence.call_numbers.get(leg.call_sid)
    words = " ".join(said.text for said in leg.heard)
    return any(
        request.origin_call_sid == leg.call_sid
        or (number_id is not None and request.number_id == number_id)
        or (bool(request.promise_words) and request.promise_words in words)
        for request in evidence.requests
    )


def _by_state(requests: tuple[Request, ...]) -> list[tuple[str, int]]:
    states = sorted({request.state for request in requests})
    return [(state, sum(1 for request in requests if request.state == state)) for state in states]


def _illegal_states(evidence: Evidence) -> list[Violation]:
    open_offers = {
        o.token for o in evidence.offers if o.state in {"offered", "accepted", "dialing", "connected", "wrapup"}
    }
    found = []
    for request in evidence.requests:
        if request.state not in OPEN | FINAL:
            found.append(Violation("unknown state", f"{request.id}: {request.state}"))
        if request.state in AT_WORK and request.offer_token not in open_offers:
            found.append(Violation("orphan", f"{request.id} is {request.state} and no open offer works on it"))
        if request.state == "requested" and request.offer_token in open_offers:
            found.append(Violation("orphan", f"{request.id} is free, yet offer {request.offer_token} holds it"))
    return found
