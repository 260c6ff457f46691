"""The alerts and the dashboard name only what ``/metrics`` tells, in words that Prometheus can read; each alert has its
section in the runbook."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families as families

from adapters.schema import process_start, route_decision, supervisor_item, tally
from ivr import own_call_store
from operations.watching.model import KINDS
from tests.architecture.source import ROOT
from tests.support.services import Town, empty_record
from tests.support.telephone import Telephone

DEPLOY = ROOT / "deploy"
TOKEN = "a-token-of-the-scraper"
VARIABLE = re.compile(r"\{\{\s*\$?(?:labels\.)?(\w+)\s*\}\}")


@cache
def alerts() -> tuple[dict[str, Any], ...]:
    document = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))
    return tuple(rule for group in document["groups"] for rule in group["rules"])


@cache
def panels() -> tuple[dict[str, Any], ...]:
    board = json.loads((DEPLOY / "grafana" / "dashboard.json").read_text(encoding="utf-8"))
    return tuple(one for one in board["panels"] if one["type"] != "row")


def expressions() -> list[str]:
    return [rule["expr"] for rule in alerts()] + [t["expr"] for panel in panels() for t in panel["targets"]]


LABELS = {"provider_alerts": "error 11200", "provider_errors": "ring_agent unknown", "test_calls": "walked"}
ENDS = ("_total", "_bucket", "_count", "_sum")


def bare(name: str) -> str:
    return next((name.removesuffix(end) for end in ENDS if name.endswith(end)), name)


class Selectors:
    """Every metric of an expression, with the labels it is chosen or gathered by."""

    def __init__(self, expression: str) -> None:
        self.named: set[str] = set()
        self.labels: set[str] = set()
        self._walk(promql_parser.parse(expression))

    def _walk(self, part: Any) -> None:
        match part:
            case promql_parser.VectorSelector():
                self.named.add(str(part.name))
                self.labels |= {matcher.name for matcher in part.matchers.matchers}
            case promql_parser.MatrixSelector():
                self._walk(part.vector_selector)
            case promql_parser.BinaryExpr():
                self._walk(part.lhs)
                self._walk(part.rhs)
            case promql_parser.AggregateExpr():
                self.labels |= set(part.modifier.labels) if part.modifier else set()
                self._walk(part.expr)
            case promql_parser.Call():
                for argument in part.args:
                    self._walk(argument)
            case promql_parser.ParenExpr() | promql_parser.SubqueryExpr():
                self._walk(part.expr)
            case promql_parser.NumberLiteral():
                pass
            case _:
                raise AssertionError(f"{type(part)} is not looked into")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Each metric's labels, of a town in which everything has happened once."""
    record = empty_record("sqlite", tmp_path_factory.mktemp("monitored"))
    town = Town.over(record, METRICS_TOKEN=TOKEN, TEST_CALL_FROM="+358175550199")
    _lived_in(town)
    telephone = Telephone.at(town)
    telephone.rings()
    page = telephone.client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    town.services.database.dispose()
    found: dict[str, set[str]] = {}
    for family in families(page):
        found.setdefault(family.name, set())
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def _lived_in(town: Town) -> None:
    now, machine = town.clock.now(), town.clock.machine()
    with town.services.database.write() as tx:
        for name, label in LABELS.items():
            tx.connection.execute(tally.insert().values(name=name, label=label, count=1))
        own = own_call_store.claim(tx.connection, "2026112408", now, machine)
        own_call_store.arrived(tx.connection, "CA" + "5" * 32, machine)
        assert own_call_store.conclude(tx.connection, str(own), "walked", machine)
        beat = {"kind": "clock", "started_machine": machine, "beat_machine": machine}
        tx.connection.execute(process_start.insert().values(**beat))
        row = {"call_sid": "CA" + "6" * 32, "at": now, "ruleset_version": 1, "topic": "housing", "language": "fi"}
        tx.connection.execute(route_decision.insert().values(**row, route="line", desk="housing", facts="{}"))
        tx.connection.execute(supervisor_item.insert().values(id="i1", kind="needs_human", made_at=now))


@pytest.mark.parametrize("expression", expressions())
def test_prometheus_can_read_it_and_every_metric_exists(expression: str, told: dict[str, set[str]]) -> None:
    seen = Selectors(expression)
    assert seen.named
    assert seen.named <= set(told), seen.named - set(told)
    known = set().union(*(told[name] for name in seen.named)) | {"instance", "le"}
    assert seen.labels <= known, seen.labels - known


def test_a_misspelt_metric_or_a_lost_bracket_is_found(told: dict[str, set[str]]) -> None:
    assert not Selectors("max(one_number_redy) < 1").named <= set(told)
    with pytest.raises(ValueError, match="."):
        Selectors("max(one_number_ready < 1")


def test_every_alert_says_what_it_is_and_how_bad() -> None:
    names = [rule["alert"] for rule in alerts()]
    assert len(names) == len(set(names)) > 20
    for rule in alerts():
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["runbook"] == f"docs/runbook.md#{rule['alert'].lower()}"
        assert promql_parser.parse_duration(rule.get("for", "1s"))


def test_every_alert_has_its_section_with_the_four_answers() -> None:
    text = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^### (\w+)\n(.*?)(?=^##|\Z)", text, re.M | re.S))
    assert {rule["alert"] for rule in alerts()} == set(sections)
    for name, body in sections.items():
        for answer in ("**Callers hear**", "**See**", "**Do**", "**Over**"):
            assert answer in body, f"{name}: {answer}"


def test_every_alarm_of_the_services_own_is_an_alert() -> None:
    watched = {kind for kind in KINDS if any(f'alarm="{kind}"' in rule["expr"] for rule in alerts())}
    assert watched == set(KINDS)


def test_every_label_in_a_sentence_is_one_of_its_expression() -> None:
    for rule in alerts():
        named = set(VARIABLE.findall(str(rule["annotations"])))
        assert named <= Selectors(rule["expr"]).labels, rule["alert"]
    for panel in panels():
        for target in panel["targets"]:
            assert set(VARIABLE.findall(target["legendFormat"])) <= Selectors(target["expr"]).labels, panel["title"]


def test_panels_do_not_lie_over_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        place = panel["gridPos"]
        columns, rows = (range(place[at], place[at] + place[size]) for at, size in (("x", "w"), ("y", "h")))
        cells = {(x, y) for x in columns for y in rows}
        assert not cells & taken, panel["title"]
        assert place["x"] + place["w"] <= 24
        taken |= cells


def test_every_metric_is_looked_at_by_somebody(told: dict[str, set[str]]) -> None:
    used = set().union(*(Selectors(one).named for one in expressions()))
    ours = {bare(name) for name in told if name.startswith("one_number_")}
    assert ours == {bare(name) for name in used}


def test_the_example_of_the_scrape_names_the_token_file() -> None:
    example = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.example.yml").read_text(encoding="utf-8"))
    assert example["scrape_configs"][0]["authorization"]["type"] == "Bearer"
    assert Path(DEPLOY / "prometheus" / example["rule_files"][0]).is_file()
