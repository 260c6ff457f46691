"""What a supervisor is told of a new version: every place that differs, by the name people know it by."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given

from routing_rules.document import dump, parse
from routing_rules.versions.changes import KINDS, LONGEST_VALUE, changes
from routing_rules.versions.difference import difference
from routing_rules.versions.model import Change
from tests.support.services import sample_rules
from tests.unit.test_rules_merge import WRITTEN

RULES = sample_rules()
Changing = Callable[[Any], object]


def told(change: Changing) -> tuple[Change, ...]:
    written = json.loads(dump(RULES))
    change(written)
    return difference(RULES, parse(json.dumps(written)))


def of(written: Any, part: str, name: str) -> Any:
    return next(element for element in written[part] if element["id"] == name)


@pytest.mark.parametrize(
    ("change", "code", "place", "before", "after"),
    [
        (lambda w: of(w, "departments", "housing").update(grace_minutes=15),
         "changed", "departments.housing.grace_minutes", "10", "15"),
        (lambda w: of(w, "departments", "housing").update(listen_to_sensitive=True),
         "changed", "departments.housing.listen_to_sensitive", "false", "true"),
        (lambda w: of(w, "departments", "housing").update(languages=["sv", "fi", "en"]),
         "changed", "departments.housing.languages", "fi, sv, en", "sv, fi, en"),
        (lambda w: of(w, "departments", "housing")["hours"]["week"].update(monday=["08:00-12:00", "13:00-17:00"]),
         "changed", "departments.housing.hours.week.monday", "08:00-15:00", "08:00-12:00, 13:00-17:00"),
        (lambda w: of(w, "departments", "streets")["staffing"]["sv"].update(monday={"09:00-12:00": 2}),
         "changed", "departments.streets.staffing.sv.monday", "09:00-15:00: 1", "09:00-12:00: 2"),
        (lambda w: of(w, "topics", "water").update(duty=None), "cleared", "topics.water.duty", "water", ""),
        (lambda w: w["limits"].update(rings_per_hour=5), "changed", "limits.rings_per_hour", "400", "5"),
        (lambda w: w["city"].update(sv="Staden"), "changed", "city.sv", "Kuopio stad", "Staden"),
        (lambda w: w.update(allowed_countries=["FI"]), "changed", "allowed_countries", "FI, AX", "FI"),
    ],
)  # fmt: skip
def test_one_change_with_both_sides(change: Changing, code: str, place: str, before: str, after: str) -> None:
    (found,) = told(change)
    values = dict(found.values)
    assert (found.code, found.place, values["before"], values["after"]) == (code, place, before, after)
    assert place.endswith(values["field"])


def test_a_day_of_its_own_is_named_by_its_day() -> None:
    def closes(written: Any) -> None:
        of(written, "departments", "streets")["hours"]["exceptional"] = [{"day": "2027-03-01", "hours": []}]

    assert "departments.streets.hours.exceptional[2027-03-01].hours" in [one.place for one in told(closes)]


def test_an_element_is_named_as_people_know_it() -> None:
    (found,) = told(lambda written: of(written, "departments", "housing").update(grace_minutes=15))
    assert dict(found.values)["name_sv"] == "Boende och byggande"
    assert (dict(found.values)["kind"], dict(found.values)["id"]) == ("department", "housing")


def test_what_is_new_what_is_gone_and_what_has_moved() -> None:
    def changing(written: Any) -> None:
        written["duties"].append({**written["duties"][0], "id": "snow"})
        written["rules"], written["examples"] = [], []
        first, second = written["departments"][:2]
        written["departments"][:2] = [second, first]

    found = told(changing)
    assert ("added", "duties.snow") in [(one.code, one.place) for one in found]
    assert {("removed", f"rules.{rule.id}") for rule in RULES.rules} <= {(one.code, one.place) for one in found}
    assert ("moved", "departments.#order") in [(one.code, one.place) for one in found]


def test_nothing_differs_but_the_number() -> None:
    assert told(lambda written: written.update(version=99)) == ()


def test_long_words_are_cut_for_the_list() -> None:
    (found,) = told(lambda written: of(written, "topics", "housing")["advice"].update(fi="sana " * 70))
    assert len(dict(found.values)["after"]) <= LONGEST_VALUE


@given(WRITTEN, WRITTEN)
def test_whatever_differs_is_told(before: Any, after: Any) -> None:
    """An empty group or list and none are the same."""
    assert changes(before, before) == ()
    assert changes(before, after) != () or _whole(before) == _whole(after)


def _whole(written: Any) -> Any:
    return {key: value for key, value in written.items() if value not in ({}, [])} | {
        part: written.get(part, []) for part in KINDS
    }
