"""A ruleset as text: YAML or JSON in, frozen values out. No store, no clock.

Nothing half-read leaves this file: either the whole Ruleset, or ``RulesetInvalid`` with every problem found.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TypeVar
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from routing_rules.document import checks, first_release
from routing_rules.document.base_shapes import Shape
from routing_rules.document.loading import RulesetInvalid, Written, load
from routing_rules.document.rule_shapes import ExampleShape, PlannedNoticeShape, RuleShape
from routing_rules.document.shapes import DepartmentShape, DutyShape, HeadShape, TopicShape
from routing_rules.model import Ruleset

S = TypeVar("S", bound=Shape)
MOST_PROBLEMS, LONGEST_PROBLEM = 200, 600
MOST = {"departments": 500, "topics": 1000, "duties": 100, "rules": 300, "examples": 500, "notices": 100}
LISTS = tuple(MOST)

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
    r"^\+[1-9][0-9]{0,7}$": 'is not how a number begins; write it like "+35817"',
    r"^[a-z_]+(\.[a-z0-9_]+)*$": 'is not the name of an announcement; write it like "menu.repeat_star"',
    r"\S": "is empty; write the words",
    r"^[A-Z]{2}$": "is not a country; write two capital letters like FI",
}


def parse(text: str) -> Ruleset:
    """YAML or JSON. Raises RulesetInvalid."""
    written = first_release.brought_up(load(text))
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
        zone=ZoneInfo(head.time_zone) if head is not None else None,
    )
    problems.extend(checks.problems(parts))
    if problems or head is None:
        raise RulesetInvalid(_readable(problems))
    zone = ZoneInfo(head.time_zone)
    return replace(
        head.value(parts.departments, parts.topics, parts.duties),
        rules=parts.rules,
        examples=parts.examples,
        notices=tuple(notice.value(zone) for notice in notices),
    )


# --- reading -----------------------------------------------------------------------------------------------------


def _elements(written: Written, field: str, shape: type[S], problems: list[str]) -> list[S]:
    elements = written.get(field)
    if isinstance(elements, list) and len(elements) > MOST[field]:
        problems.append(f"{field}: has {len(elements)} elements; at most {MOST[field]} can be held, write fewer")
        return []
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


def _readable(problems: list[str]) -> tuple[str, ...]:
    """As many and as long as somebody can read."""
    shown = tuple(
        problem if len(problem) <= LONGEST_PROBLEM else problem[:LONGEST_PROBLEM] + " …" for problem in problems
    )
    more = len(shown) - MOST_PROBLEMS
    return (*shown[:MOST_PROBLEMS], f"document: has {more} more problems; mend these first") if more > 0 else shown


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
