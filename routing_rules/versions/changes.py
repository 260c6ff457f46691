"""What differs between two written forms of a ruleset, place by place. Pure: codes and values, no words.

Nothing that differs is left out: where two forms are not the same, at least one change says so.
"""

from collections.abc import Iterator, Mapping
from itertools import chain

from routing_rules.versions.merge import NAMED_BY, NOT_MERGED, ORDER, is_plan, named
from routing_rules.versions.model import Change, Written

KINDS = {
    "departments": "department", "topics": "topic", "duties": "duty", "rules": "rule", "examples": "example",
    "notices": "notice",
}  # fmt: skip
LONGEST_VALUE = 200
Leaves = Mapping[str, str]


def changes(before: Written, after: Written) -> tuple[Change, ...]:
    """The ruleset's own fields first, then element by element in the order of the newer form."""
    fields = [field for field in dict.fromkeys(chain(after, before)) if field not in NOT_MERGED]
    own = [field for field in fields if field not in KINDS]
    listed = (_elements(field, before.get(field), after.get(field)) for field in fields if field in KINDS)
    return (*_inside("", (("kind", "city"),), _only(before, own), _only(after, own)), *chain.from_iterable(listed))


def _elements(field: str, before: object, after: object) -> Iterator[Change]:
    old, new = named(before) or {}, named(after) or {}
    kind = ("kind", KINDS[field])
    for name in dict.fromkeys(chain(new, old)):
        place, about = f"{field}.{name}", (kind, ("id", name), *_names(new.get(name) or old.get(name)))
        if name not in old:
            yield Change("added", place, about)
        elif name not in new:
            yield Change("removed", place, about)
        elif old[name] != new[name]:
            yield from _inside(place, about, old[name], new[name])
    was, now = [name for name in old if name in new], [name for name in new if name in old]
    if was != now:
        yield Change("moved", f"{field}.{ORDER}", (kind, ("before", ", ".join(was)), ("after", ", ".join(now))))


def _inside(place: str, about: tuple[tuple[str, str], ...], before: object, after: object) -> tuple[Change, ...]:
    old, new = dict(_leaves("", before)), dict(_leaves("", after))
    differing = [field for field in dict.fromkeys(chain(new, old)) if old.get(field) != new.get(field)]
    found = tuple(_change(place, about, field, old, new) for field in differing)
    if found or before == after:
        return found
    return (Change("changed", place or "city", (*about, ("field", ""), ("before", ""), ("after", ""))),)


def _change(place: str, about: tuple[tuple[str, str], ...], field: str, old: Leaves, new: Leaves) -> Change:
    code = "set" if field not in old else "cleared" if field not in new else "changed"
    sides = (("before", _short(old.get(field, ""))), ("after", _short(new.get(field, ""))))
    return Change(code, f"{place}.{field}" if place else field, (*about, ("field", field), *sides))


def _leaves(path: str, value: object) -> Iterator[tuple[str, str]]:
    """Every value with its path; what is not said (null) has none."""
    if value is None:
        return
    if isinstance(value, Mapping) and not is_plan(value):
        inner = [(key, held) for key, held in value.items() if not path.endswith("]") or key not in NAMED_BY]
        for key, held in inner:
            yield from _leaves(f"{path}.{key}" if path else str(key), held)
        return
    elements = named(value)
    if elements:
        for name, element in elements.items():
            yield from _leaves(f"{path}[{name}]", element)
        return
    yield path, _text(value)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_text(held)}" for key, held in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_text(one) for one in value)
    return str(value)


def _names(element: object) -> tuple[tuple[str, str], ...]:
    """As people know the element; those without a name are known by their id."""
    name = element.get("name") if isinstance(element, Mapping) else None
    spoken = element.get("spoken") if isinstance(element, Mapping) else None
    words = name if isinstance(name, Mapping) else spoken if isinstance(spoken, Mapping) else {}
    return tuple((f"name_{language}", str(text)) for language, text in words.items())


def _only(written: Written, fields: list[str]) -> Written:
    return {field: written[field] for field in fields if field in written}


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"
