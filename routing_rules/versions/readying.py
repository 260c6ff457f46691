"""From a document to what may be published: read, merged onto the live version, checked. No SQL, no clock."""

import json
from dataclasses import dataclass, replace
from datetime import datetime

from routing_rules.checking.check import check
from routing_rules.checking.model import Announcements, Finding, Numbers
from routing_rules.document import RulesetInvalid, dump, parse
from routing_rules.document.model import Problem
from routing_rules.document.problem import problem
from routing_rules.marks import without_marks
from routing_rules.model import Ruleset
from routing_rules.versions.merge import Choices, merge
from routing_rules.versions.model import Behind, Reason, Refused, Version, Written

LONGEST_DOCUMENT = 2_000_000  # characters; a city of 500 topics and 200 departments needs half of it
LONGEST_REASON = 500


@dataclass(frozen=True)
class Known:
    """What the check is told of the rest of the service; what is None is not looked at."""

    announcements: Announcements | None = None
    numbers: Numbers | None = None


@dataclass(frozen=True)
class Unchecked:
    """Errors, or warnings that are not ticked: nothing is published. ``findings``: all that was found."""

    findings: tuple[Finding, ...]


def written_of(document: str) -> Written:
    """A kept document with every field that has a value, where it is a whole ruleset; else as it was kept."""
    try:
        read: Written = json.loads(dump(parse(document)))
    except RulesetInvalid:
        read = json.loads(document)
    return read


def kept_form(document: str) -> tuple[str, tuple[Problem, ...]] | Refused:
    """What a draft keeps of what was written, and why it is no whole ruleset yet."""
    refused = unfit(document)
    if refused is not None:
        return refused
    try:
        return dump(parse(document)), ()
    except RulesetInvalid as error:
        return _as_json(document, error.found)


def _as_json(document: str, problems: tuple[Problem, ...]) -> tuple[str, tuple[Problem, ...]] | Refused:
    """YAML that is no ruleset has no second reader: it is not kept; nor is JSON with a number that no reader takes."""
    try:
        written = json.loads(document)
        again = without_marks(json.dumps(written, ensure_ascii=False, separators=(",", ":"), allow_nan=False))
    except (ValueError, RecursionError):
        return Refused("unreadable", problems)
    if not isinstance(written, dict):
        return Refused("unreadable", problems)
    return unfit(again) or (again, problems)


def unfit(document: str) -> Refused | None:
    """What no record keeps: too much of it, or characters that are none."""
    if len(document) > LONGEST_DOCUMENT:
        return Refused("too_long")
    if "\0" in document or _holds_half_characters(document):
        return Refused("unreadable", (problem("no_characters", ""),))
    return None


def _holds_half_characters(document: str) -> bool:
    try:
        document.encode()
    except UnicodeEncodeError:
        return True
    return False


def read(text: str, unreadable: Reason = "unreadable") -> Ruleset | Refused:
    refused = unfit(text)
    if refused is not None:
        return refused
    try:
        return parse(text)
    except RulesetInvalid as error:
        return Refused(unreadable, error.found)
    except RecursionError:
        return Refused(unreadable, (problem("too_deep", "document"),))


def onto_live(base: str, live: Version, mine: Written, choices: Choices | None = None) -> Ruleset | Behind | Refused:
    """``mine``, with what has become live since ``base`` (a document) merged in."""
    if base == live.document:
        return read(json.dumps(mine, ensure_ascii=False))
    merged = merge(written_of(base), written_of(live.document), mine, choices)
    if isinstance(merged, tuple):
        return Behind(merged, live.version)
    return read(json.dumps(merged.written, ensure_ascii=False))


def checked(rules: Ruleset, ticked: frozenset[str], now: datetime, known: Known) -> tuple[str, ...] | Unchecked:
    """The keys of the warnings that were ticked."""
    return _judged(_found(rules, now, known), ticked, frozenset())


def checked_beside(
    live: Ruleset, rules: Ruleset, ticked: frozenset[str], now: datetime, known: Known
) -> tuple[str, ...] | Unchecked:
    """What the live version has already been found guilty of stops nobody from mending something else."""
    old = frozenset(finding.key for finding in _found(live, now, known))
    return _judged(_found(rules, now, known), ticked, old)


def _found(rules: Ruleset, now: datetime, known: Known) -> tuple[Finding, ...]:
    return check(rules, now, known.announcements, known.numbers)


def _judged(
    findings: tuple[Finding, ...], ticked: frozenset[str], passed: frozenset[str]
) -> tuple[str, ...] | Unchecked:
    new = tuple(finding for finding in findings if finding.key not in passed)
    if any(finding.level == "error" or finding.key not in ticked for finding in new):
        return Unchecked(new)
    return tuple(finding.key for finding in new)


def reason_fault(reason: str) -> Refused | None:
    if not reason.strip():
        return Refused("no_reason")
    return Refused("long_reason") if len(reason) > LONGEST_REASON else None


def same(one: Ruleset, other: Ruleset) -> bool:
    return replace(one, version=0) == replace(other, version=0)
