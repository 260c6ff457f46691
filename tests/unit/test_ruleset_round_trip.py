"""What a city writes is there again: as JSON in the record, as YAML in its own git, and by the published schema."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings

from routing_rules.document import dump, dump_yaml, parse
from routing_rules.document.published_schema import schema_text
from tests.unit.generated_city import documents
from tests.unit.json_schema import faults
from tests.unit.small_city import Document, city, small_city
from tests.unit.written_ruleset import TEXT

SCHEMA: Document = json.loads(schema_text())
FEW = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


@FEW
@given(documents())
def test_a_ruleset_is_the_same_after_json_and_after_yaml(document: Document) -> None:
    rules = parse(json.dumps(document))
    assert parse(dump(rules)) == rules
    assert parse(dump_yaml(rules)) == rules
    assert parse(dump_yaml(parse(dump(rules)))) == rules


@FEW
@given(documents())
def test_what_is_written_fits_the_published_schema(document: Document) -> None:
    rules = parse(json.dumps(document))
    assert faults(document, SCHEMA) == []
    assert faults(json.loads(dump(rules)), SCHEMA) == []
    assert faults(yaml.safe_load(dump_yaml(rules)), SCHEMA) == []


def test_the_sample_fits_the_published_schema() -> None:
    written = json.loads(json.dumps(yaml.safe_load(TEXT), default=str))
    assert faults(written, SCHEMA) == []
    assert faults(json.loads(dump(parse(TEXT))), SCHEMA) == []
    assert parse(dump_yaml(parse(TEXT))) == parse(TEXT)


def test_the_published_schema_is_what_the_code_says() -> None:
    assert Path("docs/ruleset.schema.json").read_text(encoding="utf-8") == schema_text(), (
        "write it anew: python -m routing_rules.document.published_schema docs/ruleset.schema.json"
    )


def test_yaml_is_written_for_people() -> None:
    written = dump_yaml(parse(TEXT))
    assert not re.search(r"[&*]id|\\\\u", written), "no aliases, and every letter as it is"
    assert "monday-friday: ['08:00-15:00']" in written
    for so_anyway in ("version", "allowed_countries", "grace_minutes", "sensitive: false", ": null", "capacity_share"):
        assert so_anyway not in written
    assert max(map(len, written.splitlines())) <= 140


WRONG: tuple[tuple[str, Any], ...] = (
    ("kind", "desk"),
    ("grace_minutes", 500),
    ("fallback_number", "040 123"),
    ("hours", {"week": {"munday": ["08:00-16:00"]}}),
    ("hours", {"week": {"monday": ["8-26"]}}),
    ("hours", {"week": {}, "holidays": {"Xmas": []}}),
    ("hours", {"week": {}, "exceptional": [{"every": "13-24", "hours": []}]}),
    ("staffing", {"fi": {"monday": {"08:00-09:00": -1}}}),
    ("staffing", {"de": {}}),
    ("colour", "red"),
    ("languages", []),
    ("name", {"fi": "x", "sv": "y"}),
)


@pytest.mark.parametrize(("field", "written"), WRONG)
def test_the_schema_refuses_what_parse_refuses(field: str, written: Any) -> None:
    document = small_city()
    assert faults(document, SCHEMA) == []
    document["departments"][0][field] = written
    assert faults(document, SCHEMA) != []


def test_days_that_are_alike_stand_together() -> None:
    week = {"monday": ["08:00-16:00"], "tuesday": ["08:00-16:00"], "thursday": ["08:00-16:00"]}
    rules = city(lambda document: document["departments"][0].update(hours={"week": week}, staffing={}))
    written = yaml.safe_load(dump_yaml(rules))["departments"][0]["hours"]["week"]
    assert written == {"monday-tuesday": ["08:00-16:00"], "thursday": ["08:00-16:00"]}
