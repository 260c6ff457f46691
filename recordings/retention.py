"""What is due when: from facts of a row and the rules of its department. Pure; it deletes nothing.

A department that the rules no longer know is kept by the extended-hours desk's rules, and by the defaults where there
is none: nothing is kept for ever because somebody renamed a service.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, assert_never

from routing_rules.model import Retention, Ruleset

Kind = Literal["talk", "message", "note", "text", "call"]


@dataclass(frozen=True)
class Policy:
    """``by_topic``: a call knows what it was about, not yet whose matter that is."""

    by_department: Mapping[str, Retention]
    by_topic: Mapping[str, Retention]
    otherwise: Retention


@dataclass(frozen=True)
class Fact:
    """``since``: when its time began to run; None: it has not begun, the matter is open."""

    kind: Kind
    since: datetime | None
    department: str | None = None
    topic: str | None = None


def policy_of(rules: Ruleset) -> Policy:
    own = {department.id: department.retention for department in rules.departments}
    otherwise = own.get(rules.extended_desk or "", Retention())
    topics = {topic.id: own[topic.department] for topic in rules.topics if topic.department in own}
    return Policy(own, topics, otherwise)


def kept_by(policy: Policy, fact: Fact) -> Retention:
    if fact.department is not None:
        return policy.by_department.get(fact.department, policy.otherwise)
    return policy.by_topic.get(fact.topic or "", policy.otherwise)


def days(kind: Kind, retention: Retention) -> int:
    match kind:
        case "talk":
            return retention.talk_days
        case "message":
            return retention.message_days
        case "note":
            return retention.note_days
        case "text":
            return retention.text_days
        case "call":
            return retention.call_days
        case _:
            assert_never(kind)


def due_at(policy: Policy, fact: Fact) -> datetime | None:
    """The first moment at which it goes; None: not yet to be said."""
    if fact.since is None:
        return None
    return fact.since + timedelta(days=days(fact.kind, kept_by(policy, fact)))


def is_due(policy: Policy, fact: Fact, now: datetime) -> bool:
    at = due_at(policy, fact)
    return at is not None and at <= now


def of_message(
    made: datetime, heard: datetime | None, closed: datetime | None, department: str, *, is_open: bool = False
) -> Fact:
    """Its days run from when it was dealt with, or its matter closed. One that nobody ever dealt with is kept as long
    as a call: long enough to be found, and not for ever. While its matter ``is_open`` somebody still has to hear it."""
    over = heard or closed
    if over is not None:
        return Fact("message", over, department)
    return Fact("message", None, department) if is_open else Fact("call", made, department)


def none_after(policy: Policy, kinds: tuple[Kind, ...], now: datetime) -> datetime:
    """Whatever began to run later than this is due by no department's rules: it need not be looked at."""
    every = (*policy.by_department.values(), policy.otherwise)
    return now - timedelta(days=min(days(kind, each) for kind in kinds for each in every))
