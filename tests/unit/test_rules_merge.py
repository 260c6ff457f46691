"""Two people's changes put together: nobody's is lost, and what both have changed differently is handed back."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing_rules.document import dump, parse
from routing_rules.versions.merge import ORDER, merge, named
from routing_rules.versions.model import ABSENT, Conflict, Merged
from tests.support.services import sample_rules

NAMES = st.sampled_from(["housing", "streets", "water", "waste", "parking"])
FIELDS = st.dictionaries(st.sampled_from(["name", "grace", "kind"]), st.integers(0, 2), max_size=3)
DEEP = st.fixed_dictionaries({}, optional={"fields": FIELDS, "languages": st.lists(st.sampled_from(["fi", "sv"]))})
LISTS = st.lists(NAMES, unique=True).flatmap(
    lambda ids: st.tuples(*(DEEP for _ in ids)).map(
        lambda held: [{"id": name, **fields} for name, fields in zip(ids, held, strict=True)]
    )
)
WRITTEN = st.fixed_dictionaries(
    {"departments": LISTS, "rules": LISTS}, optional={"duty": NAMES, "limits": FIELDS, "city": DEEP}
)


def leaves(value: object, place: str = "") -> dict[str, object]:
    """Every value that stands somewhere, by its place; elements by their names."""
    inner = value if isinstance(value, Mapping) else named(value)
    if inner is None:
        return {place: value}
    return {place: "group"} | {
        p: v for key, held in inner.items() for p, v in leaves(held, f"{place}.{key}".lstrip(".")).items()
    }


def changed(before: Mapping[str, object], after: Mapping[str, object]) -> dict[str, object]:
    """Places where the later form differs; ABSENT where it has nothing any more."""
    old, new = leaves(before), leaves(after)
    return {p: new.get(p, ABSENT) for p in {*old, *new} if old.get(p, ABSENT) != new.get(p, ABSENT)}


def within(place: str, conflicts: tuple[Conflict, ...]) -> bool:
    return any(f"{place}.".startswith(f"{c.place}.") or f"{c.place}.".startswith(f"{place}.") for c in conflicts)


@given(WRITTEN, WRITTEN)
def test_who_merges_with_nothing_new_keeps_what_is_there(base: Any, x: Any) -> None:
    assert merge(base, x, base) == Merged(x)
    assert merge(base, base, x) == Merged(x)
    assert merge(base, x, x) == Merged(x)


@settings(max_examples=200)
@given(WRITTEN, WRITTEN, WRITTEN)
def test_no_change_of_either_side_is_lost(base: Any, theirs: Any, mine: Any) -> None:
    """With every disagreement decided for one side, what only the other side has changed stands all the same."""
    first = merge(base, theirs, mine)
    conflicts = first if isinstance(first, tuple) else ()
    merged = merge(base, theirs, mine, {conflict.place: "mine" for conflict in conflicts})
    assert isinstance(merged, Merged)
    stands, hers, his = leaves(merged.written), changed(base, theirs), changed(base, mine)
    for place, value in {**hers, **his}.items():
        if within(place, conflicts):
            continue
        both = place in hers and place in his
        assert not both or hers[place] == his[place], place
        assert stands.get(place, ABSENT) == value, place
    for place, value in his.items():
        if within(place, conflicts) and not any(c.place.endswith(ORDER) for c in conflicts):
            assert stands.get(place, ABSENT) == value, f"{place}: mine was chosen"


@given(WRITTEN, WRITTEN, WRITTEN)
def test_both_sides_of_a_conflict_are_shown_and_really_differ(base: Any, theirs: Any, mine: Any) -> None:
    merged = merge(base, theirs, mine)
    for conflict in merged if isinstance(merged, tuple) else ():
        assert conflict.theirs != conflict.mine
        assert conflict.base not in (conflict.theirs, conflict.mine)


@given(WRITTEN, WRITTEN, WRITTEN)
def test_every_conflict_can_be_chosen_either_way(base: Any, theirs: Any, mine: Any) -> None:
    merged = merge(base, theirs, mine)
    for side in ("theirs", "mine"):
        places = {conflict.place: side for conflict in (merged if isinstance(merged, tuple) else ())}
        assert isinstance(merge(base, theirs, mine, places), Merged)  # type: ignore[arg-type]


@given(st.permutations(["a", "b", "c", "d"]), NAMES, NAMES)
def test_an_order_that_one_side_has_changed_is_kept(order: list[str], new: str, other: str) -> None:
    base, mine = listed("a", "b", "c", "d"), listed(*order)
    theirs = listed("a", "b", new, "c", "d")
    merged = merge(base, theirs, mine)
    assert isinstance(merged, Merged)
    found = ids(merged.written)
    assert [name for name in found if name != new] == list(order)
    assert found.index(new) == found.index("b") + 1, "a new element stays behind the one it was put after"


def listed(*names: str) -> dict[str, object]:
    return {"rules": [{"id": name} for name in names]}


def ids(written: Mapping[str, object]) -> list[str]:
    rules: Any = written["rules"]
    return [element["id"] for element in rules]


def test_two_new_orders_are_a_question() -> None:
    merged = merge(listed("a", "b", "c"), listed("c", "a", "b"), listed("b", "a", "c"))
    assert merged == (Conflict(f"rules.{ORDER}", ("a", "b", "c"), ("c", "a", "b"), ("b", "a", "c")),)
    chosen = merge(listed("a", "b", "c"), listed("c", "a", "b"), listed("b", "a", "c"), {f"rules.{ORDER}": "theirs"})
    assert isinstance(chosen, Merged)
    assert ids(chosen.written) == ["c", "a", "b"]


def test_what_one_removes_and_the_other_changes_is_a_question() -> None:
    base = {"rules": [{"id": "a", "department": "housing"}]}
    mine = {"rules": [{"id": "a", "department": "streets"}]}
    merged = merge(base, {"rules": []}, mine)
    assert merged == (Conflict("rules.a", base["rules"][0], ABSENT, mine["rules"][0]),)
    for side, left in (("theirs", []), ("mine", mine["rules"])):
        assert merge(base, {"rules": []}, mine, {"rules.a": side}) == Merged({"rules": left})  # type: ignore[dict-item]


def test_the_number_of_a_version_is_nobodys_change() -> None:
    assert merge({"version": 1}, {"version": 2}, {"version": 3}) == Merged({})


def test_a_days_staffing_is_one_plan() -> None:
    """Halves of two plans would overlap: 08-11 of the one and 10-12 of the other."""
    base, theirs, mine = ({"monday": {hours: 2}} for hours in ("08:00-12:00", "08:00-11:00", "10:00-12:00"))
    merged = merge(base, theirs, mine)
    assert merged == (Conflict("monday", base["monday"], theirs["monday"], mine["monday"]),)


@pytest.mark.parametrize("department", ["housing", "streets", "extended"])
def test_a_real_city_is_still_a_city_afterwards(department: str) -> None:
    base = json.loads(dump(sample_rules()))
    theirs, mine = json.loads(json.dumps(base)), json.loads(json.dumps(base))
    theirs["departments"][0]["hours"]["week"]["monday"] = ["09:00-12:00"]
    found = next(one for one in mine["departments"] if one["id"] == department)
    found["hours"]["exceptional"] = [{"day": "2027-03-01", "hours": []}]
    merged = merge(base, theirs, mine)
    assert isinstance(merged, Merged)
    rules = parse(json.dumps(merged.written))
    assert rules.departments[0].hours.week[0][0].start == 9 * 60
    assert [str(one.day) for one in rules.department(department).hours.exceptional] == ["2027-03-01"]
