"""The fault suite's long run: what is run first, when no other run is begun, and what is told of what was not run."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.chaos import reliability, table
from tests.chaos.budget import Budget, Run, by_city, in_turn, runs
from tests.chaos.fault import BOTH, Fault
from tests.chaos.judge import Latency
from tests.chaos.suite import Result

ONE = Fault("T01", "one", lambda scene: None)
SQLITES = Fault("T12", "two", lambda scene: None, databases=("sqlite",))


def told(wanted: Sequence[Run]) -> list[str]:
    return [f"{run.fault.id} {run.database} {run.seed}" for run in wanted]


def row(fault: str, database: str = "sqlite", latency: Latency = "well", seed: int = 1) -> Result:
    return Result(
        fault=fault,
        says="one",
        database=database,
        seed=seed,
        seconds=20.0,
        calls_per_second=1.0,
        figures=dict.fromkeys((*(name for name, _ in table.COLUMNS), "requests", "kept"), 1.0),
        counts={"killed": 1},
        drained=1.0,
        violations=(),
        latency=latency,
        took={"fault": 20.0, "judging": 1.0},
    )


def test_every_fault_is_done_once_on_each_database_before_any_is_done_twice() -> None:
    assert told(runs((ONE, SQLITES), BOTH, (1, 2))) == [
        "T01 sqlite 1",
        "T12 sqlite 1",
        "T01 postgresql 1",
        "T01 sqlite 2",
        "T12 sqlite 2",
        "T01 postgresql 2",
    ]


def test_in_turn_each_seed_is_done_on_one_database() -> None:
    assert told(in_turn(runs((ONE, SQLITES), BOTH, (1, 2)))) == [
        "T12 sqlite 1",
        "T01 postgresql 1",
        "T01 sqlite 2",
        "T12 sqlite 2",
    ]


def test_one_city_serves_what_follows_each_other_on_one_database() -> None:
    found = [(database, told(group)) for database, group in by_city(runs((ONE, SQLITES), BOTH, (1,)))]
    assert found == [("sqlite", ["T01 sqlite 1", "T12 sqlite 1"]), ("postgresql", ["T01 postgresql 1"])]


def test_what_was_run_is_not_run_again(tmp_path: Path) -> None:
    table.keep(tmp_path, row("T01"))
    assert told(runs((ONE, SQLITES), BOTH, (1,), table.keys(tmp_path))) == ["T12 sqlite 1", "T01 postgresql 1"]


def test_rows_of_several_commands_are_gathered_and_a_new_beginning_lays_them_aside(tmp_path: Path) -> None:
    for result in (row("T01"), row("T01", seed=2), row("T12"), row("T12")):
        table.keep(tmp_path, result)
    assert table.keys(tmp_path) == {("T01", "sqlite", 1), ("T01", "sqlite", 2), ("T12", "sqlite", 1)}
    table.begin(tmp_path)
    assert not table.keys(tmp_path)
    assert len(json.loads((tmp_path / table.BEFORE).read_text())) == 3


@pytest.mark.parametrize(("spent", "another"), [(0.0, True), (539.0, True), (541.0, False), (700.0, False)])
def test_no_run_is_begun_that_would_not_be_over_in_time(spent: float, another: bool) -> None:
    budget = Budget(10.0, begun=1000.0)
    for seconds in (20.0, 40.0, 300.0):
        budget.ran(seconds)
    assert budget.allows_another(now=1000.0 + spent) is another


def test_without_minutes_it_goes_on_to_the_end() -> None:
    assert Budget(None, begun=0.0).allows_another(now=1e9)


def test_the_page_says_what_was_not_run_and_what_was_not_judged_for_latency(tmp_path: Path) -> None:
    for result in (row("T01"), row("T01", seed=2, latency="not judged")):
        table.keep(tmp_path, result)
    reliability.write(tmp_path / "page.md", tmp_path)
    page = (tmp_path / "page.md").read_text(encoding="utf-8")
    assert "| T01 | one | sqlite | 2 |" in page
    assert "| not judged 1, well 1 |" in page
    assert "- T01 on postgresql: a worker is killed with -9 every two seconds" in page
    assert "- T01 on sqlite" not in page
    assert "- T12 on postgresql" not in page, "it is SQLite's alone"


def test_a_row_of_which_nobody_said_whether_its_latency_was_judged_counts_no_more(tmp_path: Path) -> None:
    table.keep(tmp_path, row("T01"))
    old = json.loads((tmp_path / table.RESULTS).read_text())
    del old[0]["latency"]
    (tmp_path / table.RESULTS).write_text(json.dumps(old))
    assert not table.keys(tmp_path)


def test_the_rows_behind_the_page_are_published_and_another_machine_goes_on_from_them(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for result in (row("T12"), row("T01", seed=2), row("T01")):
        table.keep(here, result)
    reliability.write(tmp_path / "page.md", here)
    published = tmp_path / reliability.RUNS
    assert [(one["fault"], one["seed"]) for one in json.loads(published.read_text())] == [
        ("T01", 1),
        ("T01", 2),
        ("T12", 1),
    ]
    table.take_up(there, published)
    assert table.keys(there) == table.keys(here)
    table.keep(there, row("T01", seed=3))
    table.take_up(there, published)
    assert len(table.keys(there)) == 4, "what was run here stays"
