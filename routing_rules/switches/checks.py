"""What a switch must be before it is made. Pure: wishes and moments come in, faults and questions go out.

A fault has to be mended; a question is answered by pressing once more, with open eyes.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, assert_never

from routing_rules.model import Department, Ruleset, Topic
from routing_rules.notices.checks import end_fault
from routing_rules.switches.model import Kind, Switch

LONGEST_DAYS = 7
LONGEST_REASON = 200

Fault = Literal[
    "missing", "past", "far", "empty", "long", "unknown", "taken", "own", "circle", "goal_closed", "outside", "nought"
]
Question = Literal["extended_desk", "partner", "goal"]
Faults = Mapping[str, Fault]  # field -> what is wrong with it
Scope = tuple[str, ...] | None  # the departments she may switch; None: the whole city


@dataclass(frozen=True)
class WantedSwitch:
    """What a supervisor has written; ``until`` None where no moment could be read."""

    kind: Kind
    department: str | None
    topic: str | None
    goal: str | None
    until: datetime | None
    reason: str
    sure: frozenset[str] = frozenset()  # questions she has answered with yes


def faults(wanted: WantedSwitch, rules: Ruleset, running: Collection[Switch], scope: Scope, now: datetime) -> Faults:
    found = {"until": end_fault(wanted.until, now, LONGEST_DAYS), "reason": _reason(wanted.reason)}
    found |= _about(wanted, rules, running)
    subject = "topic" if wanted.kind == "divert" else "department"
    if found[subject] is None and not is_within(wanted.department, wanted.topic, rules, scope):
        found[subject] = "outside"
    return {field: fault for field, fault in found.items() if fault is not None}


def questions(wanted: WantedSwitch, rules: Ruleset, running: Collection[Switch]) -> tuple[Question, ...]:
    """What a faultless wish still asks: () nothing, or all of it has been answered."""
    asked: list[Question] = []
    if wanted.kind == "close" and wanted.department == rules.extended_desk:
        asked.append("extended_desk")
    if wanted.kind == "close" and any(s.kind == "divert" and s.goal == wanted.department for s in running):
        asked.append("goal")
    if wanted.kind == "divert" and wanted.goal is not None and rules.department(wanted.goal).provider != "city":
        asked.append("partner")
    return tuple(question for question in asked if question not in wanted.sure)


def is_within(department: str | None, topic: str | None, rules: Ruleset, scope: Scope) -> bool:
    """Whoever may make a switch about these may end it, too: a topic is its departments' own."""
    if scope is None:
        return True
    if topic is not None:
        owners = owners_of(rules, topic)
        return bool(owners) and owners <= set(scope)
    return department in scope


def _reason(reason: str) -> Fault | None:
    if not reason:
        return "empty"
    return "long" if len(reason) > LONGEST_REASON else None


def _about(wanted: WantedSwitch, rules: Ruleset, running: Collection[Switch]) -> dict[str, Fault | None]:
    match wanted.kind:
        case "close":
            return {"department": _closing(wanted.department, rules, running)}
        case "divert":
            topic = _topic(wanted.topic, rules, running)
            return {"topic": topic, "goal": None if topic else _goal(wanted.goal, wanted.topic or "", rules, running)}
        case "withhold":
            return {"department": _withholding(wanted.department, rules, running)}
    assert_never(wanted.kind)


def _closing(department: str | None, rules: Ruleset, running: Iterable[Switch]) -> Fault | None:
    if not department:
        return "missing"
    if _department(rules, department) is None:
        return "unknown"
    return "taken" if any(s.kind == "close" and s.department == department for s in running) else None


def _withholding(department: str | None, rules: Ruleset, running: Iterable[Switch]) -> Fault | None:
    if department is not None and _department(rules, department) is None:
        return "unknown"
    held = [s.department for s in running if s.kind == "withhold"]
    return "taken" if None in held or department in held else None


def _topic(topic_id: str | None, rules: Ruleset, running: Iterable[Switch]) -> Fault | None:
    if not topic_id:
        return "missing"
    if _named(rules, topic_id) is None:
        return "unknown"
    return "taken" if any(s.kind == "divert" and s.topic == topic_id for s in running) else None


def _goal(goal: str | None, topic_id: str, rules: Ruleset, running: Collection[Switch]) -> Fault | None:
    if not goal:
        return "missing"
    answers = _department(rules, goal)
    if answers is None:
        return "unknown"
    if topic_id == rules.general_topic and answers.kind != "console":
        return "nought"  # who presses 0, or nothing at all, must reach the city's own people
    owners = owners_of(rules, topic_id)
    if owners <= {goal} and owners:
        return "own"
    if any(s.kind == "close" and s.department == goal for s in running):
        return "goal_closed"
    diverted = (s for s in running if s.kind == "divert" and s.goal in owners and s.topic is not None)
    return "circle" if any(goal in owners_of(rules, s.topic or "") for s in diverted) else None


def owners_of(rules: Ruleset, topic_id: str) -> frozenset[str]:
    """The departments that answer the topic, or what stands under it, as the menu is written."""
    topics = (topic for topic in rules.topics if topic_id in (topic.id, topic.parent))
    return frozenset(topic.department for topic in topics if topic.department is not None)


def _department(rules: Ruleset, department_id: str) -> Department | None:
    return next((d for d in rules.departments if d.id == department_id), None)


def _named(rules: Ruleset, topic_id: str) -> Topic | None:
    return next((topic for topic in rules.topics if topic.id == topic_id), None)
