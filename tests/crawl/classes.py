"""Matters that lead alike are one place: what differs between them is heard on the way in, and judged there."""

from collections.abc import Callable
from datetime import datetime

from routing_rules.decide import decide
from routing_rules.model import Ruleset
from routing_rules.routes import StaffedDesk

Simplify = Callable[[dict[str, str]], dict[str, str]]


def alike(rules: Ruleset, at: datetime, staffed: tuple[StaffedDesk, ...]) -> Simplify:
    """Leaf topics by what the rules make of them now; times by whether they are the soonest."""

    def known(topic_id: str, language: str) -> str:
        topic = next((t for t in rules.topics if t.id == topic_id), None)
        if topic is None or (topic.department is None and topic.information is None):
            return topic_id
        route = type(decide(rules, topic_id, language or "fi", at, staffed)).__name__
        department = rules.department(topic.department) if topic.department else None
        kind = f"{department.provider}-{department.kind}-{department.records_talks}" if department else "information"
        marks = "-".join(name for name in ("urgent", "sensitive") if getattr(topic, name))
        return f"{route}:{kind}:{marks}:{bool(topic.duty)}"

    def simple(parameters: dict[str, str]) -> dict[str, str]:
        if "t" in parameters:
            parameters = {**parameters, "t": known(parameters["t"], parameters.get("lang", ""))}
        if parameters.get("c", "").isdigit() and len(parameters["c"]) > 3:
            parameters = {**parameters, "c": "a time"}
        return parameters

    return simple
