"""Ordered rules that do nothing: never, no longer, behind another one, or what happens anyway. Pure.

One rule hides another only where that is certain: where every condition of the earlier holds whenever the later's do.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from routing_rules.checking.model import Finding, Level
from routing_rules.checking.spans import DAYS, shared, without
from routing_rules.model import LANGUAGES, Interval, RoutingRule, Ruleset, Topic, Week, When

ALL_DAY = (Interval(0, 24 * 60),)
WHOLE_WEEK: Week = tuple(ALL_DAY for _ in DAYS)


def findings(rules: Ruleset, today: date) -> Iterator[Finding]:
    for position, rule in enumerate(rules.rules):
        if rule.switch:
            continue
        why = _why_never(rules, rule)
        if why is not None:
            yield _found(why, rule, "error")
        elif rule.when.last is not None and rule.when.last < today:
            yield _found("rule_over", rule, "warning", ("date", rule.when.last.isoformat()))
        else:
            yield from _idle(rules, position, rule)
            yield from _target(rules, rule)


def _found(code: str, rule: RoutingRule, level: Level, *values: tuple[str, str]) -> Finding:
    return Finding(code, f"rules.{rule.id}", level, (("rule", rule.id), *values))


# --- never -------------------------------------------------------------------------------------------------------


def _why_never(rules: Ruleset, rule: RoutingRule) -> str | None:
    when = rule.when
    if when.week is not None and not any(when.week):
        return "rule_no_hours"
    if not any((when.week or WHOLE_WEEK)[day] for day in _weekdays(when)):
        return "rule_no_such_day"
    if when.wait_minutes is not None and not any(_has_line(rules, topic) for topic in _topics(rules, rule)):
        return "rule_no_wait"
    return None


def _weekdays(when: When) -> set[int]:
    """Those that lie between the rule's dates."""
    if when.first is None or when.last is None or when.last - when.first >= timedelta(days=6):
        return set(DAYS)
    return {(when.first.weekday() + n) % 7 for n in range((when.last - when.first).days + 1)}


def _has_line(rules: Ruleset, topic: Topic) -> bool:
    """Where people wait; a number outside and an information have no expected wait, so the rule would never hold."""
    return topic.department is not None and rules.department(topic.department).kind == "console"


def _topics(rules: Ruleset, rule: RoutingRule) -> list[Topic]:
    leaves = (t for t in rules.topics if t.department is not None or t.information is not None)
    return [topic for topic in leaves if rule in rules.rules_about(topic.id)]


# --- behind another, or for nothing --------------------------------------------------------------------------------


def _idle(rules: Ruleset, position: int, rule: RoutingRule) -> Iterator[Finding]:
    topics = _topics(rules, rule)
    earlier = [other for other in rules.rules[:position] if not other.switch]
    hiding = [_hiding(rules, earlier, rule, topic) for topic in topics]
    if hiding and hiding[0] is not None and None not in hiding:
        yield _found("rule_shadowed", rule, "warning", ("other", hiding[0].id))
    elif topics and all(_is_own(rules, position, rule, topic) for topic in topics):
        yield _found("rule_changes_nothing", rule, "warning", ("department", rule.department or ""))


def _hiding(rules: Ruleset, earlier: list[RoutingRule], rule: RoutingRule, topic: Topic) -> RoutingRule | None:
    about = rules.rules_about(topic.id)
    return next((other for other in earlier if other in about and _covers(other.when, rule.when)), None)


def _covers(wide: When, narrow: When) -> bool:
    """Whenever ``narrow`` holds for a topic that both are about, ``wide`` does."""
    return (
        set(narrow.languages or LANGUAGES) <= set(wide.languages or LANGUAGES)
        and _covers_week(wide.week, narrow.week)
        and (wide.first is None or (narrow.first is not None and wide.first <= narrow.first))
        and (wide.last is None or (narrow.last is not None and narrow.last <= wide.last))
        and (not wide.areas or (bool(narrow.areas) and all(area.startswith(wide.areas) for area in narrow.areas)))
        and (
            wide.wait_minutes is None or (narrow.wait_minutes is not None and wide.wait_minutes <= narrow.wait_minutes)
        )
    )


def _covers_week(wide: Week | None, narrow: Week | None) -> bool:
    pairs = zip(narrow or WHOLE_WEEK, wide or WHOLE_WEEK, strict=True)
    return not any(without(some, others) for some, others in pairs)


def _is_own(rules: Ruleset, position: int, rule: RoutingRule, topic: Topic) -> bool:
    """Who answers the topic anyway, and no later rule that this one would keep from it."""
    later = rules.rules[position + 1 :]
    kept = any(other in later for other in rules.rules_about(topic.id))
    return rule.department is not None and rule.department == topic.department and not kept


# --- where it sends them -------------------------------------------------------------------------------------------


def _target(rules: Ruleset, rule: RoutingRule) -> Iterator[Finding]:
    if rule.department is None:
        return
    desk = rules.department(rule.department)
    for language in rule.when.languages:
        if language not in desk.languages:
            yield Finding(
                "rule_language",
                f"rules.{rule.id}.{language}",
                "warning",
                (("rule", rule.id), ("department", desk.id), ("language", language)),
            )
    week = rule.when.week
    is_dated = rule.when.first is not None or rule.when.last is not None  # its days may have hours of their own
    if week is not None and not is_dated and not any(shared(week[day], desk.hours.week[day]) for day in DAYS):
        yield _found("rule_to_closed", rule, "warning", ("department", desk.id))
