"""As much of JSON Schema (2020-12) as the published schema of rulesets uses; a keyword it does not know is an error."""

import re
from collections.abc import Callable, Iterator
from typing import Any

SAID_ONLY = {"$defs", "$schema", "default", "description", "format", "title"}
SEEN = {"type", "anyOf", "enum"}
FIELDS = {"properties", "patternProperties", "additionalProperties"}  # looked at together
TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict, "array": list, "string": str, "boolean": bool, "null": type(None), "integer": int,
    "number": (int, float),
}  # fmt: skip


def faults(value: Any, schema: Any) -> list[str]:
    return list(_faults(value, schema, schema, "document"))


def _faults(value: Any, schema: Any, root: Any, place: str) -> Iterator[str]:
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    for word, wanted in schema.items():
        match word:
            case "type" if not _is(value, wanted):
                yield f"{place}: is no {wanted}"
            case "anyOf" if all(any(_faults(value, one, root, place)) for one in wanted):
                yield f"{place}: is none of them"
            case "enum" if value not in wanted:
                yield f"{place}: is none of {wanted}"
            case _ if word not in SAID_ONLY | SEEN | FIELDS:
                yield from _of_its_kind(value, word, wanted, root, place)
    if isinstance(value, dict):
        yield from _fields(value, schema, root, place)


def _is(value: Any, wanted: str) -> bool:
    is_number = wanted in ("integer", "number")
    return isinstance(value, TYPES[wanted]) and not (is_number and isinstance(value, bool))


def _fields(value: dict[str, Any], schema: Any, root: Any, place: str) -> Iterator[str]:
    for name, one in value.items():
        known = [shape for field, shape in schema.get("properties", {}).items() if field == name]
        known += [shape for like, shape in schema.get("patternProperties", {}).items() if re.search(like, name)]
        if not known and schema.get("additionalProperties") is False:
            yield f"{place}.{name}: is unknown"
        others = schema.get("additionalProperties", {})
        for shape in known or ([others] if isinstance(others, dict) else []):
            yield from _faults(one, shape, root, f"{place}.{name}")


def _of_its_kind(value: Any, word: str, wanted: Any, root: Any, place: str) -> Iterator[str]:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    holds: dict[str, Callable[[], bool]] = {
        "pattern": lambda: not isinstance(value, str) or re.search(wanted, value) is not None,
        "minLength": lambda: not isinstance(value, str) or len(value) >= wanted,
        "maxLength": lambda: not isinstance(value, str) or len(value) <= wanted,
        "minItems": lambda: not isinstance(value, list) or len(value) >= wanted,
        "maxItems": lambda: not isinstance(value, list) or len(value) <= wanted,
        "minimum": lambda: not number or value >= wanted,
        "maximum": lambda: not number or value <= wanted,
        "exclusiveMinimum": lambda: not number or value > wanted,
        "required": lambda: not isinstance(value, dict) or set(wanted) <= set(value),
        "propertyNames": lambda: not isinstance(value, dict) or not any(faults(n, wanted) for n in value),
        "items": lambda: not isinstance(value, list) or not any(any(_faults(o, wanted, root, place)) for o in value),
    }
    if not holds[word]():
        yield f"{place}: {word} {wanted} does not hold for {value!r}"
