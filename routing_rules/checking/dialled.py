"""Numbers that the service could never dial or text. Pure: what a number is, is told from outside.

A service number (10, 20, 29 ...) is dialled where a partner or a duty names it: counties answer at such numbers, the
city only pays more. What no call can reach, or what would ring the one number itself, stops publishing.
"""

from collections.abc import Iterator

from routing_rules.checking.model import Finding, Level, Numbers
from routing_rules.model import Ruleset

DOUBTFUL = frozenset({"service"})


def findings(rules: Ruleset, known: Numbers) -> Iterator[Finding]:
    for place, number in _dialled(rules):
        reason = known.refusal(number, rules.allowed_countries)
        if reason is not None:
            level: Level = "warning" if reason in DOUBTFUL else "error"
            yield Finding("number_refused", place, level, (("number", number), ("reason", reason)))
    for place, number in _texted(rules):
        if not known.takes_texts(number):
            yield Finding("alarm_takes_no_texts", place, "warning", (("number", number),))


def _dialled(rules: Ruleset) -> Iterator[tuple[str, str]]:
    for department in rules.departments:
        yield f"departments.{department.id}.fallback_number", department.fallback_number
        if department.number is not None:
            yield f"departments.{department.id}.number", department.number
    for duty in rules.duties:
        for position, number in enumerate(duty.numbers):
            yield f"duties.{duty.id}.numbers.{position}", number
    yield from _texted(rules)


def _texted(rules: Ruleset) -> Iterator[tuple[str, str]]:
    for duty in rules.duties:
        if duty.alarm_number is not None:
            yield f"duties.{duty.id}.alarm_number", duty.alarm_number
    if rules.limits.alarm_number is not None:
        yield "limits.alarm_number", rules.limits.alarm_number
