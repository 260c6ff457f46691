"""The page of the hosts: each case in its last row, with its day; those that were not run are named."""

from pathlib import Path

from tests.hosts import page
from tests.hosts.cases import CASES
from tests.hosts.suite import Result, row

FIRST, SECOND, *_ = CASES


def test_a_case_that_is_run_again_stands_in_its_own_place(tmp_path: Path) -> None:
    place, document = tmp_path / "kept", tmp_path / "page.md"
    page.keep(place, row(Result(FIRST, 9, 3, 2, 1.04, None, 0, ("lost: one",)), 12.0))
    page.keep(place, row(Result(SECOND, 9, 3, 2, 1.04, 6.0, 1, ()), 12.0))
    page.write(document, place)
    assert f"| {FIRST.id} | {FIRST.says} | 12.0 | 9 | 3 | 2 | 1.0 | never | 0 | 1 | 20" in document.read_text()
    page.keep(place, row(Result(FIRST, 8, 3, 2, 0.5, 7.0, 0, ()), 18.0))
    page.write(document, place)
    told = document.read_text()
    assert f"| {FIRST.id} | {FIRST.says} | 18.0 | 8 | 3 | 2 | 0.5 | 7.0 | 0 | none | 20" in told
    assert f"| {SECOND.id} | {SECOND.says} | 12.0 | 9 | 3 | 2 | 1.0 | 6.0 | 1 | none | 20" in told
    assert told.count(f"| {FIRST.id} |") == 1


def test_what_was_not_run_is_named(tmp_path: Path) -> None:
    page.write(tmp_path / "page.md", tmp_path / "never")
    told = (tmp_path / "page.md").read_text()
    assert "nothing is shown of them" in told
    assert all(f"- {case.id}: {case.says}" in told for case in CASES)
