"""What the parts of a ruleset document must be to each other: references, keys, levels. Pure.

Each problem is one sentence: the place, what is wrong, and what to write instead. It sees the elements that could be
read and the ids of all that were written, so that one broken element does not accuse those that refer to it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol
from zoneinfo import ZoneInfo

from routing_rules.model import Department, Duty, Example, Limits, RoutingRule, Topic

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


def problems(parts: Parts) -> Iterator[str]:
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


def _rules(parts: Parts) -> Iterator[str]:
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
            yield (
                f"notices.{notice.id}: begins or ends in the hour that the clock change leaves out, and so ends before "
                "it begins, or too late; write from and to outside that hour"
            )


def _unknown(place: str, what: str, ids: Iterable[str | None], known: tuple[str, ...]) -> Iterator[str]:
    for written in ids:
        if written is not None and written not in known:
            yield f"{place}: there is no {what} {written!r}; {_one_of(known)}"


def _limits(parts: Parts) -> Iterator[str]:
    """A number that may be rung less often than a desk tries it would keep her waiting a day for the last ring."""
    if parts.limits is None:
        return
    most, place = parts.limits.rings_per_number_day, "limits.rings_per_number_day"
    for department in parts.departments:
        tries = department.callbacks.attempts
        if tries > most:
            yield f"{place}: is {most}, but {department.id} rings a resident {tries} times; write at least {tries}"


def _twice(place: str, ids: Iterable[str]) -> Iterator[str]:
    for written, count in Counter(ids).items():
        if count > 1:
            yield f"{place}.{written}: the id stands {count} times; rename all but one"


def _heads(parts: Parts) -> Iterator[str]:
    if parts.extended_desk is not None and parts.extended_desk not in parts.department_ids:
        yield f"extended_desk: there is no department {parts.extended_desk!r}; {_one_of(parts.department_ids)}"
    if parts.general_topic is not None and parts.general_topic not in parts.topic_ids:
        yield f"general_topic: there is no topic {parts.general_topic!r}; {_one_of(parts.topic_ids)}"
    if parts.duty is not None and parts.duty not in parts.duty_ids:
        yield f"duty: there is no duty {parts.duty!r}; {_one_of(parts.duty_ids)}"


def _duty(duty: Duty) -> Iterator[str]:
    for number, count in Counter(duty.numbers).items():
        if count > 1:
            yield f"duties.{duty.id}.numbers: {number} stands {count} times; a caller would wait for it again, keep one"


def _department(department: Department, parts: Parts) -> Iterator[str]:
    place = f"departments.{department.id}"
    if department.kind == "number" and department.number is None:
        yield f'{place}.number: is missing; a department of kind "number" needs the number to connect to'
    if department.kind == "console" and department.number is not None:
        yield f'{place}.number: is not used by kind "console"; remove it, or write kind "number"'
    if department.provider != "city" and department.kind == "console":
        yield f'{place}.provider: is not the city, whose own people answer a console; write kind "number", or "city"'
    if department.id == parts.extended_desk and department.kind != "console":
        yield f'{place}.kind: is the extended-hours desk, where lines are moved to; write kind "console"'
    for staffing in department.staffing:
        if staffing.language not in department.languages:
            yield (
                f"{place}.staffing.{staffing.language}: the department does not serve in this language; "
                "add it to languages, or remove the staffing"
            )


def _topic(topic: Topic, parts: Parts) -> Iterator[str]:
    place = f"topics.{topic.id}"
    if topic.department is not None and topic.department not in parts.department_ids:
        yield f"{place}.department: there is no department {topic.department!r}; {_one_of(parts.department_ids)}"
    if topic.duty is not None and topic.duty not in parts.duty_ids:
        yield f"{place}.duty: there is no duty {topic.duty!r}; {_one_of(parts.duty_ids)}"
    if topic.key is None and topic.id != parts.general_topic:
        yield f"{place}.key: is missing; nobody could choose the topic, give it a key from 1 to {CHOICES_A_LEVEL}"
    if topic.key is not None and int(topic.key) > CHOICES_A_LEVEL:
        yield f"{place}.key: is {topic.key}; a level has the keys 1 to {CHOICES_A_LEVEL}"
    yield from _answer(topic, place, parts)
    yield from _general(topic, place, parts)
    yield from _parents(topic, place, parts)


def _answer(topic: Topic, place: str, parts: Parts) -> Iterator[str]:
    """Exactly one of: a department answers, information is told, topics stand under it."""
    has_children = topic.id in parts.topic_parents
    if topic.information is not None and topic.department is not None:
        yield f"{place}.information: is not told where a department answers; remove the one or the other"
    if topic.information is not None and topic.urgent:
        yield f"{place}.urgent: information helps nobody in an urgent matter; name a department instead"
    if topic.information is not None and has_children:
        yield f"{place}.information: a topic with topics under it tells nothing itself; remove the information"
    if topic.department is not None and has_children:
        yield f"{place}.department: a topic with topics under it answers nothing itself; remove the department"
    if topic.advice is not None and has_children:
        yield f"{place}.advice: a topic with topics under it is nobody's matter; remove the advice, write it under them"
    if topic.department is None and topic.information is None and not has_children:
        yield f"{place}.department: is missing; name who answers, write information, or put topics under this one"


def _general(topic: Topic, place: str, parts: Parts) -> Iterator[str]:
    """Who presses 0, or nothing at all, must reach the city's own people."""
    if topic.id != parts.general_topic:
        return
    if topic.department is None:
        yield f"general_topic: {topic.id!r} leads to nobody; choose a topic that a department answers"
    asked = next((d for d in parts.departments if d.id == topic.department), None)
    if asked is not None and asked.kind != "console":
        yield f'{place}.department: is reached by 0, where the city answers; name one of kind "console"'


def _parents(topic: Topic, place: str, parts: Parts) -> Iterator[str]:
    if topic.parent is None:
        return
    if topic.parent not in parts.topic_ids:
        yield f"{place}.parent: there is no topic {topic.parent!r}; {_one_of(parts.topic_ids)}"
        return
    levels = 1
    above: str | None = topic.parent
    while above is not None and levels <= LEVELS:
        levels += 1
        above = parts.above.get(above)
    if levels > LEVELS:
        yield f"{place}.parent: lies below level {LEVELS}, or in a loop; a menu has {LEVELS} levels, move it up"


def _menu(parts: Parts) -> Iterator[str]:
    levels: dict[str | None, list[Topic]] = {None: []}
    for topic in parts.topics:
        if topic.key is not None:
            levels.setdefault(topic.parent, []).append(topic)
    if not levels[None]:
        yield f"topics: no topic stands on the top level; give at least one a key from 1 to {CHOICES_A_LEVEL}"
    for parent, choices in levels.items():
        yield from _level("topics" if parent is None else f"topics.{parent}", choices)


def _level(place: str, choices: list[Topic]) -> Iterator[str]:
    if len(choices) > CHOICES_A_LEVEL:
        yield f"{place}: {len(choices)} choices on one level; a caller remembers {CHOICES_A_LEVEL}, group them"
    for key, count in Counter(topic.key for topic in choices).items():
        if count > 1:
            users = ", ".join(topic.id for topic in choices if topic.key == key)
            yield f"{place}: key {key} is used by {users}; give each its own"


def _one_of(ids: tuple[str, ...]) -> str:
    shown = ", ".join(ids[:SHOWN]) + (" …" if len(ids) > SHOWN else "")
    return f"use one of {shown}" if ids else "write one first"
