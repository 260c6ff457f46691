"""What the parts of a ruleset document must be to each other: references, keys, levels. Pure.

Each problem is a code with its place and what it was found in; the words are elsewhere. It sees the elements
that could be read and the ids of all that were written, so that a broken one does not accuse those that refer to it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

from routing_rules.document.model import Problem
from routing_rules.document.problem import problem
from routing_rules.model import Department, Duty, Example, Limits, RoutingRule, Topic

Named = Literal["department", "topic", "duty"]
CHOICES_A_LEVEL = 5
LEVELS = 2
SHOWN = 60  # of the ids that could be meant: a page of them helps nobody


class Noted(Protocol):
    """A notice, as far as it says which topics it is about, and whether its time can be."""

    @property
    def id(self) -> str: ...

    @property
    def topics(self) -> tuple[str, ...]: ...

    def holds(self, zone: ZoneInfo) -> bool: ...


@dataclass(frozen=True)
class Parts:
    departments: tuple[Department, ...]  # those that could be read
    topics: tuple[Topic, ...]
    duties: tuple[Duty, ...]
    department_ids: tuple[str, ...]  # as written, also of those that could not be read
    topic_ids: tuple[str, ...]
    topic_parents: tuple[str, ...]
    duty_ids: tuple[str, ...]
    extended_desk: str | None  # as written; None: missing or no text
    general_topic: str | None
    duty: str | None
    limits: Limits | None = None  # None: they could not be read
    rules: tuple[RoutingRule, ...] = ()
    examples: tuple[Example, ...] = ()
    notices: tuple[Noted, ...] = ()
    rule_ids: tuple[str, ...] = ()
    zone: ZoneInfo | None = None  # None: it could not be read

    @cached_property
    def above(self) -> Mapping[str, str | None]:
        """Each topic's parent."""
        return {topic.id: topic.parent for topic in self.topics}


def problems(parts: Parts) -> Iterator[Problem]:
    yield from _twice("departments", parts.department_ids)
    yield from _twice("topics", parts.topic_ids)
    yield from _twice("duties", parts.duty_ids)
    yield from _heads(parts)
    for duty in parts.duties:
        yield from _duty(duty)
    for department in parts.departments:
        yield from _department(department, parts)
    for topic in parts.topics:
        yield from _topic(topic, parts)
    yield from _menu(parts)
    yield from _limits(parts)
    yield from _rules(parts)


def _rules(parts: Parts) -> Iterator[Problem]:
    yield from _twice("rules", parts.rule_ids)
    yield from _twice("examples", (example.id for example in parts.examples))
    yield from _twice("notices", (notice.id for notice in parts.notices))
    for rule in parts.rules:
        place = f"rules.{rule.id}"
        yield from _unknown(f"{place}.when.topics", "topic", rule.when.topics, parts.topic_ids)
        yield from _unknown(f"{place}.department", "department", (rule.department,), parts.department_ids)
        yield from _unknown(f"{place}.duty", "duty", (rule.duty,), parts.duty_ids)
    for example in parts.examples:
        place, desks = f"examples.{example.id}", parts.department_ids
        yield from _unknown(f"{place}.topic", "topic", (example.topic,), parts.topic_ids)
        yield from _unknown(f"{place}.staffed", "department", example.staffed or (), desks)
        yield from _unknown(f"{place}.desk", "department", (example.desk,), (*desks, *parts.duty_ids))
    for notice in parts.notices:
        yield from _unknown(f"notices.{notice.id}.topics", "topic", notice.topics, parts.topic_ids)
        if parts.zone is not None and not notice.holds(parts.zone):
            yield problem("notice_in_left_out_hour", f"notices.{notice.id}")


def _unknown(place: str, what: Named, ids: Iterable[str | None], known: tuple[str, ...]) -> Iterator[Problem]:
    for written in ids:
        if written is not None and written not in known:
            yield _lacking(what, place, written, known)


def _limits(parts: Parts) -> Iterator[Problem]:
    """A number that may be rung less often than a desk tries it would keep her waiting a day for the last ring."""
    if parts.limits is None:
        return
    most, place = parts.limits.rings_per_number_day, "limits.rings_per_number_day"
    for department in parts.departments:
        tries = department.callbacks.attempts
        if tries > most:
            yield problem("rings_fewer", place, most=most, department=department.id, tries=tries)


def _twice(place: str, ids: Iterable[str]) -> Iterator[Problem]:
    for written, count in Counter(ids).items():
        if count > 1:
            yield problem("id_twice", f"{place}.{written}", count=count)


def _heads(parts: Parts) -> Iterator[Problem]:
    if parts.extended_desk is not None and parts.extended_desk not in parts.department_ids:
        yield _lacking("department", "extended_desk", parts.extended_desk, parts.department_ids)
    if parts.general_topic is not None and parts.general_topic not in parts.topic_ids:
        yield _lacking("topic", "general_topic", parts.general_topic, parts.topic_ids)
    if parts.duty is not None and parts.duty not in parts.duty_ids:
        yield _lacking("duty", "duty", parts.duty, parts.duty_ids)


def _duty(duty: Duty) -> Iterator[Problem]:
    for number, count in Counter(duty.numbers).items():
        if count > 1:
            yield problem("number_twice", f"duties.{duty.id}.numbers", number=number, count=count)


def _department(department: Department, parts: Parts) -> Iterator[Problem]:
    place = f"departments.{department.id}"
    if department.kind == "number" and department.number is None:
        yield problem("number_missing", f"{place}.number")
    if department.kind == "console" and department.number is not None:
        yield problem("number_unused", f"{place}.number")
    if department.provider != "city" and department.kind == "console":
        yield problem("provider_console", f"{place}.provider")
    if department.id == parts.extended_desk and department.kind != "console":
        yield problem("extended_no_console", f"{place}.kind")
    for staffing in department.staffing:
        if staffing.language not in department.languages:
            yield problem("staffing_language", f"{place}.staffing.{staffing.language}")


def _topic(topic: Topic, parts: Parts) -> Iterator[Problem]:
    place = f"topics.{topic.id}"
    if topic.department is not None and topic.department not in parts.department_ids:
        yield _lacking("department", f"{place}.department", topic.department, parts.department_ids)
    if topic.duty is not None and topic.duty not in parts.duty_ids:
        yield _lacking("duty", f"{place}.duty", topic.duty, parts.duty_ids)
    if topic.key is None and topic.id != parts.general_topic:
        yield problem("key_missing", f"{place}.key", most=CHOICES_A_LEVEL)
    if topic.key is not None and int(topic.key) > CHOICES_A_LEVEL:
        yield problem("key_too_great", f"{place}.key", pressed=topic.key, most=CHOICES_A_LEVEL)
    yield from _answer(topic, place, parts)
    yield from _general(topic, place, parts)
    yield from _parents(topic, place, parts)


def _answer(topic: Topic, place: str, parts: Parts) -> Iterator[Problem]:
    """Exactly one of: a department answers, information is told, topics stand under it."""
    has_children = topic.id in parts.topic_parents
    if topic.information is not None and topic.department is not None:
        yield problem("information_and_department", f"{place}.information")
    if topic.information is not None and topic.urgent:
        yield problem("information_urgent", f"{place}.urgent")
    if topic.information is not None and has_children:
        yield problem("information_and_topics", f"{place}.information")
    if topic.department is not None and has_children:
        yield problem("department_and_topics", f"{place}.department")
    if topic.advice is not None and has_children:
        yield problem("advice_and_topics", f"{place}.advice")
    if topic.department is None and topic.information is None and not has_children:
        yield problem("nobody_answers", f"{place}.department")


def _general(topic: Topic, place: str, parts: Parts) -> Iterator[Problem]:
    """Who presses 0, or nothing at all, must reach the city's own people."""
    if topic.id != parts.general_topic:
        return
    if topic.department is None:
        yield problem("general_to_nobody", "general_topic", written=topic.id)
    asked = next((d for d in parts.departments if d.id == topic.department), None)
    if asked is not None and asked.kind != "console":
        yield problem("general_to_number", f"{place}.department")


def _parents(topic: Topic, place: str, parts: Parts) -> Iterator[Problem]:
    if topic.parent is None:
        return
    if topic.parent not in parts.topic_ids:
        yield _lacking("topic", f"{place}.parent", topic.parent, parts.topic_ids)
        return
    levels = 1
    above: str | None = topic.parent
    while above is not None and levels <= LEVELS:
        levels += 1
        above = parts.above.get(above)
    if levels > LEVELS:
        yield problem("parent_too_deep", f"{place}.parent", levels=LEVELS)


def _menu(parts: Parts) -> Iterator[Problem]:
    levels: dict[str | None, list[Topic]] = {None: []}
    for topic in parts.topics:
        if topic.key is not None:
            levels.setdefault(topic.parent, []).append(topic)
    if not levels[None]:
        yield problem("no_top_topic", "topics", most=CHOICES_A_LEVEL)
    for parent, choices in levels.items():
        yield from _level("topics" if parent is None else f"topics.{parent}", choices)


def _level(place: str, choices: list[Topic]) -> Iterator[Problem]:
    if len(choices) > CHOICES_A_LEVEL:
        yield problem("too_many_choices", place, number=len(choices), most=CHOICES_A_LEVEL)
    for key, count in Counter(topic.key for topic in choices).items():
        if count > 1:
            users = ", ".join(topic.id for topic in choices if topic.key == key)
            yield problem("key_twice", place, pressed=key, users=users)


def _lacking(what: Named, place: str, written: str, known: tuple[str, ...]) -> Problem:
    if not known:
        return problem(f"unwritten_{what}", place, written=written)
    shown = ", ".join(known[:SHOWN]) + (" …" if len(known) > SHOWN else "")
    return problem(f"unknown_{what}", place, written=written, known=shown)
