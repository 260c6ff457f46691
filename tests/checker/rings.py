"""Rule: nobody is rung twice for one attempt, and never more often than there were attempts.

An engaged telephone was dialled as well as one that rang: a second attempt under the same offer would be one too many.
"""

from collections import Counter

from tests.checker.evidence import Evidence, Leg
from tests.checker.verdict import Verdict, Violation


def judge(evidence: Evidence) -> Verdict:
    legs = resident_legs(evidence)
    by_token = Counter(token for leg in legs for token in leg.tokens)
    request_of = {offer.token: offer.request_id for offer in evidence.offers}
    by_request = Counter(request for leg in legs for request in {request_of.get(t) for t in leg.tokens} if request)
    dialings = Counter(change.owner for change in evidence.request_history if change.after == "dialing")
    return Verdict(
        (
            ("residents' telephones rung", sum(1 for leg in legs if leg.rang is not None)),
            ("residents' telephones engaged", sum(1 for leg in legs if leg.rang is None)),
            ("rung twice for one attempt", sum(1 for n in by_token.values() if n > 1)),
        ),
        (
            *(Violation("rung twice", f"offer {token}: {n} resident legs") for token, n in by_token.items() if n > 1),
            *(Violation("unknown ring", f"{leg.call_sid} belongs to no offer") for leg in legs if not leg.tokens),
            *(
                Violation("rung without attempt", f"{request}: {n} rings, {dialings[request]} attempts")
                for request, n in by_request.items()
                if n > dialings[request]
            ),
        ),
    )


def resident_legs(evidence: Evidence) -> list[Leg]:
    """Legs on an agent's call or on nobody's that rang or found engaged who is no agent, no partner, not the city."""
    agent_legs = {leg.call_sid for leg in evidence.legs if leg.to in evidence.agent_addresses}
    return [
        leg
        for leg in evidence.legs
        if not leg.inbound
        and (leg.rang is not None or leg.engaged_at is not None)
        and leg.call_sid not in agent_legs
        and leg.call_sid not in evidence.partner_legs
        and (leg.parent is None or leg.parent in agent_legs)
    ]
