"""The night's look at the days ahead: when it looks, and what it finds in rules that have gone wrong."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from routing_rules.model import Department, ExceptionalDay, Hours, Interval, RoutingRule, Ruleset, Staffing, When
from routing_rules.watching.judging import look
from routing_rules.watching.model import Seen
from routing_rules.watching.moments import moments
from tests.support.clock import TUESDAY
from tests.support.services import sample_rules

CITY = sample_rules()
ZONE = ZoneInfo(CITY.time_zone)


def local(at: datetime) -> str:
    return at.astimezone(ZONE).strftime("%d.%m. %H.%M")


def changed(department_id: str, **changes: object) -> Ruleset:
    def new(one: Department) -> Department:
        return replace(one, **changes) if one.id == department_id else one  # type: ignore[arg-type]

    return replace(CITY, departments=tuple(new(one) for one in CITY.departments))


def found(rules: Ruleset, now: datetime = TUESDAY) -> dict[str, Seen]:
    return {one.key: one for one in look(rules, now).seen}


def test_the_sample_city_gives_nobody_reason_to_get_up() -> None:
    seen = look(CITY, TUESDAY)
    assert seen.seen == ()
    assert seen.looked > 10_000


@pytest.mark.parametrize(
    ("first", "wanted"),
    [
        (date(2026, 11, 24), ("24.11. 08.59", "24.11. 09.01", "24.11. 14.59", "24.11. 15.01")),  # housing's hours
        (date(2026, 12, 6), ("05.12. 23.59", "06.12. 00.01", "06.12. 23.59", "07.12. 00.01")),  # Independence Day
        (date(2027, 3, 28), ("28.03. 02.59", "28.03. 04.01")),  # the clocks go forward
        (date(2026, 10, 25), ("25.10. 03.59", "25.10. 03.01")),  # and back
    ],
)
def test_a_minute_before_and_after_each_boundary(first: date, wanted: tuple[str, ...]) -> None:
    assert set(wanted) <= {local(at) for at in moments(CITY, first, days=1)}


def test_moments_are_in_order_each_once() -> None:
    ahead = moments(CITY, TUESDAY.date())
    assert list(ahead) == sorted(set(ahead))


def test_a_desk_without_planned_staff_is_found_with_its_first_moment() -> None:
    rules = changed(CITY.extended_desk, staffing=())
    rules = replace(
        rules, departments=tuple(replace(d, staffing=()) if d.id == "culture" else d for d in rules.departments)
    )
    seen = found(rules)["nobody_planned:culture"]
    assert seen.first_at is not None
    assert dict(seen.values) == {"desk": "culture"}


def test_a_language_that_nobody_speaks_is_found() -> None:
    def finnish_only(one: Department) -> Department:
        return replace(one, staffing=tuple(s for s in one.staffing if s.language == "fi"))

    seen = found(replace(CITY, departments=tuple(finnish_only(one) for one in CITY.departments)))
    assert {"unspoken:housing.sv", "unspoken:housing.en"} <= set(seen)
    assert "unspoken:housing.fi" not in seen


def test_a_topic_that_nobody_answers_for_days_is_found() -> None:
    shut = ExceptionalDay(date(2026, 11, 25), (), until=date(2026, 12, 3))

    def closed(one: Department) -> Department:
        return replace(one, hours=replace(one.hours, exceptional=(shut,)))

    seen = found(replace(CITY, departments=tuple(closed(one) for one in CITY.departments)))
    assert int(dict(seen["unanswered_long:housing"].values)["days"]) >= 8


def test_a_house_that_never_opens_is_a_dead_end() -> None:
    def closed(one: Department) -> Department:
        return replace(one, hours=Hours(((),) * 7))

    rules = replace(CITY, duty=None, departments=tuple(closed(one) for one in CITY.departments))
    assert "dead_end:housing" in found(rules)
    assert "dead_end:housing" not in found(CITY)


def test_a_rule_that_no_call_meets_is_found_and_one_of_another_season_is_not() -> None:
    summer = RoutingRule("summer", {}, When(topics=("housing",), first=date(2027, 6, 1)), department="advice")
    over = RoutingRule("over", {}, When(topics=("housing",), last=date(2026, 1, 1)), department="advice")
    hidden = RoutingRule("hidden", {}, When(topics=("housing",), languages=("sv",)), department="streets")
    area = RoutingRule("area", {}, When(topics=("parking",), areas=("+35817",), wait_minutes=30), department="advice")
    all_of_it = RoutingRule("all", {}, When(topics=("housing",)), department="advice")
    seen = found(replace(CITY, rules=(summer, over, area, all_of_it, hidden)))
    assert {key for key in seen if key.startswith("rule_")} == {"rule_unmatched:over", "rule_unmatched:hidden"}


def test_the_extended_hours_desk_closed_while_needed_is_found() -> None:
    extended = CITY.department(CITY.extended_desk)
    shut = ExceptionalDay(date(2026, 11, 26), ())
    rules = changed(extended.id, hours=replace(extended.hours, exceptional=(shut,)))
    assert any(key.startswith("extended_closed:") for key in found(rules))
    later = replace(shut, day=date(2027, 2, 4))
    rules = changed(extended.id, hours=replace(extended.hours, exceptional=(later,)))
    assert not any(key.startswith("extended_closed:") for key in found(rules)), "not within a fortnight"


def test_planned_staff_decide_the_language_too() -> None:
    week = tuple(((Interval(0, 1440), 1),) for _ in range(7))
    rules = changed("housing", staffing=(Staffing("fi", week),))
    assert "nobody_planned:housing" not in found(rules)
