"""Whether callbacks are offered about a topic at a moment, by the quick switches of the ruleset. Pure."""

from datetime import datetime

from routing_rules.decide import ringing
from routing_rules.model import Ruleset


def is_withheld(rules: Ruleset, topic_id: str, language: str, at: datetime) -> bool:
    """Never an urgent topic: it is held by nothing."""
    if not rules.withheld or rules.topic(topic_id).urgent:
        return False
    held = [one.department for one in rules.withheld if one.during[0] <= at < one.during[1]]
    if not held:
        return False
    return None in held or ringing(rules, topic_id, language, at).id in held
