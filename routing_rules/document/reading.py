"""A ruleset as text: YAML or JSON in, frozen values out, and back. No store, no clock.

Nothing half-read leaves this file: either the whole Ruleset, or ``RulesetInvalid`` with every problem found.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import yaml
from pydantic import ValidationError

from routing_rules.document import checks, first_release
from routing_rules.document.rule_shapes import ExampleShape, PlannedNoticeShape, RuleShape
from routing_rules.document.shapes import DepartmentShape, DutyShape, HeadShape, Shape, TopicShape
from routing_rules.model import Ruleset

S = TypeVar("S", bound=Shape)
Written = Mapping[str, object]
LISTS = ("departments", "topics", "duties", "rules", "examples", "notices")

_MENDS: Mapping[str, str] = {
    "missing": "is missing; add it",
    "extra_forbidden": "is not a field here; remove it, or mend its spelling",
    "string_type": "must be text; put it in quotes",
    "model_type": "must be a group of named fields",
    "dict_type": "must be a group of named fields",
    "tuple_type": "must be a list, also when it is empty: []",
    "date_from_datetime_parsing": "is not a date; write it like 2026-12-06",
    "date_parsing": "is not a date; write it like 2026-12-06",
    "date_type": "is not a date; write it like 2026-12-06",
}
_PATTERN_MENDS: Mapping[str, str] = {
    r"^\+[1-9][0-9]{6,14}$": 'is not an international number; write it like "+358401234567"',
    r"^[a-z][a-z0-9-]{0,39}$": "is not an id; use at most 40 small letters a-z, digits and hyphens",
    r"^[1-9]$": "is not a menu key; use 1 to 5 (0 is the general topic's)",
    r"\S": "is empty; write the words",
    r"^[A-Z]{2}$": "is not a country; write two capital letters like FI",
}


class RulesetInvalid(Exception):
    """The document cannot be a ruleset. Each problem names its place and how to mend it; none is left for later."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def parse(text: str) -> Ruleset:
    """YAML or JSON. Raises RulesetInvalid."""
    written = first_release.brought_up(_load(text))
    problems: list[str] = []
    departments = _elements(written, "departments", DepartmentShape, problems)
    topics = _elements(written, "topics", TopicShape, problems)
    duties = _optional(written, "duties", DutyShape, problems)
    rules = _optional(written, "rules", RuleShape, problems)
    examples = _optional(written, "examples", ExampleShape, problems)
    notices = _optional(written, "notices", PlannedNoticeShape, problems)
    head = _shape(HeadShape, _without(written, LISTS), "", problems)
    parts = checks.Parts(
        departments=tuple(shape.value() for shape in departments),
        topics=tuple(shape.value() for shape in topics),
        duties=tuple(shape.value() for shape in duties),
        department_ids=_texts(written, "departments", "id"),
        topic_ids=_texts(written, "topics", "id"),
        topic_parents=_texts(written, "topics", "parent"),
        duty_ids=_texts(written, "duties", "id"),
        extended_desk=_text(written.get("extended_desk")),
        general_topic=_text(written.get("general_topic")),
        duty=_text(written.get("duty")),
        limits=head.limits.value() if head is not None else None,
        rules=tuple(shape.value() for shape in rules),
        examples=tuple(shape.value() for shape in examples),
        notices=tuple(notices),
        rule_ids=_texts(written, "rules", "id"),
    )
    problems.extend(checks.problems(parts))
    if problems or head is None:
        raise RulesetInvalid(tuple(problems))
    zone = ZoneInfo(head.time_zone)
    return replace(
        head.value(parts.departments, parts.topics, parts.duties),
        rules=parts.rules,
        examples=parts.examples,
        notices=tuple(notice.value(zone) for notice in notices),
    )


# --- reading -----------------------------------------------------------------------------------------------------


class _OnceLoader(yaml.SafeLoader):
    """YAML and JSON let the last of two equal keys win in silence; a ruleset would lose a rule that way."""

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node = super().compose_mapping_node(anchor)
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        for key in keys:
            if keys.count(key) > 1:
                raise RulesetInvalid((f"line {node.start_mark.line + 1}: {key!r} stands twice in one group; keep one",))
        return node


def _pairs_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    keys = [key for key, _ in pairs]
    for key in keys:
        if keys.count(key) > 1:
            raise RulesetInvalid((f"{key!r} stands twice in one group; keep one",))
    return dict(pairs)


def _read(text: str) -> object:
    """JSON where it is JSON (what the store holds: many times faster), else YAML."""
    try:
        return json.loads(text, object_pairs_hook=_pairs_once)
    except json.JSONDecodeError:
        return _OnceLoader(text).get_single_data()


def _load(text: str) -> Written:
    try:
        written = _read(text)
    except yaml.YAMLError as error:
        raise RulesetInvalid((f"the text is not YAML or JSON; mend it here: {_one_line(error)}",)) from error
    if not isinstance(written, dict) or not all(isinstance(key, str) for key in written):
        raise RulesetInvalid(("the document must be a group of named fields: time_zone, city, departments, topics …",))
    return written


def _elements(written: Written, field: str, shape: type[S], problems: list[str]) -> list[S]:
    elements = written.get(field)
    if not isinstance(elements, list) or not elements:
        problems.append(f"{field}: must be a list with at least one element; add it")
        return []
    read = (_shape(shape, element, f"{field}.{_name(element, n)}", problems) for n, element in enumerate(elements))
    return [element for element in read if element is not None]


def _optional(written: Written, field: str, shape: type[S], problems: list[str]) -> list[S]:
    """A list that may be left out, or be empty."""
    return _elements(written, field, shape, problems) if written.get(field, []) != [] else []


def _shape(shape: type[S], written: object, place: str, problems: list[str]) -> S | None:
    try:
        return shape.model_validate(written)
    except ValidationError as error:
        problems.extend(_problems(error, place))
        return None


def _texts(written: Written, field: str, key: str) -> tuple[str, ...]:
    elements = written.get(field)
    found = [e.get(key) for e in elements if isinstance(e, dict)] if isinstance(elements, list) else []
    return tuple(text for text in found if isinstance(text, str))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _name(element: object, position: int) -> str:
    named = element.get("id") if isinstance(element, dict) else None
    return named if isinstance(named, str) else f"[{position}]"


def _without(written: Written, fields: tuple[str, ...]) -> Written:
    return {key: value for key, value in written.items() if key not in fields}


# --- naming place and mend ---------------------------------------------------------------------------------------


def _problems(error: ValidationError, place: str) -> Iterator[str]:
    for found in error.errors(include_url=False):
        steps = [place] if place else []
        steps += [str(step) for step in found["loc"] if step != "[key]"]
        yield f"{'.'.join(steps) or 'document'}: {_mend(found['type'], found['msg'], found.get('ctx', {}))}"


def _mend(kind: str, message: str, context: Mapping[str, object]) -> str:
    if kind == "value_error":
        return message.removeprefix("Value error, ")
    if kind == "string_pattern_mismatch":
        return _PATTERN_MENDS[str(context["pattern"])]
    if kind == "string_too_short":
        return _PATTERN_MENDS[r"\S"]
    if kind == "string_too_long":
        return f"is longer than {context['max_length']} characters; a caller waits for its end, shorten it"
    if kind == "literal_error":
        return f"is not known here; use one of {context['expected']}"
    return _MENDS.get(kind, message)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
