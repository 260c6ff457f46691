"""Which desk answers: topic, language, moment and who is on duty, by the ruleset, to one route. Pure and total.

Staffed means staffed in the caller's language. No store, no clock, no words: facts come in, a route goes out.
"""

from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from routing_rules.model import (
    LANGUAGES,
    AllClosed,
    Department,
    Information,
    Language,
    NobodyOnDuty,
    OtherLanguage,
    Route,
    Ruleset,
    StaffedDesk,
    ToDuty,
    ToLine,
    ToNumber,
    ToPartner,
    Topic,
)
from routing_rules.opening_hours import is_open, next_opening


def decide(rules: Ruleset, topic_id: str, language: str, at: datetime, staffed: Collection[StaffedDesk]) -> Route:
    """A topic the ruleset does not know, or a branch of the menu, goes where the general topic goes: never nowhere."""
    zone = ZoneInfo(rules.time_zone)
    topic = _leaf(rules, topic_id)
    if topic.department is None:
        return Information(topic.id)
    department = rules.department(topic.department)
    extended = rules.department(rules.extended_desk)
    if department.provider != "city" and department.number is not None:
        return _partner(department, department.number, at, zone)
    own_duty = rules.duty_of(topic.id) if topic.urgent else None
    if own_duty is not None and not is_open(department.hours, at, zone):
        return ToDuty(own_duty)
    open_now = [desk for desk in (department, extended) if is_open(desk.hours, at, zone)]
    if not open_now:
        return _closed(rules, topic, department, extended, at, zone)
    own_closed = department not in open_now
    return (
        _in_own_language(open_now, department, own_closed, language, staffed)
        or _in_another_language(open_now, department, staffed)
        or (NobodyOnDuty(department.id) if own_duty is None else ToDuty(own_duty))
    )


def all_closed(rules: Ruleset, at: datetime) -> bool:
    """Every console desk is closed, the extended-hours desk too: the closed announcement goes before the topics."""
    zone = ZoneInfo(rules.time_zone)
    desks = (d for d in rules.departments if d.kind == "console" or d.id == rules.extended_desk)
    return not any(is_open(desk.hours, at, zone) for desk in desks)


def spoken_at(desk_id: str, staffed: Collection[StaffedDesk]) -> tuple[Language, ...]:
    """The service's languages that somebody on duty at the desk speaks, in the order they are always told."""
    spoken = {language for desk in staffed if desk.desk == desk_id for language in desk.languages}
    return tuple(language for language in LANGUAGES if language in spoken)


def _leaf(rules: Ruleset, topic_id: str) -> Topic:
    found = next(
        (t for t in rules.topics if t.id == topic_id and (t.department is not None or t.information is not None)), None
    )
    return found or rules.topic(rules.general_topic)


def _in_own_language(
    open_now: list[Department],
    department: Department,
    own_closed: bool,
    language: str,
    staffed: Collection[StaffedDesk],
) -> ToLine | ToNumber | None:
    for desk in open_now:
        if desk.kind == "number" and desk.number is not None:
            return ToNumber(desk.id, desk.number)
        if language in spoken_at(desk.id, staffed):
            return ToLine(desk.id, extended=desk is not department, closed=own_closed)
    return None


def _in_another_language(
    open_now: list[Department], department: Department, staffed: Collection[StaffedDesk]
) -> OtherLanguage | None:
    for desk in open_now:
        languages = spoken_at(desk.id, staffed)
        if languages:
            return OtherLanguage(desk.id, languages, extended=desk is not department)
    return None


def _closed(
    rules: Ruleset, topic: Topic, department: Department, extended: Department, at: datetime, zone: ZoneInfo
) -> AllClosed:
    openings = (next_opening(desk.hours, at, zone) for desk in (department, extended))
    opens_at = min((opening for opening in openings if opening is not None), default=None)
    return AllClosed(department.id, opens_at, rules.duty_of(topic.id))


def _partner(department: Department, number: str, at: datetime, zone: ZoneInfo) -> ToPartner:
    opened = is_open(department.hours, at, zone)
    return ToPartner(department.id, number, opened, None if opened else next_opening(department.hours, at, zone))
