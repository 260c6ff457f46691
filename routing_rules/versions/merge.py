"""Two people's changes to one ruleset, put together. Pure: three written forms in, one out, or what is disagreed about.

A group is merged field by field, a list of elements by their names (id, or day of an exceptional day), anything else
as a whole. Nobody's change is lost: where both have changed one place differently, both sides are handed back.
"""

from collections.abc import Mapping, Sequence
from itertools import chain

from routing_rules.versions.model import ABSENT, Conflict, Merged, Side, Written

ORDER = "#order"  # the place of a list's order: "rules.#order"
NAMED_BY = ("id", "day", "from", "every")
NOT_MERGED = ("version",)  # the publisher's
CLOCK = ":"  # a group by times of day ("08:00-11:00": 3) is one plan: halves of two would overlap

Choices = Mapping[str, Side]  # place of a conflict -> whose word goes


def merge(
    base: Written, theirs: Written, mine: Written, choices: Choices | None = None
) -> Merged | tuple[Conflict, ...]:
    """``theirs`` goes first where both have put something new at the same spot of a list."""
    merging = _Merging(choices or {})
    kept = (_without_version(side) for side in (base, theirs, mine))
    merged = merging.value("", *kept)
    if merging.conflicts or not isinstance(merged, Mapping):
        return tuple(merging.conflicts)
    return Merged(merged)


def name_of(element: object) -> str | None:
    """What an element of a list is known by; None: it is no element but a value."""
    if not isinstance(element, Mapping):
        return None
    return next((str(element[key]) for key in NAMED_BY if element.get(key) is not None), None)


def named(elements: object) -> dict[str, object] | None:
    """The elements by their names, in order; None: a plain list, or one where two have the same name."""
    if isinstance(elements, str) or not isinstance(elements, Sequence):
        return None
    found = {name: element for element in elements if (name := name_of(element)) is not None}
    return found if len(found) == len(elements) else None


def _without_version(written: Written) -> Written:
    return {key: value for key, value in written.items() if key not in NOT_MERGED}


class _Merging:
    def __init__(self, choices: Choices) -> None:
        self.choices = choices
        self.conflicts: list[Conflict] = []

    def value(self, place: str, base: object, theirs: object, mine: object) -> object:
        if mine in (base, theirs):
            return theirs
        if theirs == base:
            return mine
        groups = _groups(theirs, mine)
        if groups is not None:
            return self.group(place, base if isinstance(base, Mapping) else {}, *groups)
        lists = named(theirs), named(mine)
        if lists[0] is not None and lists[1] is not None:
            return self.elements(place, named(base) or {}, lists[0], lists[1])
        return self.chosen(place, base, theirs, mine)

    def group(self, place: str, base: Written, theirs: Written, mine: Written) -> object:
        keys = dict.fromkeys(chain(theirs, mine))
        merged = {key: self.value(_under(place, key), *_at(key, base, theirs, mine)) for key in keys}
        return {key: value for key, value in merged.items() if value is not ABSENT}

    def elements(self, place: str, base: Written, theirs: Written, mine: Written) -> object:
        merged = self.group(place, base, theirs, mine)
        assert isinstance(merged, dict)
        return [merged[name] for name in self.order(place, tuple(base), tuple(theirs), tuple(mine)) if name in merged]

    def order(
        self, place: str, base: tuple[str, ...], theirs: tuple[str, ...], mine: tuple[str, ...]
    ) -> tuple[str, ...]:
        """Whoever has moved what both know says how it stands; new elements stay behind the one they were put after."""
        shared = [set(base) & set(theirs) & set(mine)] * 3
        was, live, own = (_only(names, known) for names, known in zip((base, theirs, mine), shared, strict=True))
        if live in (was, own):
            return _put_in(mine, theirs)
        if own == was or self.chosen(_under(place, ORDER), was, live, own) == live:
            return _put_in(theirs, mine)
        return _put_in(mine, theirs)

    def chosen(self, place: str, base: object, theirs: object, mine: object) -> object:
        side = self.choices.get(place)
        if side is None:
            self.conflicts.append(Conflict(place, base, theirs, mine))
        return mine if side == "mine" else theirs


def _groups(theirs: object, mine: object) -> tuple[Written, Written] | None:
    if isinstance(theirs, Mapping) and isinstance(mine, Mapping) and not is_plan(theirs) and not is_plan(mine):
        return theirs, mine
    return None


def is_plan(group: Mapping[str, object]) -> bool:
    return any(CLOCK in key for key in group)


def _at(key: str, *sides: Written) -> tuple[object, ...]:
    return tuple(side.get(key, ABSENT) for side in sides)


def _under(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key


def _only(names: Sequence[str], known: set[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name in known)


def _put_in(backbone: Sequence[str], other: Sequence[str]) -> tuple[str, ...]:
    """``backbone`` with what only ``other`` has, each behind the element it follows there."""
    ordered = list(backbone)
    after = 0
    for name in other:
        if name in ordered:
            after = ordered.index(name) + 1
        else:
            ordered.insert(after, name)
            after += 1
    return tuple(ordered)
