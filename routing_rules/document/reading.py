"""A ruleset as text: YAML or JSON in, frozen values out. No store, no clock.

Nothing half-read leaves this file: either the whole Ruleset, or ``RulesetInvalid`` with every problem found.
"""

from dataclasses import replace
from functools import lru_cache
from typing import TypeVar
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from routing_rules.document import checks, first_release
from routing_rules.document.base_shapes import Shape
from routing_rules.document.loading import Written, load
from routing_rules.document.model import Problem
from routing_rules.document.problem import RulesetInvalid, problem
from routing_rules.document.refusals import refusals
from routing_rules.document.rule_shapes import ExampleShape, PlannedNoticeShape, RuleShape
from routing_rules.document.shapes import DepartmentShape, DutyShape, HeadShape, TopicShape
from routing_rules.model import Ruleset

S = TypeVar("S", bound=Shape)
MOST_PROBLEMS = 200
MOST = {"departments": 500, "topics": 1000, "duties": 100, "rules": 300, "examples": 500, "notices": 100}
LISTS = tuple(MOST)
KEPT = 8  # texts: a page of the rules asks for the live version and the draft many times over


@lru_cache(maxsize=KEPT)  # frozen, whoever asks; what is refused is not kept
def parse(text: str) -> Ruleset:
    """YAML or JSON. Raises RulesetInvalid."""
    written = first_release.brought_up(load(text))
    problems: list[Problem] = []
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
        raise RulesetInvalid(*_readable(problems))
    zone = ZoneInfo(head.time_zone)
    return replace(
        head.value(parts.departments, parts.topics, parts.duties),
        rules=parts.rules,
        examples=parts.examples,
        notices=tuple(notice.value(zone) for notice in notices),
    )


# --- reading -----------------------------------------------------------------------------------------------------


def _elements(written: Written, field: str, shape: type[S], problems: list[Problem]) -> list[S]:
    elements = written.get(field)
    if isinstance(elements, list) and len(elements) > MOST[field]:
        problems.append(problem("too_many_elements", field, number=len(elements), most=MOST[field]))
        return []
    if not isinstance(elements, list) or not elements:
        problems.append(problem("no_elements", field))
        return []
    read = (_shape(shape, element, f"{field}.{_name(element, n)}", problems) for n, element in enumerate(elements))
    return [element for element in read if element is not None]


def _optional(written: Written, field: str, shape: type[S], problems: list[Problem]) -> list[S]:
    """A list that may be left out, or be empty."""
    return _elements(written, field, shape, problems) if written.get(field, []) != [] else []


def _shape(shape: type[S], written: object, place: str, problems: list[Problem]) -> S | None:
    try:
        return shape.model_validate(written)
    except ValidationError as error:
        problems.extend(refusals(error, place))
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


def _readable(problems: list[Problem]) -> tuple[Problem, ...]:
    """As many as somebody can read."""
    more = len(problems) - MOST_PROBLEMS
    shown = tuple(problems[:MOST_PROBLEMS])
    return (*shown, problem("more_problems", "document", number=more)) if more > 0 else shown
