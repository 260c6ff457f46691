"""One element of a rules document as a form's fields, and back. Pure: what is wrong is told by field, as a code.

``Flat`` is what a form shows and posts: name -> values. The element keeps whatever the form does not show.
"""

import copy
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from console.rules import form_parts as parts
from console.rules import form_shown as rules_form_shown
from console.rules.fields import Field
from console.rules.form_parts import Flat, Known
from console.rules.times import Fault

Element = dict[str, object]
Faults = dict[str, str]


@dataclass
class Reading:
    """What a form says: the element it makes, and what is wrong with it, by the name of the form's field."""

    element: Element
    faults: Faults = field(default_factory=dict)


def shown(fields: Iterable[Field], element: Mapping[str, object], language: str, year: int) -> dict[str, list[str]]:
    flat: dict[str, list[str]] = {}
    for one in fields:
        value = _goal(element) if one.kind == "goal" else at(element, one.path)
        flat |= rules_form_shown.flat(one, one.usual if value is None else value, language, year)
    return flat


def read(fields: Iterable[Field], form: Flat, element: Mapping[str, object], known: Known) -> Reading:
    """The element as the form wants it; ``element`` is never changed."""
    reading = Reading(copy.deepcopy(dict(element)))
    for one in fields:
        if one.kind == "goal":
            _read_goal(one, form, reading)
            continue
        value = _value(one, form, known, reading.faults)
        if not (value is None and one.path in reading.faults):
            put(reading.element, one.path, value)
    return reading


def _value(one: Field, form: Flat, known: Known, faults: Faults) -> object:
    reader: Callable[[Field, Flat, Known, Faults], object] = parts.READERS.get(one.kind, parts.line)
    try:
        return reader(one, form, known, faults)
    except Fault as fault:
        faults[one.path] = fault.code
        return None


def at(element: Mapping[str, object], path: str) -> object:
    found: object = element
    for step in path.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def put(element: Element, path: str, value: object) -> None:
    """None takes it out: what is not written holds as the service has it."""
    *above, last = path.split(".")
    group: dict[str, object] = element
    for step in above:
        inner = group.get(step)
        group[step] = inner = dict(inner) if isinstance(inner, Mapping) else {}
        group = inner
    if value is None:
        group.pop(last, None)
    else:
        group[last] = value


def _goal(element: Mapping[str, object]) -> object:
    for kind in ("department", "duty"):
        if element.get(kind):
            return f"{kind}:{element[kind]}"
    return None


def _read_goal(one: Field, form: Flat, reading: Reading) -> None:
    kind, _, goal = parts.first(form, one.path).partition(":")
    if kind not in ("department", "duty") or not goal:
        reading.faults[one.path] = "empty"
        return
    reading.element.pop("department", None)
    reading.element.pop("duty", None)
    reading.element[kind] = goal


def differing(fields: Iterable[Field], one: Mapping[str, object], other: Mapping[str, object]) -> tuple[Field, ...]:
    """The fields in which two elements say different things."""
    return tuple(f for f in fields if _held(f, one) != _held(f, other))


def _held(one: Field, element: Mapping[str, object]) -> object:
    return _goal(element) if one.kind == "goal" else at(element, one.path)


def taken(one: Field, source: Mapping[str, object], into: Element) -> None:
    """One field as ``source`` has it."""
    if one.kind != "goal":
        put(into, one.path, copy.deepcopy(at(source, one.path)))
        return
    for kind in ("department", "duty"):
        put(into, kind, source.get(kind))


def named(element: Mapping[str, object], language: str, otherwise: str) -> str:
    """What a list calls the element: its name, else what is said of it, else its id."""
    for path in ("name", "spoken", "words"):
        words = at(element, f"{path}.{language}")
        if isinstance(words, str) and words:
            return words
    return otherwise
