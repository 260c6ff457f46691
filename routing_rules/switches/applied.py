"""The ruleset as it is while switches are on. Pure: the moments stand in the values, so nothing has to end them.

A switch about a department or topic that the ruleset does not know says nothing: a newer version may have dropped it,
and its callers go where that version sends them.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import assert_never

from routing_rules.model import Department, Moments, RoutingRule, Ruleset, When, Withheld
from routing_rules.switches.model import Switch


def with_switches(rules: Ruleset, switches: Iterable[Switch]) -> Ruleset:
    """The same ruleset, in which each switch holds from its making until its end; itself where there is none."""
    known = tuple(one for one in switches if is_known(rules, one))
    if not known:
        return rules
    diverting = sorted((s for s in known if s.kind == "divert"), key=lambda s: (_is_branch(rules, s), s.made_at, s.id))
    return replace(
        rules,
        departments=tuple(_closed(department, known) for department in rules.departments),
        rules=(*(_diversion(rules, one) for one in diverting), *rules.rules),
        withheld=(*rules.withheld, *(Withheld(_during(s), s.department) for s in known if s.kind == "withhold")),
    )


def is_known(rules: Ruleset, switch: Switch) -> bool:
    """Whether it says anything: what it is about, and where it sends the callers, stands in the rules."""
    departments = {department.id for department in rules.departments}
    match switch.kind:
        case "close":
            return switch.department in departments
        case "divert":
            return switch.goal in departments and any(topic.id == switch.topic for topic in rules.topics)
        case "withhold":
            return switch.department is None or switch.department in departments
    assert_never(switch.kind)


def _is_branch(rules: Ruleset, switch: Switch) -> bool:
    """What is said about one topic goes before what is said about all that stand beside it."""
    return any(topic.parent == switch.topic for topic in rules.topics)


def _closed(department: Department, switches: tuple[Switch, ...]) -> Department:
    closures = tuple(_during(s) for s in switches if s.kind == "close" and s.department == department.id)
    if not closures:
        return department
    return replace(department, hours=replace(department.hours, closures=(*department.hours.closures, *closures)))


def _diversion(rules: Ruleset, switch: Switch) -> RoutingRule:
    topic = switch.topic or rules.general_topic
    when = When(topics=(topic,), during=_during(switch))
    return RoutingRule(f"switch-{switch.id}", rules.topic(topic).name, when, department=switch.goal, switch=True)


def _during(switch: Switch) -> Moments:
    return (switch.made_at, switch.until)
