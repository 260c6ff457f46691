"""The JSON Schema of a ruleset document, for editors and for a city that keeps its rules in git.

``python -m routing_rules.document.published_schema docs/ruleset.schema.json`` writes it. It says what each field looks
like; what fields say about each other (references, keys, levels, order of times) only ``parse`` and ``check`` know.
"""

import json
import sys
from pathlib import Path
from typing import Annotated

from pydantic import Field

from routing_rules.document.reading import MOST
from routing_rules.document.rule_shapes import ExampleShape, PlannedNoticeShape, RuleShape
from routing_rules.document.shapes import DepartmentShape, DutyShape, HeadShape, TopicShape

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class DocumentShape(HeadShape):
    """The whole document at once; ``parse`` reads it element by element, so that all problems come together."""

    departments: Annotated[tuple[DepartmentShape, ...], Field(min_length=1, max_length=MOST["departments"])]
    topics: Annotated[tuple[TopicShape, ...], Field(min_length=1, max_length=MOST["topics"])]
    duties: Annotated[tuple[DutyShape, ...], Field(max_length=MOST["duties"])] = ()
    rules: Annotated[tuple[RuleShape, ...], Field(max_length=MOST["rules"])] = ()
    examples: Annotated[tuple[ExampleShape, ...], Field(max_length=MOST["examples"])] = ()
    notices: Annotated[tuple[PlannedNoticeShape, ...], Field(max_length=MOST["notices"])] = ()


def schema_text() -> str:
    schema = {"$schema": DIALECT, **DocumentShape.model_json_schema(by_alias=True), "title": "Ruleset"}
    return json.dumps(_closed(schema), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _closed(schema: object) -> object:
    """Names that must look a certain way may look no other: "munday" is no day."""
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _closed(one) for name, one in schema.items()}
    return {**closed, "additionalProperties": False} if "patternProperties" in closed else closed


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(schema_text(), encoding="utf-8")
