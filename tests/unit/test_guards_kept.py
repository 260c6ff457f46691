"""What came of each guard that was taken out is kept, and told on the page with those that nobody tried."""

from dataclasses import replace
from pathlib import Path

from tests.chaos import guards_kept
from tests.chaos.guards_known import GUARDS

FIRST, SECOND, *_ = GUARDS
RED = "tests/integration/test_effects.py::test_a_ring"


def test_nothing_is_told_where_nothing_was_tried(tmp_path: Path) -> None:
    assert guards_kept.told(tmp_path / "never") == ""


def test_a_guard_that_is_tried_again_stands_in_its_own_place(tmp_path: Path) -> None:
    guards_kept.keep(tmp_path, guards_kept.row(FIRST, (), 1.0, "2026-11-23"))
    guards_kept.keep(tmp_path, guards_kept.row(SECOND, (RED,), 2.0, "2026-11-23"))
    guards_kept.keep(tmp_path, guards_kept.row(FIRST, (RED,), 3.04, "2026-11-24"))
    told = guards_kept.told(tmp_path)
    assert told.count(f"| {FIRST.name} |") == told.count(f"| {SECOND.name} |") == 1
    assert "`integration/test_effects.py::test_a_ring` | 3.0 | 2026-11-24 |" in told


def test_what_nobody_noticed_and_what_nobody_tried_is_said(tmp_path: Path) -> None:
    guards_kept.keep(tmp_path, guards_kept.row(FIRST, (), 1.0, "2026-11-23"))
    told = guards_kept.told(tmp_path)
    assert f"| {guards_kept.STAYED_GREEN} |" in told
    assert f"nothing is shown of them: {SECOND.name}, " in told


def test_a_guard_that_is_no_more_is_told_no_more(tmp_path: Path) -> None:
    guards_kept.keep(tmp_path, guards_kept.row(replace(FIRST, name="of an earlier list"), (RED,), 1.0, "2026-11-23"))
    assert "of an earlier list" not in guards_kept.told(tmp_path)
