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


CASES = "<testsuites><testsuite tests='9' skipped='0'>{}</testsuite></testsuites>"
FAILED = "<testcase classname='calls' name='n{}'><failure/></testcase>"


@pytest.mark.parametrize(
    ("failed", "alone", "passed", "asked"),
    [(1, 0, True, True), (5, 0, True, True), (1, 1, False, True), (6, 0, False, False), (0, 0, False, False)],
)
def test_a_few_that_fail_among_the_others_are_asked_once_more_alone(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], failed: int, alone: int, passed: bool, asked: bool
) -> None:
    report, trace = tmp_path / "report.xml", tmp_path / "asked"
    written = CASES.format("".join(map(FAILED.format, range(failed))))
    among = ("sh", "-c", f'echo "{written}" > "{report}"; exit 1')
    again = ("sh", "-c", f'echo x >> "{trace}"; exit {alone}')
    assert passes(Stage("calls", among, report, again), nothing_skipped=True) is passed
    assert trace.exists() is asked
    told = "passed only alone" if passed else "failed"
    assert (f"{told}: calls::n0" in capfd.readouterr().out) is asked


def test_what_was_skipped_is_not_asked_again(tmp_path: Path) -> None:
    trace = tmp_path / "asked"
    told = stage(tmp_path, 1, 2)
    assert not passes(Stage(told.name, told.command, told.report, ("touch", str(trace))), nothing_skipped=True)
    assert not trace.exists()


@pytest.mark.parametrize(("why", "passed"), [("this machine has no systemd", True), ("not today", False)])
def test_only_what_the_machine_lacks_may_be_left_out_and_is_named(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], why: str, passed: bool
) -> None:
    report = tmp_path / "report.xml"
    case = f"<testcase classname='units' name='n'><skipped message='{why}'/></testcase>"
    written = f"<testsuites><testsuite tests='3' skipped='1'>{case}</testsuite></testsuites>"
    assert passes(Stage("one", ("sh", "-c", f'echo "{written}" > "{report}"'), report), True) is passed
    assert (f"left out, 1: {why}" in capfd.readouterr().out) is passed
