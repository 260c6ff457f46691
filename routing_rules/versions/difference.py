"""What differs between two rulesets, as a supervisor is told it; worded by ``console.rules.changes``."""

from routing_rules.document.writing import written_form
from routing_rules.model import Ruleset
from routing_rules.versions.changes import changes
from routing_rules.versions.model import Change


def difference(before: Ruleset, after: Ruleset) -> tuple[Change, ...]:
    """() where both say the same, whatever their numbers."""
    return changes(written_form(before), written_form(after))
