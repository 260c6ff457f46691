"""What pydantic refuses, as problems of ours: each of its errors by a code that has words in every language. Pure."""

from collections.abc import Iterator, Mapping

from pydantic import ValidationError

from routing_rules.document.model import Problem
from routing_rules.document.problem import english, problem

_CODES: Mapping[str, str] = {
    "missing": "missing",
    "extra_forbidden": "no_field",
    "string_type": "no_text",
    "string_unicode": "no_character",
    "model_type": "no_group",
    "model_attributes_type": "no_group",
    "dict_type": "no_group",
    "mapping_type": "no_group",
    "tuple_type": "no_list",
    "date_from_datetime_parsing": "no_date",
    "date_from_datetime_inexact": "no_date",
    "date_parsing": "no_date",
    "date_type": "no_date",
    "int_type": "no_whole_number",
    "int_parsing": "no_whole_number",
    "int_parsing_size": "no_whole_number",
    "int_from_float": "no_whole_number",
    "float_type": "no_number",
    "float_parsing": "no_number",
    "finite_number": "no_number",
    "bool_type": "no_yes_or_no",
    "bool_parsing": "no_yes_or_no",
    "string_too_short": "empty",
}
_PATTERNS: Mapping[str, str] = {
    r"^\+[1-9][0-9]{6,14}$": "no_telephone",
    r"^[a-z][a-z0-9-]{0,39}$": "no_id",
    r"^[1-9]$": "no_menu_key",
    r"^\+[1-9][0-9]{0,7}$": "no_area",
    r"^[a-z_]+(\.[a-z0-9_]+)*$": "no_announcement",
    r"\S": "empty",
    r"^[A-Z]{2}$": "no_country",
}
# pydantic's name for a limit -> (code, the name of its value there)
_LIMITS: Mapping[str, tuple[str, str]] = {
    "greater_than_equal": ("too_small", "ge"),
    "less_than_equal": ("too_great", "le"),
    "greater_than": ("not_more_than", "gt"),
    "too_short": ("too_few", "min_length"),
    "too_long": ("too_many", "max_length"),
    "string_too_long": ("too_long", "max_length"),
    "literal_error": ("not_known", "expected"),
}


def refusals(error: ValidationError, place: str) -> Iterator[Problem]:
    try:
        told = error.errors(include_url=False)
    except UnicodeEncodeError:  # a name that is half a character: it cannot be told back either
        yield problem("no_characters", place or "document")
        return
    for found in told:
        steps = [place] if place else []
        steps += [str(step) for step in found["loc"] if step != "[key]"]
        yield _problem(found["type"], ".".join(steps) or "document", found["msg"], found.get("ctx", {}))


def _problem(kind: str, place: str, message: str, context: Mapping[str, object]) -> Problem:
    if "words" in context and kind in english():  # raised by a validator of ours
        return problem(kind, place, **{name: value for name, value in context.items() if name != "words"})
    if kind == "string_pattern_mismatch":
        return problem(_PATTERNS[str(context["pattern"])], place)
    if kind in _LIMITS:
        code, name = _LIMITS[kind]
        return problem(code, place, limit=context[name])
    if kind in _CODES:
        return problem(_CODES[kind], place)
    return problem("no_value", place, told=message)
