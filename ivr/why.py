"""Why a call went where, as one row: version, topic, language, route, and the facts it was decided by. Nothing is read.

Never the number: of it only those areas are kept that the ruleset's own rules ask about.
"""

import json

from adapters.schema import route_decision
from adapters.together import Row, new_in
from ivr.effects import Effect, JoinLine, Reopen
from ivr.facts import Facts
from ivr.turn import Decided, Turn
from routing_rules.model import Ruleset
from routing_rules.trying.examples import outcome

_NEW = new_in(route_decision)


def decided_in(said: Turn | Effect) -> Decided | None:
    return said.decided if isinstance(said, Turn | JoinLine | Reopen) else None


def row(call_sid: str, decided: Decided, facts: Facts) -> Row:
    route, desk = outcome(decided.route)
    values = {
        "call_sid": call_sid,
        "at": facts.now,
        "ruleset_version": facts.rules.version,
        "topic": decided.topic,
        "language": decided.language,
        "route": route,
        "desk": desk,
        "facts": _written(facts),
    }
    return Row(_NEW, values)


def _written(facts: Facts) -> str:
    known = facts.circumstances
    staffed = {desk.desk: sorted(desk.languages) for desk in facts.staffed}
    return json.dumps({"staffed": staffed, "wait": known.wait_minutes, "areas": areas(facts.rules, known.number)})


def areas(rules: Ruleset, number: str) -> list[str]:
    """The areas of the ruleset's rules that the number lies in."""
    if not number:
        return []
    return sorted({area for rule in rules.rules for area in rule.when.areas if number.startswith(area)})
