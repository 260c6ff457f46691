"""What a ruleset document may not say. Each refusal names the place and the mend, and all of them come at once."""

import pytest

from routing_rules.document import RulesetInvalid, parse
from tests.unit.written_ruleset import Change, Document, changed, duty, element, housing, problems, told, topic

SUMMER = {"from": "2027-06-28", "to": "2027-07-30", "hours": ["09:00-14:00"]}

REFUSALS: list[tuple[Change, str, str]] = [
    # change, place, words of the mend
    (lambda d: d.pop("time_zone"), "time_zone", "is missing; add it"),
    (lambda d: d.update(time_zone="Europe/Kuopio"), "time_zone", 'write one like "Europe/Helsinki"'),
    (lambda d: d.update(colour="blue"), "colour", "remove it, or mend its spelling"),
    (lambda d: d["city"].pop("sv"), "city.sv", "is missing; add it"),
    (lambda d: d.update(extended_desk="night"), "extended_desk", "there is no department 'night'; use one of housing"),
    (lambda d: d.update(general_topic="other"), "general_topic", "there is no topic 'other'; use one of"),
    (lambda d: d.update(duty="night"), "duty", "there is no duty 'night'; use one of faults, water"),
    (lambda d: d.update(duty_number="+358175550999"), "duty_number", "is not a field here"),
    (lambda d: d.update(duties={}), "duties", "must be a list"),
    (lambda d: d["duties"].append(duty(d)), "duties.faults", "stands 2 times; rename all but one"),
    (lambda d: duty(d).update(numbers=["112"]), "duties.faults.numbers.0", 'write it like "+358401234567"'),
    (lambda d: duty(d).update(numbers=["+358112"]), "duties.faults.numbers.0", 'write it like "+358401234567"'),
    (lambda d: duty(d).update(numbers=["+3580112"]), "duties.faults.numbers.0", "has a nought after +358"),
    (lambda d: duty(d).update(alarm_number="+3580401234567"), "duties.faults.alarm_number", "a nought after +358"),
    (lambda d: duty(d).update(numbers=[358175550999]), "duties.faults.numbers.0", "put it in quotes"),
    (lambda d: duty(d).update(numbers=[]), "duties.faults.numbers", "at least 1 item"),
    (lambda d: duty(d).update(numbers=["+358175550999"] * 2), "duties.faults.numbers", "stands 2 times"),
    (lambda d: duty(d).update(alarm_number="soon"), "duties.faults.alarm_number", 'write it like "+358401234567"'),
    (lambda d: duty(d)["spoken"].pop("sv"), "duties.faults.spoken.sv", "is missing; add it"),
    (lambda d: d["limits"].update(rings_per_hour=0), "limits.rings_per_hour", "greater than or equal to 1"),
    (lambda d: d["limits"].update(spend_per_day_cents="much"), "limits.spend_per_day_cents", "valid integer"),
    (lambda d: d["limits"].update(alarm_number="soon"), "limits.alarm_number", 'write it like "+358401234567"'),
    (lambda d: d["limits"].update(rings=3), "limits.rings", "is not a field here"),
    (lambda d: d.update(limits=[]), "limits", "group of named fields"),
    (lambda d: d["limits"].update(rings_per_number_day=2), "limits.rings_per_number_day", "write at least 3"),
    (lambda d: d.update(departments=[]), "departments", "at least one element"),
    (lambda d: d.update(departments={}), "departments", "must be a list"),
    (lambda d: d.update(topics=None), "topics", "must be a list"),
    (lambda d: d["departments"].append(housing(d)), "departments.housing", "stands 2 times; rename all but one"),
    (lambda d: d["topics"].append(topic(d, "parking")), "topics.parking", "stands 2 times; rename all but one"),
    (lambda d: d["topics"].append("parking"), "topics.[31]", "group of named fields"),
    (lambda d: housing(d).update(id="Housing!"), "departments.Housing!.id", "small letters"),
    (lambda d: housing(d).update(kind="shop"), "departments.housing.kind", "use one of 'console' or 'number'"),
    (lambda d: housing(d).update(languages=["fi", "ru"]), "departments.housing.languages.1", "use one of 'fi'"),
    (lambda d: housing(d)["spoken"].update(en=" "), "departments.housing.spoken.en", "is empty; write the words"),
    (lambda d: housing(d)["spoken"].update(en=""), "departments.housing.spoken.en", "is empty; write the words"),
    (lambda d: housing(d).pop("fallback_number"), "departments.housing.fallback_number", "is missing; add it"),
    (lambda d: housing(d).update(fallback_number="017 555"), "departments.housing.fallback_number", "+358401234567"),
    (lambda d: housing(d).update(number="+358175550000"), "departments.housing.number", 'or write kind "number"'),
    (lambda d: element(d, "departments", "county").pop("number"), "departments.county.number", "is missing"),
    (
        lambda d: element(d, "departments", "extended").update(kind="number", number="+358175550000"),
        "departments.extended.kind",
        'write kind "console"',
    ),
    (
        lambda d: housing(d)["hours"]["week"].update({"saturday": ["8:00-12:00", "11:00-13:00"]}),
        "departments.housing.hours.week.saturday",
        "08:00-12:00 and 11:00-13:00 overlap; end one before the other",
    ),
    (
        lambda d: housing(d)["hours"]["week"].update({"saturday": ["12:00-08:00"]}),
        "departments.housing.hours.week.saturday.0",
        "ends before it begins; write the end later",
    ),
    (
        lambda d: housing(d)["hours"]["week"].update({"saturday": ["8:00-24:30"]}),
        "departments.housing.hours.week.saturday.0",
        "a day runs from 00:00 to 24:00",
    ),
    (
        lambda d: housing(d)["hours"]["week"].update({"saturday": [480]}),
        "departments.housing.hours.week.saturday.0",
        'write it like "08:00-15:30"',
    ),
    (
        lambda d: housing(d)["hours"]["week"].update({"saturday": None}),
        "departments.housing.hours.week.saturday",
        "must be a list, also when it is empty: []",
    ),
    (
        lambda d: housing(d)["hours"]["week"].update({"wednesday": []}),
        "departments.housing.hours.week",
        "wednesday is named twice; keep one",
    ),
    (
        lambda d: housing(d)["hours"]["week"].update({"friday-monday": []}),
        "departments.housing.hours.week",
        'write "monday" or "monday-friday"',
    ),
    (
        lambda d: housing(d)["hours"]["holidays"].update({"Vappu": []}),
        "departments.housing.hours.holidays.Vappu",
        "use one of NewYearEve",
    ),
    (
        lambda d: housing(d)["hours"].update(exceptional=[{"day": "2026-12-05", "hours": []}] * 2),
        "departments.housing.hours",
        "2026-12-05 stands twice; keep one",
    ),
    (
        lambda d: housing(d)["hours"].update(exceptional=[SUMMER, {"day": "2027-07-10", "hours": []}]),
        "departments.housing.hours",
        "2027-07-10 stands twice; keep one",
    ),
    (
        lambda d: housing(d)["hours"].update(exceptional=[{**SUMMER, "to": "2027-06-01"}]),
        "departments.housing.hours.exceptional.0",
        "the range ends on 2027-06-01, not after it begins",
    ),
    (
        lambda d: housing(d)["hours"].update(exceptional=[{"from": "2027-06-01", "hours": []}]),
        "departments.housing.hours.exceptional.0",
        "needs a day, or from and to",
    ),
    (
        lambda d: housing(d)["hours"].update(exceptional=[{**SUMMER, "day": "2027-06-01"}]),
        "departments.housing.hours.exceptional.0",
        "needs a day, or from and to",
    ),
    (
        lambda d: housing(d)["hours"].update(exceptional=[{"day": "6.12.2027", "hours": []}]),
        "departments.housing.hours.exceptional.0.day",
        "write it like 2026-12-06",
    ),
    (
        lambda d: housing(d).update(provider="state"),
        "departments.housing.provider",
        "use one of 'city', 'county', 'parish', 'association' or 'private'",
    ),
    (
        lambda d: housing(d).update(provider="private"),
        "departments.housing.provider",
        'write kind "number", or "city"',
    ),
    (
        lambda d: housing(d).update(overload_wait_minutes=0),
        "departments.housing.overload_wait_minutes",
        "greater than or equal to 1",
    ),
    (
        lambda d: housing(d)["staffing"]["fi"].update({"saturday": {"8-12": 1, "11-13": 1}}),
        "departments.housing.staffing.fi.saturday",
        "overlap",
    ),
    (
        lambda d: housing(d)["staffing"]["fi"].update({"saturday": {"8-12": -1}}),
        "departments.housing.staffing.fi.saturday.8-12",
        "greater than or equal to 0",
    ),
    (
        lambda d: housing(d).update(languages=["fi", "en"]),
        "departments.housing.staffing.sv",
        "add it to languages, or remove the staffing",
    ),
    (
        lambda d: housing(d).update(callbacks={"outcomes": {"bad_moment": {"attempts": 2}}}),
        "departments.housing.callbacks.outcomes.bad_moment",
        "use one of 'busy', 'no_answer', 'machine' or 'failed'",
    ),
    (
        lambda d: housing(d).update(callbacks={"outcomes": {"busy": {}}}),
        "departments.housing.callbacks.outcomes.busy",
        "changes nothing; write attempts, spacing_minutes or both, or remove it",
    ),
    (
        lambda d: housing(d).update(callbacks={"outcomes": {"machine": {"attempts": 0}}}),
        "departments.housing.callbacks.outcomes.machine.attempts",
        "greater than or equal to 1",
    ),
    (
        lambda d: housing(d).update(callbacks={"outcomes": {"machine": {"spacing": 5}}}),
        "departments.housing.callbacks.outcomes.machine.spacing",
        "is not a field here",
    ),
    (
        lambda d: housing(d).update(callbacks={"owner_minutes": -1}),
        "departments.housing.callbacks.owner_minutes",
        "greater than or equal to 0",
    ),
    (
        lambda d: housing(d).update(callbacks={"capacity_share": 1.5}),
        "departments.housing.callbacks.capacity_share",
        "less than or equal to 1",
    ),
    (lambda d: topic(d, "parking").pop("department"), "topics.parking.department", "name who answers"),
    (lambda d: topic(d, "parking").update(department="roads"), "topics.parking.department", "use one of housing"),
    (
        lambda d: topic(d, "housing-building-water").update(department="housing"),
        "topics.housing-building-water.department",
        "remove the department",
    ),
    (lambda d: topic(d, "water").update(parent="wet"), "topics.water.parent", "there is no topic 'wet'; use one of"),
    (lambda d: topic(d, "water").pop("key"), "topics.water.key", "give it a key from 1 to 5"),
    (lambda d: topic(d, "water").update(key=2), "topics.housing-building-water", "key 2 is used by building-permits, "),
    (
        lambda d: topic(d, "families").update(key=2),
        "topics",
        "used by streets-parking-buses, families; give each its own",
    ),
    (lambda d: topic(d, "water").update(key=0), "topics.water.key", "use 1 to 5"),
    (lambda d: topic(d, "water").update(key="*"), "topics.water.key", "use 1 to 5"),
    (lambda d: topic(d, "water").update(key=6), "topics.water.key", "a level has the keys 1 to 5"),
    (
        lambda d: topic(d, "water").update(parent=None, key=6),
        "topics",
        "6 choices on one level; a caller remembers 5, group them",
    ),
    (
        lambda d: topic(d, "parking").update(parent="housing"),
        "topics.parking.parent",
        "a menu has 2 levels, move it up",
    ),
    (
        lambda d: topic(d, "housing-building-water").update(parent="housing"),
        "topics.housing.parent",
        "in a loop",
    ),
    (lambda d: topic(d, "water")["about"].pop("en"), "topics.water.about.en", "is missing; add it"),
    (
        lambda d: topic(d, "water").update(duty="fire"),
        "topics.water.duty",
        "there is no duty 'fire'; use one of faults",
    ),
    (lambda d: told(d).update(department="culture"), "topics.opening-hours.information", "remove the one or the other"),
    (lambda d: told(d).update(urgent=True), "topics.opening-hours.urgent", "name a department instead"),
    (lambda d: told(d).pop("information"), "topics.opening-hours.department", "name who answers, write information"),
    (lambda d: told(d)["information"].pop("en"), "topics.opening-hours.information.en", "is missing; add it"),
    (lambda d: told(d)["information"].update(en="x" * 401), "topics.opening-hours.information.en", "400 characters"),
    (
        lambda d: topic(d, "families").update(information=told(d)["information"]),
        "topics.families.information",
        "a topic with topics under it tells nothing itself",
    ),
    (lambda d: d.update(general_topic="opening-hours"), "general_topic", "leads to nobody; choose a topic that"),
    (lambda d: d.update(general_topic="families"), "general_topic", "leads to nobody; choose a topic that"),
    (lambda d: topic(d, "general").update(department="county"), "topics.general.department", 'one of kind "console"'),
]


@pytest.mark.parametrize(("change", "place", "mend"), REFUSALS)
def test_a_refusal_names_place_and_mend(change: Change, place: str, mend: str) -> None:
    found = problems(changed(change))
    assert any(problem.startswith(f"{place}: ") and mend in problem for problem in found), found


def test_one_mistake_accuses_nothing_else() -> None:
    for change, place, _ in REFUSALS:
        if place.startswith("departments.housing.") and not place.endswith("staffing.sv"):
            assert len(problems(changed(change))) == 1, place
    assert len(problems(changed(lambda d: topic(d, "water")["about"].pop("en")))) == 1


def test_all_problems_come_at_once() -> None:
    def change(document: Document) -> None:
        document.pop("city")
        housing(document)["fallback_number"] = "112"
        housing(document)["hours"]["week"]["saturday"] = ["12:00-8:00"]
        topic(document, "parking")["department"] = "roads"
        topic(document, "families")["key"] = 2

    found = problems(changed(change))
    places = {problem.partition(": ")[0] for problem in found}
    assert places == {
        "city",
        "departments.housing.fallback_number",
        "departments.housing.hours.week.saturday.0",
        "topics.parking.department",
        "topics",
    }


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("", "must be a group of named fields"),
        ("- 1", "must be a group of named fields"),
        ("city: {fi: [", "not YAML or JSON"),
        ('{"version": 1, "version": 2}', "'version' stands twice"),
        ("version: 1\nversion: 2\n", "line 1: 'version' stands twice in one group; keep one"),
        ("city: !!python/object/apply:os.getcwd []", "not YAML or JSON"),
    ],
)
def test_text_that_is_no_document(text: str, mend: str) -> None:
    (problem,) = problems(text)
    assert mend in problem


def test_an_error_prints_its_problems() -> None:
    with pytest.raises(RulesetInvalid, match="topics: must be a list"):
        parse("version: 1")
