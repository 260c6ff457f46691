"""Routes as tables (the weekday stands in the moment), and one property: whatever is asked, there is a route."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing_rules.decide import all_closed, decide
from routing_rules.document import parse
from routing_rules.model import LANGUAGES, RoutingRule, Ruleset, When
from routing_rules.opening_hours import is_open
from routing_rules.routes import (
    AllClosed,
    Information,
    NobodyOnDuty,
    OtherLanguage,
    Route,
    StaffedDesk,
    ToDuty,
    ToLine,
    ToNumber,
    ToPartner,
)

SAMPLE = Path(__file__).parents[2] / "routing_rules" / "samples" / "kuopio.yaml"
RULES = parse(SAMPLE.read_text(encoding="utf-8"))
HELSINKI = ZoneInfo("Europe/Helsinki")

OFFICE_TIME = "Tuesday 24.11.2026 10:00"  # housing and the extended-hours desk are open
EVENING = "Tuesday 24.11.2026 17:00"  # only the extended-hours desk
SATURDAY = "Saturday 21.11.2026 17:05"  # only the extended-hours desk
NIGHT = "Tuesday 24.11.2026 23:00"  # everything is closed
INDEPENDENCE_DAY = "Sunday 06.12.2026 12:00"


def local(text: str) -> datetime:
    weekday, rest = text.split(" ", 1)
    moment = datetime.strptime(rest, "%d.%m.%Y %H:%M").replace(tzinfo=HELSINKI)
    assert moment.strftime("%A") == weekday, text
    return moment


def on_duty(**desks: str) -> tuple[StaffedDesk, ...]:
    """``on_duty(housing="fi sv")``."""
    return tuple(StaffedDesk(desk, frozenset(languages.split())) for desk, languages in desks.items())


def utc(text: str) -> datetime:
    return local(text).astimezone(UTC)


FAULTS, WATER = RULES.duties
OWN = ToLine("housing", extended=False, closed=False)


@pytest.mark.parametrize(
    ("language", "at", "staffed", "expected"),
    [
        ("fi", OFFICE_TIME, on_duty(housing="fi"), OWN),
        ("sv", OFFICE_TIME, on_duty(housing="fi sv"), OWN),
        ("fi", OFFICE_TIME, on_duty(housing="fi", extended="fi"), OWN),
        ("fi", OFFICE_TIME, on_duty(extended="fi"), ToLine("extended", extended=True, closed=False)),
        ("sv", OFFICE_TIME, on_duty(housing="fi", extended="sv"), ToLine("extended", extended=True, closed=False)),
        ("fi", EVENING, on_duty(extended="fi"), ToLine("extended", extended=True, closed=True)),
        ("fi", EVENING, on_duty(housing="fi", extended="fi"), ToLine("extended", extended=True, closed=True)),
        ("fi", SATURDAY, on_duty(extended="fi en"), ToLine("extended", extended=True, closed=True)),
        ("fi", INDEPENDENCE_DAY, on_duty(extended="fi"), ToLine("extended", extended=True, closed=True)),
        ("sv", OFFICE_TIME, on_duty(housing="en fi", extended="fi"), OtherLanguage("housing", ("fi", "en"), False)),
        ("sv", OFFICE_TIME, on_duty(extended="fi"), OtherLanguage("extended", ("fi",), True)),
        ("sv", EVENING, on_duty(housing="fi", extended="en"), OtherLanguage("extended", ("en",), True)),
        ("fi", OFFICE_TIME, on_duty(), NobodyOnDuty("housing")),
        ("fi", OFFICE_TIME, on_duty(streets="fi"), NobodyOnDuty("housing")),
        ("fi", OFFICE_TIME, on_duty(housing=""), NobodyOnDuty("housing")),
        ("fi", EVENING, on_duty(housing="fi"), NobodyOnDuty("housing")),  # signed in, but the department is closed
    ],
)
def test_a_housing_call(language: str, at: str, staffed: tuple[StaffedDesk, ...], expected: Route) -> None:
    assert decide(RULES, "housing", language, local(at), staffed) == expected


@pytest.mark.parametrize(
    ("topic", "at", "opens"),
    [
        ("housing", NIGHT, "Wednesday 25.11.2026 07:00"),  # the extended-hours desk opens first
        ("housing", "Saturday 21.11.2026 21:00", "Sunday 22.11.2026 09:00"),
        ("parking", NIGHT, "Wednesday 25.11.2026 07:00"),
        ("housing", "Friday 25.12.2026 08:00", "Friday 25.12.2026 09:00"),
    ],
)
def test_all_closed_names_the_first_opening_and_the_citys_duty(topic: str, at: str, opens: str) -> None:
    department = RULES.topic(topic).department
    expected = AllClosed(str(department), local(opens).astimezone(UTC), FAULTS)
    assert decide(RULES, topic, "fi", local(at), on_duty(housing="fi", extended="fi")) == expected


def test_the_department_may_open_before_the_extended_hours_desk() -> None:
    housing, extended = RULES.department("housing"), RULES.department("extended")
    early = replace(housing, hours=extended.hours)
    late = replace(extended, hours=housing.hours)
    others = tuple(d for d in RULES.departments if d.id not in ("housing", "extended"))
    rules = replace(RULES, departments=(early, late, *others))
    route = decide(rules, "housing", "fi", local(NIGHT), ())
    assert route == AllClosed("housing", local("Wednesday 25.11.2026 07:00"), FAULTS)


def test_without_any_duty_none_is_told() -> None:
    route = decide(replace(RULES, duty=None), "housing", "fi", local(NIGHT), ())
    assert isinstance(route, AllClosed)
    assert route.duty is None


@pytest.mark.parametrize(
    ("topic", "at", "staffed", "expected"),
    [
        ("water", OFFICE_TIME, on_duty(waterworks="fi"), ToLine("waterworks", extended=False, closed=False)),
        ("water", OFFICE_TIME, on_duty(extended="fi"), ToLine("extended", extended=True, closed=False)),
        ("water", OFFICE_TIME, on_duty(waterworks="sv"), OtherLanguage("waterworks", ("sv",), False)),
        ("water", OFFICE_TIME, on_duty(), ToDuty(WATER)),  # open, but nobody is there: a burst pipe cannot wait
        ("water", EVENING, on_duty(extended="fi"), ToDuty(WATER)),  # who answers advice cannot close a pipe
        ("water", SATURDAY, on_duty(extended="fi"), ToDuty(WATER)),
        ("water", NIGHT, on_duty(), ToDuty(WATER)),
        ("street-faults", NIGHT, on_duty(), ToDuty(FAULTS)),  # no duty of its own: the city's
    ],
)
def test_an_urgent_fault_reaches_a_person(
    topic: str, at: str, staffed: tuple[StaffedDesk, ...], expected: Route
) -> None:
    assert decide(RULES, topic, "fi", local(at), staffed) == expected


def test_an_urgent_topic_without_any_duty_goes_where_others_go() -> None:
    rules = replace(RULES, duty=None, duties=())
    assert decide(rules, "water", "fi", local(OFFICE_TIME), ()) == NobodyOnDuty("waterworks")


@pytest.mark.parametrize("at", [OFFICE_TIME, NIGHT])
def test_information_is_told_at_any_hour(at: str) -> None:
    assert decide(RULES, "opening-hours", "sv", local(at), ()) == Information("opening-hours")


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (OFFICE_TIME, ToPartner("county", "+358175550140", True, None)),
        ("Tuesday 24.11.2026 20:30", ToPartner("county", "+358175550140", False, utc("Wednesday 25.11.2026 07:00"))),
        ("Friday 25.12.2026 08:00", ToPartner("county", "+358175550140", False, utc("Friday 25.12.2026 09:00"))),
    ],
)
def test_another_authoritys_matter_says_whose_it_is_and_when_they_open(at: str, expected: Route) -> None:
    assert decide(RULES, "health", "fi", local(at), on_duty(extended="fi")) == expected


def test_the_citys_own_outside_number_is_dialled_while_it_is_open() -> None:
    county = replace(RULES.department("county"), provider="city")
    rules = replace(RULES, departments=tuple(county if d.id == "county" else d for d in RULES.departments))
    assert decide(rules, "health", "fi", local(OFFICE_TIME), ()) == ToNumber("county", "+358175550140")
    late = local("Tuesday 24.11.2026 20:30")
    assert decide(rules, "health", "fi", late, on_duty(extended="fi")) == ToLine("extended", True, True)
    assert decide(rules, "health", "fi", late, ()) == NobodyOnDuty("county")


@pytest.mark.parametrize("topic", ["no-such-topic", "housing-building-water", "general"])
def test_an_unknown_topic_or_a_branch_goes_where_the_general_topic_goes(topic: str) -> None:
    route = decide(RULES, topic, "fi", local(OFFICE_TIME), on_duty(advice="fi"))
    assert route == ToLine("advice", extended=False, closed=False)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (OFFICE_TIME, False),
        ("Tuesday 24.11.2026 21:59", False),
        ("Tuesday 24.11.2026 22:00", True),
        ("Wednesday 25.11.2026 06:59", True),
        ("Wednesday 25.11.2026 07:00", False),
        (INDEPENDENCE_DAY, False),
        ("Saturday 21.11.2026 20:00", True),
    ],
)
def test_all_closed(at: str, expected: bool) -> None:
    assert all_closed(RULES, local(at)) is expected


def test_an_outside_number_that_is_open_keeps_nothing_of_ours_open() -> None:
    extended = RULES.department("extended")
    shut = replace(extended, hours=replace(extended.hours, week=((),) * 7, holidays={}))
    rules = replace(RULES, departments=tuple(shut if d.id == "extended" else d for d in RULES.departments))
    county_only = local("Tuesday 24.11.2026 19:00")
    assert is_open(rules.department("county").hours, county_only, HELSINKI)
    assert all_closed(rules, county_only)


topics = st.sampled_from([t.id for t in RULES.topics]) | st.text(max_size=5)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1)).map(lambda naive: naive.replace(tzinfo=UTC))
spoken = st.frozensets(st.sampled_from([*LANGUAGES, "ru"]))
desks = st.sampled_from([d.id for d in RULES.departments])
staffings = st.lists(st.builds(StaffedDesk, desks, spoken), max_size=5)


@settings(deadline=None)  # a loaded machine is no failure
@given(topics, st.sampled_from([*LANGUAGES, "ru"]), moments, staffings)
def test_there_is_always_a_route_and_it_can_be_kept(
    topic: str, language: str, at: datetime, staffed: Collection[StaffedDesk]
) -> None:
    route = decide(RULES, topic, language, at, staffed)
    check_route(RULES, route, language, at, staffed)
    assert route == decide(RULES, topic, language, at, tuple(reversed(list(staffed))))  # who is named first is nobody's


urgent_topics = st.sampled_from([t.id for t in RULES.topics if t.urgent])


@settings(deadline=None)  # a loaded machine is no failure
@given(urgent_topics, st.sampled_from(LANGUAGES), moments, staffings)
def test_an_urgent_topic_reaches_somebody_at_any_moment(
    topic: str, language: str, at: datetime, staffed: Collection[StaffedDesk]
) -> None:
    route = decide(RULES, topic, language, at, staffed)
    assert isinstance(route, ToLine | OtherLanguage | ToDuty)


def check_route(rules: Ruleset, route: Route, language: str, at: datetime, staffed: Collection[StaffedDesk]) -> None:
    match route:
        case ToLine(desk, extended, _):
            assert is_open(rules.department(desk).hours, at, HELSINKI)
            assert any(language in s.languages for s in staffed if s.desk == desk)
            assert extended == (desk == rules.extended_desk)
        case ToNumber(department, number):
            assert is_open(rules.department(department).hours, at, HELSINKI)
            assert rules.department(department).number == number
        case OtherLanguage(desk, languages, _):
            assert is_open(rules.department(desk).hours, at, HELSINKI)
            assert languages
            assert language not in languages
        case ToPartner(department, number, opened, opens_at):
            partner = rules.department(department)
            assert partner.provider != "city"
            assert partner.number == number
            assert opened == is_open(partner.hours, at, HELSINKI)
            assert opened == (opens_at is None)
        case ToDuty(duty):
            assert duty.numbers
        case Information(topic):
            assert rules.topic(topic).information is not None
        case NobodyOnDuty(department):
            open_desks = {
                d for d in (department, rules.extended_desk) if is_open(rules.department(d).hours, at, HELSINKI)
            }
            assert open_desks
            assert not any(s.languages & set(LANGUAGES) for s in staffed if s.desk in open_desks)
        case AllClosed(department, opens_at, _):
            assert not is_open(rules.department(department).hours, at, HELSINKI)
            assert not is_open(rules.department(rules.extended_desk).hours, at, HELSINKI)
            assert opens_at is not None
            assert at < opens_at < at + timedelta(days=2)


COUNTY_NIGHT = "Tuesday 24.11.2026 23:00"


def led_to_the_county(topic: str) -> Ruleset:
    named = dict.fromkeys(LANGUAGES, "Sent on")
    return replace(RULES, rules=(RoutingRule("sent-on", named, When(topics=(topic,)), department="county"),))


def test_an_urgent_matter_that_a_rule_sends_to_a_partner_reaches_the_duty_while_the_partner_is_closed() -> None:
    assert decide(led_to_the_county("water"), "water", "fi", utc(COUNTY_NIGHT), ()) == ToDuty(WATER)
    opened = decide(led_to_the_county("water"), "water", "fi", utc(OFFICE_TIME), ())
    assert isinstance(opened, ToPartner)
    assert opened.open
    calm = decide(led_to_the_county("parking"), "parking", "fi", utc(COUNTY_NIGHT), ())
    assert isinstance(calm, ToPartner)
