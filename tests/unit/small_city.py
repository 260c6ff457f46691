"""The smallest city whose rules nobody can fault, as a document that a test may change."""

import json
from collections.abc import Callable
from typing import Any

from routing_rules.document import parse
from routing_rules.model import Ruleset

Document = dict[str, Any]
Change = Callable[[Document], object]

OFFICE = {"monday-friday": ["08:00-16:00"]}
LONG = {"monday-friday": ["07:00-21:00"], "saturday-sunday": ["09:00-18:00"]}


def words(text: str) -> dict[str, str]:
    return {language: f"{text} {language}" for language in ("fi", "sv", "en")}


def planned(week: dict[str, list[str]]) -> Document:
    return {
        language: {days: {span: 1 for span in spans} for days, spans in week.items()} for language in ("fi", "sv", "en")
    }


def department(department_id: str, week: dict[str, list[str]]) -> Document:
    return {
        "id": department_id, "name": words(department_id), "spoken": words(department_id), "organisation": "City",
        "kind": "console", "languages": ["fi", "sv", "en"], "hours": {"week": week}, "staffing": planned(week),
        "fallback_number": "+358175550100",
    }  # fmt: skip


def topic(topic_id: str, **fields: object) -> Document:
    return {"id": topic_id, "name": words(topic_id), "spoken": words(topic_id), "about": words(topic_id), **fields}


def rule(rule_id: str, when: Document, **answers: str) -> Document:
    return {"id": rule_id, "name": words(rule_id), "when": when, **(answers or {"department": "streets"})}


def small_city() -> Document:
    county = {**department("county", OFFICE), "kind": "number", "provider": "county", "number": "+358175550140"}
    county.pop("staffing")
    return {
        "time_zone": "Europe/Helsinki",
        "city": words("City"),
        "extended_desk": "extended",
        "general_topic": "general",
        "duty": "faults",
        "duties": [
            {"id": "faults", "spoken": words("faults"), "numbers": ["+358175550999"], "alarm_number": "+358401555099"}
        ],
        "departments": [
            department("housing", OFFICE), department("streets", OFFICE), department("extended", LONG), county
        ],
        "topics": [
            topic("homes", key="1"),
            topic("rents", parent="homes", key="1", department="housing"),
            topic("leaks", parent="homes", key="2", department="housing", urgent=True),
            topic("parking", key="2", department="streets"),
            topic("health", key="3", department="county"),
            topic("opening-hours", key="4", information=words("Open.")),
            topic("general", department="housing"),
        ],
    }  # fmt: skip


def city(*changes: Change) -> Ruleset:
    document = small_city()
    for change in changes:
        change(document)
    return parse(json.dumps(document))


def element(document: Document, group: str, element_id: str) -> Document:
    found: Document = next(one for one in document[group] if one["id"] == element_id)
    return found
