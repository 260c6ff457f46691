"""Past decisions under two rulesets: what goes elsewhere, who reaches nobody, minutes moved from desk to desk."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from routing_rules.comparing import Comparison, Goal, Past, compare
from routing_rules.decide import decide
from routing_rules.model import Department, Hours, RoutingRule, Ruleset, Topic, When
from routing_rules.planned import planned
from routing_rules.routes import NOTHING_KNOWN, Circumstances, StaffedDesk
from routing_rules.trying.examples import outcome
from tests.support.clock import TUESDAY
from tests.support.services import sample_rules

LIVE = sample_rules()
ON_DUTY = (StaffedDesk("housing", frozenset({"fi"})), StaffedDesk("advice", frozenset({"fi"})))


def past(n: int, topic: str = "housing", language: str = "fi", number: str = "") -> Past:
    at = TUESDAY + timedelta(minutes=n)
    return Past(f"CA{n:032x}", at, topic, language, ON_DUTY, Circumstances(number))


def sent(goal: str, **when: object) -> Ruleset:
    rule = RoutingRule("r", {}, When(topics=("housing",), **when), department=goal)  # type: ignore[arg-type]
    return replace(LIVE, rules=(rule,))


def test_the_same_rules_move_nothing() -> None:
    found = compare(LIVE, LIVE, [past(n) for n in range(3)], {})
    assert found == Comparison(3)
    assert (found.elsewhere, found.lost) == (0, 0)


def test_calls_that_go_elsewhere_are_counted_by_where_they_go_with_the_latest_of_them() -> None:
    found = compare(LIVE, sent("advice"), [past(n) for n in range(7)] + [past(8, "library")], {"housing": 4.0})
    [shift] = found.shifts
    assert (shift.topic, shift.before, shift.after) == ("housing", Goal("line", "housing"), Goal("line", "advice"))
    assert (shift.count, found.looked, found.elsewhere, found.lost) == (7, 8, 7, 0)
    assert shift.calls == tuple(f"CA{n:032x}" for n in (6, 5, 4, 3, 2))


def test_minutes_move_by_each_desks_mean_talk_or_what_the_rules_expect() -> None:
    found = compare(LIVE, sent("advice"), [past(1), past(2)], {"housing": 4.0})
    expected = LIVE.department("advice").callbacks.handling_minutes
    assert found.minutes == {"advice": 2 * expected, "housing": -8.0}


def test_who_reached_somebody_and_would_reach_nobody_stands_first() -> None:
    closed = replace(LIVE.department("housing"), hours=Hours(((),) * 7))
    draft = replace(LIVE, departments=tuple(closed if d.id == "housing" else d for d in LIVE.departments))
    calls = [past(1, "library"), past(1, "housing"), past(2, "housing")]
    found = compare(LIVE, draft, calls, {})
    assert [shift.lost for shift in found.shifts] == [True]
    assert (found.lost, found.nobody_before, found.nobody_after) == (2, 1, 3)  # nobody was at the library
    assert found.minutes == {"housing": -2 * LIVE.department("housing").callbacks.handling_minutes}


def test_the_facts_of_the_moment_decide_again() -> None:
    calls = [past(1, number="+358401234567"), past(2, number="+358501234567"), past(3, language="sv")]
    assert compare(LIVE, sent("advice", areas=("+35840",)), calls, {}).elsewhere == 1
    assert compare(LIVE, sent("advice", languages=("sv",)), calls, {}).elsewhere == 1


def with_new_desk() -> Ruleset:
    new: Department = replace(LIVE.department("housing"), id="newcomers")
    topics: tuple[Topic, ...] = tuple(
        replace(topic, department="newcomers") if topic.id == "moving" else topic for topic in LIVE.topics
    )
    return replace(LIVE, departments=(*LIVE.departments, new), topics=topics)


def test_a_desk_that_is_new_is_staffed_as_planned() -> None:
    found = compare(LIVE, with_new_desk(), [past(1, "moving")], {})
    [shift] = found.shifts
    assert (shift.before, shift.after) == (Goal("line", "advice"), Goal("line", "newcomers"))


def test_planned_staff_are_there_by_weekday_hour_and_language() -> None:
    on_tuesday = {desk.desk: desk.languages for desk in planned(LIVE, TUESDAY)}
    assert on_tuesday["housing"] == {"fi", "sv", "en"}
    assert "county" not in on_tuesday  # an outside number has no staff of ours
    assert planned(LIVE, datetime(2026, 11, 24, 1, 0, tzinfo=UTC)) == ()


def test_what_is_compared_is_what_a_caller_gets() -> None:
    one = past(1)
    [shift] = compare(LIVE, sent("advice"), [one], {}).shifts
    route = decide(sent("advice"), one.topic, one.language, one.at, one.staffed, NOTHING_KNOWN)
    assert shift.after == Goal(*outcome(route))
