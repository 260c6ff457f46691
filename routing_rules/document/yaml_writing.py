"""A ruleset as YAML that a person reads and changes: no aliases, nothing that is so anyway. ``parse`` reads it back.

What is left out is what the shapes give by themselves; days that are alike stand together: ``monday-friday``.
"""

from collections.abc import Mapping
from typing import Any

import yaml
from pydantic import BaseModel

from routing_rules.document.rule_shapes import ExampleShape, PlannedNoticeShape, RuleShape, WhenShape
from routing_rules.document.shapes import DepartmentShape, DutyShape, HeadShape, LimitsShape, PolicyShape, TopicShape
from routing_rules.document.times import DAYS
from routing_rules.document.writing import written_form
from routing_rules.model import Ruleset

Written = Mapping[str, object]
WIDTH = 120
INLINE = 104  # characters: longer groups stand line by line
ORDER = (
    "version", "time_zone", "city", "extended_desk", "general_topic", "duty", "duties", "allowed_countries", "limits",
    "departments", "topics", "rules", "examples", "notices", "announcements",
)  # fmt: skip


def dump_yaml(ruleset: Ruleset) -> str:
    written = written_form(ruleset)
    head = _said(HeadShape, {name: written[name] for name in ORDER if name in written})
    lists: Written = {
        "duties": [_said(DutyShape, one) for one in _groups(written["duties"])],
        "departments": [_department(one) for one in _groups(written["departments"])],
        "topics": [_said(TopicShape, one) for one in _groups(written["topics"])],
        "rules": [_rule(one) for one in _groups(written["rules"])],
        "examples": [_said(ExampleShape, one) for one in _groups(written["examples"])],
        "notices": [_said(PlannedNoticeShape, one) for one in _groups(written["notices"])],
    }
    limits = _said(LimitsShape, _group(written["limits"]))
    kept = {**head, **{name: value for name, value in lists.items() if value}, "limits": limits}
    ordered = {name: kept[name] for name in ORDER if kept.get(name) not in (None, {}, [])}
    return yaml.dump(ordered, Dumper=_Plain, allow_unicode=True, sort_keys=False, width=WIDTH)


def _department(written: Written) -> Written:
    said = dict(_said(DepartmentShape, written))
    hours = dict(_group(written["hours"]))
    hours["week"] = _days_together(_group(hours["week"]))
    said["hours"] = {name: value for name, value in hours.items() if value or name == "week"}
    staffing = {language: _days_together(_group(week)) for language, week in _group(written["staffing"]).items()}
    said["staffing"] = staffing
    callbacks = dict(_said(PolicyShape, _group(written["callbacks"])))
    if "outcomes" in callbacks:
        ends = _group(callbacks["outcomes"]).items()
        callbacks["outcomes"] = {end: {n: v for n, v in _group(one).items() if v is not None} for end, one in ends}
    said["callbacks"] = callbacks
    return {name: value for name, value in said.items() if value not in ({}, [])}


def _rule(written: Written) -> Written:
    when = dict(_said(WhenShape, _group(written["when"])))
    if "week" in when:
        when["week"] = _days_together(_group(when["week"]))
    return {**_said(RuleShape, written), "when": when}


def _days_together(week: Written) -> Written:
    """``monday-friday`` where the days are alike; a day without anything is left out."""
    together: dict[str, object] = {}
    first = 0
    while first < len(DAYS):
        last, held = first, week.get(DAYS[first])
        while last + 1 < len(DAYS) and week.get(DAYS[last + 1]) == held:
            last += 1
        if held:
            together[DAYS[first] if first == last else f"{DAYS[first]}-{DAYS[last]}"] = held
        first = last + 1
    return together


def _said(shape: type[BaseModel], written: Written) -> Written:
    """Without what the shape gives by itself."""
    defaults = {field.alias or name: field.get_default() for name, field in shape.model_fields.items()}
    return {name: value for name, value in written.items() if not _is_so_anyway(value, defaults.get(name))}


def _is_so_anyway(value: object, default: object) -> bool:
    if isinstance(default, tuple):
        return isinstance(value, list | tuple) and tuple(value) == default
    return value is None or (value == default and type(value) is type(default))


def _group(value: object) -> Written:
    assert isinstance(value, Mapping)
    return value


def _groups(value: object) -> list[Written]:
    assert isinstance(value, list | tuple)
    return [_group(one) for one in value]


class _Plain(yaml.SafeDumper):
    """Short groups and lists on one line, long ones line by line; the same thing twice is written twice."""

    def ignore_aliases(self, data: object) -> bool:
        return True

    def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> yaml.MappingNode:
        node = super().represent_mapping(tag, mapping, flow_style)
        node.flow_style = _fits([one for pair in node.value for one in pair])
        return node

    def represent_sequence(self, tag: str, sequence: Any, flow_style: bool | None = None) -> yaml.SequenceNode:
        node = super().represent_sequence(tag, sequence, flow_style)
        node.flow_style = _fits(node.value)
        return node

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _fits(nodes: list[yaml.Node]) -> bool:
    return all(isinstance(one, yaml.ScalarNode) for one in nodes) and sum(len(one.value) + 2 for one in nodes) <= INLINE


_Plain.add_representer(tuple, lambda dumper, value: dumper.represent_list(list(value)))
