"""Everything that is wrong or doubtful in a ruleset that could be read: one look before it is published. Pure.

What a document cannot be at all (references, keys, levels) is refused by ``document`` already. Here stands what it may
say, and what would then lose a caller (an error: it stops publishing) or surprise a supervisor (a warning).
"""

from collections.abc import Iterator
from datetime import datetime

from routing_rules.checking.model import Announcements, Finding, Numbers
from routing_rules.model import Ruleset


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
    yield from ()
