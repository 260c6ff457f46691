"""A past decision taken again, with the version and the facts it was taken by: what was looked at can be told. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from routing_rules.comparing import Past
from routing_rules.decide import explain
from routing_rules.model import Ruleset
from routing_rules.routes import Explanation
from routing_rules.switches.applied import with_switches
from routing_rules.switches.model import Switch
from routing_rules.trying.examples import outcome


@dataclass(frozen=True)
class Kept:
    """A decision as the record keeps it."""

    past: Past
    version: int
    route: str
    desk: str | None
    areas: tuple[str, ...]  # of that version's rules, in which the number lay


@dataclass(frozen=True)
class Recalled:
    kept: Kept
    rules: Ruleset  # with the quick switches of that moment
    explanation: Explanation

    @property
    def same(self) -> bool:
        """The record and the decision taken again agree; else a fact has been erased since, or the code has changed."""
        return outcome(self.explanation.route) == (self.kept.route, self.kept.desk)


def recalled(kept: Kept, published: Ruleset, switches: Iterable[Switch]) -> Recalled:
    past, rules = kept.past, with_switches(published, switches)
    return Recalled(kept, rules, explain(rules, past.topic, past.language, past.at, past.staffed, past.known))
