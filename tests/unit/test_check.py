"""The command that says whether a change may be shared: one failure anywhere is a failure, a skip counts in CI."""

from pathlib import Path

import pytest

from operations.check import Stage, passes


def stage(tmp_path: Path, code: int, skipped: int) -> Stage:
    report = tmp_path / "report.xml"
    written = f"<testsuites><testsuite tests='3' skipped='{skipped}'/></testsuites>"
    return Stage("one", ("sh", "-c", f'echo "{written}" > "{report}"; exit {code}'), report)


@pytest.mark.parametrize(
    ("code", "skipped", "nothing_skipped", "passed"),
    [(0, 0, True, True), (0, 2, False, True), (0, 2, True, False), (1, 0, False, False)],
)
def test_what_passes(tmp_path: Path, code: int, skipped: int, nothing_skipped: bool, passed: bool) -> None:
    assert passes(stage(tmp_path, code, skipped), nothing_skipped) is passed


def test_the_report_of_an_earlier_run_does_not_count(tmp_path: Path) -> None:
    told = stage(tmp_path, 0, 0)
    assert passes(told, True)
    assert not passes(Stage("one", ("true",), told.report), True)


def test_a_stage_without_a_report_is_judged_by_its_exit_code(tmp_path: Path) -> None:
    assert passes(Stage("lint", ("true",)), True)
    assert not passes(Stage("lint", ("false",)), True)
    assert not passes(Stage("tests", ("true",), tmp_path / "never-written.xml"), True)
