"""Ordered rules that do nothing: never, no longer, behind another one, or what happens anyway. Pure.

One rule hides another only where that is certain: where every condition of the earlier holds whenever the later's do.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from routing_rules.checking.model import Finding, Level
from routing_rules.checking.spans import DAYS, shared, without
from routing_rules.model import LANGUAGES, Interval, RoutingRule, Ruleset, Topic, Week, When

ALL_DAY = (Interval(0, 24 * 60),)
About = Mapping[str, frozenset[str]]  # topic -> rules that can hold for it
WHOLE_WEEK: Week = tuple(ALL_DAY for _ in DAYS)


def findings(rules: Ruleset, today: date) -> Iterator[Finding]:
    leaves = [t for t in rules.topics if t.department is not None or t.information is not None]
    about = {topic.id: frozenset(rule.id for rule in rules.rules_about(topic.id)) for topic in leaves}
    for position, rule in enumerate(rules.rules):
        topics = [topic for topic in leaves if rule.id in about[topic.id]]
        if rule.switch:
            continue
        why = _why_never(rules, rule, topics)
        if why is not None:
            yield _found(why, rule, "error")
        elif rule.when.last is not None and rule.when.last < today:
            yield _found("rule_over", rule, "warning", ("date", rule.when.last.isoformat()))
        else:
            yield from _idle(rules, position, topics, about)
            yield from _target(rules, rule)


def _found(code: str, rule: RoutingRule, level: Level, *values: tuple[str, str]) -> Finding:
    return Finding(code, f"rules.{rule.id}", level, (("rule", rule.id), *values))


# --- never -------------------------------------------------------------------------------------------------------


def _why_never(rules: Ruleset, rule: RoutingRule, topics: list[Topic]) -> str | None:
    when = rule.when
    if when.week is not None and not any(when.week):
        return "rule_no_hours"
    if not any((when.week or WHOLE_WEEK)[day] for day in _weekdays(when)):
        return "rule_no_such_day"
    if when.wait_minutes is not None and not any(_has_line(rules, topic) for topic in topics):
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


# --- behind another, or for nothing --------------------------------------------------------------------------------


def _idle(rules: Ruleset, position: int, topics: list[Topic], about: About) -> Iterator[Finding]:
    rule = rules.rules[position]
    wider = [other for other in rules.rules[:position] if not other.switch and _covers(other.when, rule.when)]
    hiding = [next((other for other in wider if other.id in about[topic.id]), None) for topic in topics]
    if hiding and hiding[0] is not None and None not in hiding:
        yield _found("rule_shadowed", rule, "warning", ("other", hiding[0].id))
    elif topics and rule.department is not None and all(topic.department == rule.department for topic in topics):
        later = {other.id for other in rules.rules[position + 1 :]}  # this one may keep the topic from them
        if not any(later & about[topic.id] for topic in topics):
            yield _found("rule_changes_nothing", rule, "warning", ("department", rule.department))


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
