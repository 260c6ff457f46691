"""A ruleset back into text: JSON that ``parse`` reads to an equal ruleset. What quick switches add is not written."""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from routing_rules.document.times import DAYS, clock_text, interval_text
from routing_rules.model import (
    Department,
    Example,
    ExceptionalDay,
    Hours,
    Interval,
    PlannedNotice,
    RoutingRule,
    Ruleset,
    Staffing,
    Week,
)

SWITCHED = ("withheld",)  # a quick switch's, never a document's


def dump(ruleset: Ruleset) -> str:
    return json.dumps(written_form(ruleset), ensure_ascii=False, separators=(",", ":"))


def written_form(ruleset: Ruleset) -> dict[str, object]:
    """As a document's groups and lists, with every field that has a value."""
    zone = ZoneInfo(ruleset.time_zone)
    own: dict[str, object] = {
        "departments": [_department_written(d) for d in ruleset.departments],
        "rules": [_rule_written(rule) for rule in ruleset.rules if not rule.switch],
        "examples": [_example_written(example) for example in ruleset.examples],
        "notices": [_notice_written(notice, zone) for notice in ruleset.notices],
    }
    return {name: value for name, value in _fields_written(ruleset, own).items() if name not in SWITCHED}


def _rule_written(rule: RoutingRule) -> dict[str, object]:
    when = rule.when
    conditions: dict[str, object] = {
        "topics": list(when.topics),
        "languages": list(when.languages),
        "week": None if when.week is None else _week_written(when.week),
        "from": None if when.first is None else when.first.isoformat(),
        "to": None if when.last is None else when.last.isoformat(),
        "areas": list(when.areas),
        "wait_minutes": when.wait_minutes,
    }
    known = {name: value for name, value in conditions.items() if value not in (None, [])}
    return _said({"id": rule.id, "name": dict(rule.name), "department": rule.department, "duty": rule.duty}) | {
        "when": known
    }


def _example_written(example: Example) -> dict[str, object]:
    day = DAYS[example.weekday] if example.weekday is not None else str(example.day)
    staffed = None if example.staffed is None else list(example.staffed)
    written: dict[str, object] = {
        "id": example.id, "at": f"{day} {clock_text(example.minute)}", "language": example.language,
        "topic": example.topic, "leads_to": example.leads_to, "desk": example.desk, "staffed": staffed,
        "number": example.number or None, "wait_minutes": example.wait_minutes,
    }  # fmt: skip
    return _said(written)


def _notice_written(notice: PlannedNotice, zone: ZoneInfo) -> dict[str, object]:
    return {
        "id": notice.id, "words": dict(notice.words), "topics": list(notice.topics),
        "from": _moment_written(notice.first, zone), "to": _moment_written(notice.until, zone),
    }  # fmt: skip


def _moment_written(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _said(written: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in written.items() if value is not None}


def _department_written(department: Department) -> dict[str, object]:
    own: dict[str, object] = {
        "hours": _hours_written(department.hours),
        "staffing": {staffing.language: _staffing_written(staffing) for staffing in department.staffing},
    }
    return _fields_written(department, own)


def _fields_written(value: Any, own: Mapping[str, object]) -> dict[str, object]:
    """``own``: fields that a document writes in its own way; the others as they are. A page of the rules writes a
    dozen rulesets out: ``asdict`` would take five times as long, most of it for fields that are written anew."""
    names = (field.name for field in fields(value))
    return {name: own[name] if name in own else _plain(getattr(value, name)) for name in names}


def _plain(value: object) -> object:
    """Groups and lists that are the reader's own to change."""
    if isinstance(value, str | int | float | None):
        return value
    if isinstance(value, Mapping):
        return {name: _plain(held) for name, held in value.items()}
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    return _fields_written(value, {}) if is_dataclass(value) else value


def _hours_written(hours: Hours) -> dict[str, object]:
    return {
        "week": _week_written(hours.week),
        "exceptional": [_exceptional_written(exception) for exception in hours.exceptional],
        "holidays": {name: _intervals_written(intervals) for name, intervals in hours.holidays.items()},
    }


def _week_written(week: Week) -> dict[str, list[str]]:
    return {day: _intervals_written(intervals) for day, intervals in zip(DAYS, week, strict=True)}


def _exceptional_written(exception: ExceptionalDay) -> dict[str, object]:
    hours = _intervals_written(exception.intervals)
    if exception.yearly:
        return {"every": f"{exception.day:%m-%d}", "hours": hours}
    if exception.until is None:
        return {"day": exception.day.isoformat(), "hours": hours}
    return {"from": exception.day.isoformat(), "to": exception.until.isoformat(), "hours": hours}


def _intervals_written(intervals: tuple[Interval, ...]) -> list[str]:
    return [interval_text(interval) for interval in intervals]


def _staffing_written(staffing: Staffing) -> dict[str, dict[str, int]]:
    days = zip(DAYS, staffing.week, strict=True)
    return {day: {interval_text(interval): agents for interval, agents in plan} for day, plan in days if plan}
