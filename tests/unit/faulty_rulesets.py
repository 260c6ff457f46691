"""For each code that a check knows: changes to the smallest city that make it so; and changes that are no fault."""

from routing_rules.model import LANGUAGES
from tests.unit.small_city import Change, Document, element, planned, rule, topic, words


def rules(*written: Document) -> Change:
    return lambda document: document.update(rules=list(written))


def hours(desk: str, week: dict[str, list[str]], **others: object) -> Change:
    return lambda document: element(document, "departments", desk).update(hours={"week": week, **others})


def staffing(desk: str, language: str, week: dict[str, dict[str, int]]) -> Change:
    return lambda document: element(document, "departments", desk)["staffing"].update({language: week})


def number(desk: str, field: str, written: str) -> Change:
    return lambda document: element(document, "departments", desk).update({field: written})


def said(key: str, sentence: str) -> Change:
    return lambda document: document.update(announcements={key: {language: sentence for language in LANGUAGES}})


def notice(first: str, last: str) -> Change:
    return lambda document: document.update(notices=[{"id": "cut", "words": words("Cut."), "from": first, "to": last}])


def example(**fields: object) -> Change:
    one = {"id": "one", "at": "monday 10:00", "language": "fi", "topic": "rents", "leads_to": "line", **fields}
    return lambda document: document.update(examples=[one])


def branch_of_nothing(document: Document) -> None:
    document["topics"].append(topic("empty", key="5"))
    element(document, "topics", "general")["parent"] = "empty"


def alarm_on_a_landline(document: Document) -> None:
    document["duties"][0]["alarm_number"] = "+358175550999"


def never_opens(desk: str) -> Change:
    def change(document: Document) -> None:
        element(document, "departments", desk).update(hours={"week": {}}, staffing={})

    return change


def opens_only(desk: str, **hours: object) -> Change:
    """By no weekday."""

    def change(document: Document) -> None:
        element(document, "departments", desk).update(hours={"week": {}, **hours}, staffing={})

    return change


def nobody_speaks_english(document: Document) -> None:
    for one in ("housing", "streets", "extended"):
        element(document, "departments", one)["staffing"].pop("en")


def only_finnish_at_streets(document: Document) -> None:
    streets = element(document, "departments", "streets")
    streets.update(languages=["fi"], staffing={"fi": streets["staffing"]["fi"]})


def without_duty(document: Document) -> None:
    document.pop("duty")


def a_shorter_friday(document: Document) -> None:
    week = {"monday-thursday": ["07:00-21:00"], "friday": ["07:00-18:00"], "saturday-sunday": ["09:00-18:00"]}
    element(document, "departments", "extended").update(hours={"week": week}, staffing=planned(week))


def closed_at_christmas(document: Document) -> None:
    for one in document["departments"]:
        one["hours"]["holidays"] = {"ChristmasDay": []}


ALL_WEEK = {"monday-friday": ["07:00-21:00"], "saturday-sunday": ["09:00-18:00"]}
AN_EVE = {"ChristmasEve": ["08:00-12:00"]}
PARKING: Document = {"topics": ["parking"]}
STREETS = {"department": "streets"}
HOUSING = {"department": "housing"}

Case = tuple[str, str, str, tuple[Change, ...]]
CASES: tuple[Case, ...] = (
    ("empty_menu", "error", "topics.empty", (branch_of_nothing,)),
    ("nought_leaves", "error", "rules.r.when.topics", (rules(rule("r", {}, department="county")),)),
    ("nought_leaves", "error", "rules.r.when.topics", (rules(rule("r", {"topics": ["general"]}, duty="faults")),)),
    ("urgent_without_duty", "warning", "topics.leaks.duty", (without_duty,)),
    ("number_refused", "error", "departments.county.number", (number("county", "number", "+35860012345"),)),
    ("number_refused", "error", "departments.county.number", (number("county", "number", "+35811223344"),)),
    ("number_refused", "error", "departments.county.number", (number("county", "number", "+46812345678"),)),
    ("number_refused", "error", "departments.county.number", (number("county", "number", "+358175550000"),)),
    (
        "number_refused",
        "error",
        "departments.housing.fallback_number",
        (number("housing", "fallback_number", "+35870012345"),),
    ),
    ("number_refused", "warning", "departments.county.number", (number("county", "number", "+358294123456"),)),
    ("alarm_takes_no_texts", "warning", "duties.faults.alarm_number", (alarm_on_a_landline,)),
    (
        "hours_unstaffed",
        "warning",
        "departments.housing.staffing.sv",
        (staffing("housing", "sv", {}), staffing("extended", "sv", {"monday-friday": {"09:00-16:00": 1}})),
    ),
    (
        "staff_outside_hours",
        "warning",
        "departments.housing.staffing.sv.5",
        (staffing("housing", "sv", {"monday-friday": {"08:00-16:00": 1}, "saturday": {"10:00-12:00": 1}}),),
    ),
    ("language_unspoken", "warning", "topics.parking.en", (nobody_speaks_english,)),
    ("never_open", "error", "departments.extended.hours", (never_opens("extended"),)),
    ("never_open", "warning", "departments.housing.hours", (never_opens("housing"),)),
    (
        "never_open",
        "error",
        "departments.extended.hours",
        (opens_only("extended", exceptional=[{"day": "2026-11-20", "hours": ["08:00-16:00"]}]),),  # last Friday
    ),
    (
        "never_open",
        "error",
        "departments.extended.hours",
        (opens_only("extended", exceptional=[{"from": "2026-12-01", "to": "2026-12-31", "hours": ["08:00-16:00"]}]),),
    ),
    ("never_open", "error", "departments.extended.hours", (opens_only("extended", holidays=AN_EVE),)),
    (
        "extended_closed",
        "warning",
        "departments.extended.hours.week.2",
        (hours("extended", {"monday-tuesday": ["07:00-21:00"], "thursday-friday": ["07:00-21:00"]}),),
    ),
    (
        "extended_closed",
        "warning",
        "departments.extended.hours.week.0",
        (hours("extended", {"monday-friday": ["07:00-15:30", "17:00-21:00"]}),),
    ),
    (
        "extended_closed_on",
        "warning",
        "departments.extended.hours.2026-12-02",
        (hours("extended", ALL_WEEK, exceptional=[{"day": "2026-12-02", "hours": []}]),),
    ),
    ("rule_no_hours", "error", "rules.r", (rules(rule("r", {**PARKING, "week": {"monday": []}}, **HOUSING)),)),
    (
        "rule_no_such_day",
        "error",
        "rules.r",
        (
            rules(
                rule(
                    "r",
                    {**PARKING, "week": {"sunday": ["10:00-12:00"]}, "from": "2026-12-01", "to": "2026-12-04"},
                    **HOUSING,
                )
            ),
        ),
    ),
    ("rule_no_wait", "error", "rules.r", (rules(rule("r", {"topics": ["health"], "wait_minutes": 9}, **HOUSING)),)),
    ("rule_over", "warning", "rules.r", (rules(rule("r", {**PARKING, "to": "2026-11-22"}, **HOUSING)),)),
    (
        "rule_shadowed",
        "warning",
        "rules.later",
        (
            rules(
                rule("first", PARKING, **HOUSING),
                rule("later", {**PARKING, "languages": ["sv"]}, department="extended"),
            ),
        ),
    ),
    (
        "rule_shadowed",
        "warning",
        "rules.later",
        (
            rules(
                rule("first", {"topics": ["homes"]}, **STREETS),
                rule("later", {"topics": ["rents"]}, department="extended"),
            ),
        ),
    ),
    ("rule_changes_nothing", "warning", "rules.r", (rules(rule("r", {**PARKING, "languages": ["sv"]}, **STREETS)),)),
    (
        "rule_language",
        "warning",
        "rules.r.sv",
        (only_finnish_at_streets, rules(rule("r", {"topics": ["rents"], "languages": ["sv"]}, **STREETS))),
    ),
    (
        "rule_to_closed",
        "warning",
        "rules.r",
        (rules(rule("r", {**PARKING, "week": {"saturday": ["10:00-12:00"]}}, **HOUSING)),),
    ),
    ("announcement_unknown", "error", "announcements.menu.repeat", (said("menu.repeat", "x"),)),
    ("announcement_broken", "error", "announcements.menu.repeat_star.fi", (said("menu.repeat_star", "x {"),)),
    ("announcement_broken", "error", "announcements.promise.told.sv", (said("promise.told", "{window!r} {code}"),)),
    ("announcement_broken", "error", "announcements.promise.told.sv", (said("promise.told", "{window.start} {code}"),)),
    (
        "announcement_strange",
        "error",
        "announcements.promise.told.en",
        (said("promise.told", "{window} {code} {name}"),),
    ),
    ("announcement_lacks", "error", "announcements.promise.told.en", (said("promise.told", "{city} {code}"),)),
    ("notice_over", "warning", "notices.cut", (notice("2026-11-20 08:00", "2026-11-20 09:00"),)),
    ("example", "error", "examples.one", (example(desk="extended"),)),
    ("example", "error", "examples.one", (example(at="saturday 10:00", leads_to="closed"),)),
)

FAULTLESS: tuple[tuple[Change, ...], ...] = (
    (),
    (rules(rule("r", {"topics": ["rents"]}, **STREETS)),),
    (rules(rule("r", {"topics": ["health"]}, duty="faults")),),
    (number("county", "number", "+358401555001"),),
    (staffing("housing", "sv", {}),),  # the extended-hours desk speaks Swedish then
    (a_shorter_friday,),
    (closed_at_christmas,),
    (hours("extended", ALL_WEEK, exceptional=[{"day": "2026-12-06", "hours": []}]),),  # a Sunday
    (rules(rule("r", {**PARKING, "to": "2026-11-23"}, **HOUSING)),),
    (rules(rule("a", {**PARKING, "languages": ["sv"]}, department="extended"), rule("b", PARKING, **HOUSING)),),
    (
        rules(rule("a", {**PARKING, "languages": ["sv"]}, **STREETS), rule("b", PARKING, **HOUSING)),
    ),  # an exception first
    (
        rules(
            rule("a", {**PARKING, "areas": ["+35817"]}, **HOUSING),
            rule("b", {**PARKING, "areas": ["+358"]}, department="extended"),
        ),
    ),
    (
        rules(
            rule("a", {**PARKING, "wait_minutes": 30}, **HOUSING),
            rule("b", {**PARKING, "wait_minutes": 10}, department="extended"),
        ),
    ),
    (said("promise.told", "{city} {window} {code}"),),
    (notice("2026-11-23 08:00", "2026-11-23 18:00"),),
    (example(desk="housing"),),
    (example(at="2026-11-22 12:00", desk="extended"),),
)
