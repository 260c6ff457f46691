"""Menus and topics: choices that lead to nothing, a nought that leaves the city, urgent matters without duty. Pure."""

from collections.abc import Iterator

from routing_rules.checking.model import Finding
from routing_rules.model import RoutingRule, Ruleset


def findings(rules: Ruleset) -> Iterator[Finding]:
    yield from _empty_menus(rules)
    yield from _nought_leaves_the_city(rules)
    yield from _urgent_without_duty(rules)


def _empty_menus(rules: Ruleset) -> Iterator[Finding]:
    """Under the branch stands nothing with a key: whoever chooses it hears a menu without choices."""
    for topic in rules.topics:
        is_branch = topic.department is None and topic.information is None
        if is_branch and not rules.children(topic.id):
            yield Finding("empty_menu", f"topics.{topic.id}", "error", (("topic", topic.id),))


def _nought_leaves_the_city(rules: Ruleset) -> Iterator[Finding]:
    """Who presses 0, or nothing at all, must reach the city's own people: the last way out of everything else."""
    for rule in rules.rules_about(rules.general_topic):
        if not rule.switch and _leaves(rules, rule):
            values = (("rule", rule.id), ("topic", rules.general_topic))
            yield Finding("nought_leaves", f"rules.{rule.id}.when.topics", "error", values)


def _leaves(rules: Ruleset, rule: RoutingRule) -> bool:
    return rule.department is None or rules.department(rule.department).kind != "console"


def _urgent_without_duty(rules: Ruleset) -> Iterator[Finding]:
    for topic in rules.topics:
        if topic.urgent and topic.department is not None and rules.duty_of(topic.id) is None:
            yield Finding("urgent_without_duty", f"topics.{topic.id}.duty", "warning", (("topic", topic.id),))
