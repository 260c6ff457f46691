"""The sample ruleset as a written document that a test may change, and what ``parse`` says of the change."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from routing_rules.document import RulesetInvalid, parse

SAMPLE = Path(__file__).parents[2] / "routing_rules" / "samples" / "kuopio.yaml"
TEXT = SAMPLE.read_text(encoding="utf-8")

Document = dict[str, Any]
Change = Callable[[Document], object]


def changed(change: Callable[[Document], object]) -> str:
    document: Document = json.loads(json.dumps(yaml.safe_load(TEXT), default=str))  # what YAML shares, taken apart
    change(document)
    return json.dumps(document, default=str)


def problems(text: str) -> tuple[str, ...]:
    with pytest.raises(RulesetInvalid) as refused:
        parse(text)
    return refused.value.problems


def element(document: Document, group: str, element_id: str) -> Document:
    found: Document = next(e for e in document[group] if e["id"] == element_id)
    return found


def housing(document: Document) -> Document:
    return element(document, "departments", "housing")


def topic(document: Document, topic_id: str) -> Document:
    return element(document, "topics", topic_id)


def duty(document: Document) -> Document:
    return element(document, "duties", "faults")


def told(document: Document) -> Document:
    return topic(document, "opening-hours")
