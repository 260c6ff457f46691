"""A run in which nobody could lose anything is no green run: it is named, and the command fails."""

import json
from pathlib import Path

import pytest

from tests.chaos import __main__ as command
from tests.chaos import reliability, table
from tests.chaos.fault import Fault
from tests.chaos.stakes import without
from tests.chaos.suite import Result

KNOWN = (
    Fault("T01", "one", lambda scene: None),
    Fault("T02", "two", lambda scene: None, nothing_at_stake="nobody can be rung while the house burns"),
)


def figures(heard: int = 0, rings: int = 0) -> dict[str, float]:
    return {"heard": heard, "rings": rings}


def row(fault: str, seed: int, **stakes: int) -> Result:
    every = {**dict.fromkeys((name for name, _ in table.COLUMNS), 0.0), **figures(**stakes)}
    return Result(fault, "one", "sqlite", seed, 20.0, 1.0, every, {}, 1.0, (), "well", {"fault": 20.0})


@pytest.mark.parametrize(
    ("rows", "named"),
    [
        ([("T01", figures())], ["T01"]),
        ([("T01", figures()), ("T01", figures())], ["T01"]),
        ([("T01", figures()), ("T01", figures(rings=1))], []),
        ([("T01", figures(heard=1))], []),
        ([("T02", figures())], []),
        ([], []),
    ],
)
def test_a_fault_with_nothing_at_stake_in_any_of_its_runs_is_named(
    rows: list[tuple[str, dict[str, float]]], named: list[str]
) -> None:
    assert without(rows, KNOWN) == named


def test_the_command_fails_where_nothing_was_at_stake_in_what_it_ran(tmp_path: Path) -> None:
    idle, other = row("T01", 1), row("T03", 1)
    for result in (idle, other):
        table.keep(tmp_path, result)
    assert command.without_stakes([idle], tmp_path) == ["T01"], "T03 was another command's"
    table.keep(tmp_path, row("T01", 2, rings=3))
    assert command.without_stakes([idle], tmp_path) == []


def test_the_page_names_it_and_says_of_earlier_rows_that_unanswered_tries_were_not_counted(tmp_path: Path) -> None:
    table.keep(tmp_path, row("T01", 1))
    kept = tmp_path / table.RESULTS
    rows = json.loads(kept.read_text(encoding="utf-8"))
    del rows[0]["figures"]["unheard"]
    kept.write_text(json.dumps(rows), encoding="utf-8")
    reliability.write(tmp_path / "page.md", tmp_path)
    page = (tmp_path / "page.md").read_text(encoding="utf-8")
    assert "In no run of T01 was anybody promised anything or rung" in page
    assert "| well 1 | not counted |" in page
