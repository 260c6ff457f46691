"""Everything that is wrong or doubtful in a ruleset that could be read: one look before it is published. Pure.

What a document cannot be at all (references, keys, levels) is refused by ``document`` already. Here stands what it may
say, and what would then lose a caller (an error: it stops publishing) or surprise a supervisor (a warning).
"""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from routing_rules.checking import dialled, extended, ordered, spoken, staffing, ways
from routing_rules.checking.model import Announcements, Finding, Numbers
from routing_rules.model import Ruleset
from routing_rules.trying.examples import outcome, run_examples


def check(
    rules: Ruleset, now: datetime, announcements: Announcements | None = None, numbers: Numbers | None = None
) -> tuple[Finding, ...]:
    """Errors first. What is not given (announcements, numbers) is not looked at."""
    found = dict.fromkeys(_findings(rules, now, announcements, numbers))
    return tuple(sorted(found, key=lambda finding: finding.level))


def errors(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    return tuple(finding for finding in findings if finding.level == "error")


def warnings(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    return tuple(finding for finding in findings if finding.level == "warning")


def _findings(
    rules: Ruleset, now: datetime, announcements: Announcements | None, numbers: Numbers | None
) -> Iterator[Finding]:
    today = now.astimezone(ZoneInfo(rules.time_zone)).date()
    yield from ways.findings(rules)
    yield from ordered.findings(rules, today)
    yield from _examples(rules, now)
    if announcements is not None:
        yield from spoken.findings(rules, announcements)
    if numbers is not None:
        yield from dialled.findings(rules, numbers)
    yield from staffing.findings(rules)
    yield from extended.findings(rules, now)
    yield from spoken.notices_over(rules, now)


def _examples(rules: Ruleset, now: datetime) -> Iterator[Finding]:
    """What the city has written down as having to come true."""
    for result in run_examples(rules, now):
        if not result.came_true:
            leads_to, desk = outcome(result.explanation.route)
            values = (("example", result.example.id), ("leads_to", leads_to), ("desk", desk or ""))
            yield Finding("example", f"examples.{result.example.id}", "error", values)
