"""What keeps a document from being a ruleset, in the page's words: where, what is wrong, how to mend it.

The text itself is not looked at: it may be no document at all. Names come from the draft it was written over.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from console.rules import document
from console.rules.changes import field_words, shown_value
from console.rules.fields import LISTS, Part
from console.rules.forms import named
from console.words import PageWords
from routing_rules.document.model import Problem

LINE = re.compile(r"line (\d+)")
POSITION = re.compile(r"\[(\d+)\](?:\.|$)")  # an element that has no id yet
PARTS_WITH_NAMES: tuple[Part, ...] = (*LISTS, "announcements")


@dataclass(frozen=True)
class Told:
    """``place``: as the document writes it, for whoever mends the text; ``said``: everything, in words."""

    place: str
    said: str


def problem_lines(t: PageWords, written: Mapping[str, object], problems: Iterable[Problem]) -> tuple[Told, ...]:
    """``written``: a document that knows what ids are called; what it does not know stands as its id."""
    return tuple(Told(one.place, f"{_place(t, written, one.place)}: {_sentence(t, written, one)}") for one in problems)


def _sentence(t: PageWords, written: Mapping[str, object], problem: Problem) -> str:
    values = {name: _shown(t, written, name, value) for name, value in problem.values}
    return t(f"rules.invalid.{problem.code}", **values)


def _shown(t: PageWords, written: Mapping[str, object], name: str, value: str) -> str:
    match name:
        case "limit":  # pydantic's list of choices: 'console' or 'number'
            return ", ".join(re.findall(r"'([^']*)'", value)) or value.removesuffix(".0")
        case "day":
            return t.words.get(f"rules.part.{value}") or shown_value(t, value)
        case "department":
            return _called(t, written, "departments", value)
        case "users":
            return ", ".join(_called(t, written, "topics", one) for one in value.split(", "))
    return value


def _place(t: PageWords, written: Mapping[str, object], place: str) -> str:
    line = LINE.fullmatch(place)
    if line is not None:
        return t("rules.invalid.place.line", number=line.group(1))
    if place in ("", "document", "the text"):
        return t("rules.invalid.place.whole")
    part, _, rest = place.partition(".")
    chosen = next((one for one in PARTS_WITH_NAMES if one == part), None)
    if chosen is None:
        return _field(t, place)
    return ", ".join((t(f"rules.parts.{part}"), *_steps(t, written, chosen, rest)))


def _steps(t: PageWords, written: Mapping[str, object], part: Part, rest: str) -> Iterable[str]:
    """The element by its name or its number, then the field."""
    position = POSITION.match(rest)
    if position is not None:
        yield _nth(t, int(position.group(1)))
        field = rest[position.end() :]
    else:
        known = (str(one.get("id")) for one in document.elements(written, part))
        within = [one for one in known if f"{rest}.".startswith(f"{one}.")]
        element = max(within, key=len, default=rest.partition(".")[0])
        if element:
            yield _called(t, written, part, element)
        field = rest.removeprefix(element).lstrip(".")
    if field:
        yield _field(t, field)


def _field(t: PageWords, path: str) -> str:
    return ", ".join(_nth(t, int(one)) if one.isdecimal() else one for one in field_words(t, path).split(", "))


def _nth(t: PageWords, position: int) -> str:
    return t("rules.invalid.place.nth", number=position + 1)


def _called(t: PageWords, written: Mapping[str, object], part: Part, element_id: str) -> str:
    found = document.element(written, part, element_id)
    return element_id if found is None or part == "announcements" else named(found, t.language, element_id)
