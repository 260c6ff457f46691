"""``python -m operations.check all | lint | tests``: what must hold before a change is shared. Every stage is run.

With ``NOTHING_MAY_BE_SKIPPED=1`` (continuous integration) a skipped test is a failure.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from adapters.places import ROOT

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
_QUICK = ("unit", "architecture", "integration", "web", "emulator", "emulator_pages")
_WHOLE = ("calls", "crash", "browser")


@dataclass(frozen=True)
class Stage:
    name: str
    command: tuple[str, ...]
    report: Path | None = None  # JUnit XML, for counting what was skipped


def main(arguments: Sequence[str]) -> int:
    wanted = arguments[0] if arguments else "all"
    stages = {"lint": _linters(), "tests": _tests(), "all": (*_linters(), *_tests())}.get(wanted)
    if stages is None:
        print("all, lint or tests?", file=sys.stderr)
        return 2
    if wanted != "lint" and not any(map(shutil.which, CHROMIUM)):
        print("Chromium is not installed: the browser tests will be skipped (everything else runs).", flush=True)
    failed = [stage.name for stage in stages if not _passes(stage)]
    print(f"\nfailed: {', '.join(failed)}" if failed else "\nall well", flush=True)
    return 1 if failed else 0


def _linters() -> tuple[Stage, ...]:
    rooms = sorted(path.parent.name for path in ROOT.glob("*/__init__.py"))
    modules = sorted(path.name for path in ROOT.glob("*.py"))
    return (
        Stage("ruff", _python("ruff", "check", ".")),
        Stage("format", _python("ruff", "format", "--check", "--quiet", ".")),
        Stage("mypy", _python("mypy", *rooms, *modules)),
    )


def _tests() -> tuple[Stage, ...]:
    return _pytest("tests", _QUICK), _pytest("whole calls", _WHOLE)


def _pytest(name: str, directories: tuple[str, ...]) -> Stage:
    report = ROOT / "artefacts" / f"{name.replace(' ', '-')}.xml"
    present = [f"tests/{each}" for each in directories if any((ROOT / "tests" / each).glob("**/test_*.py"))]
    spread = ("-n", "2", "--dist", "loadfile")
    return Stage(name, _python("pytest", "-q", *spread, f"--junitxml={report}", *present), report)


def _passes(stage: Stage) -> bool:
    print(f"\n== {stage.name}", flush=True)
    begun = time.monotonic()
    passed = subprocess.call(stage.command, cwd=ROOT) == 0
    skipped = _skipped(stage.report)
    if skipped and os.environ.get("NOTHING_MAY_BE_SKIPPED") == "1":
        print(f"{skipped} tests were skipped, and here nothing may be.", flush=True)
        passed = False
    print(f"== {stage.name}: {'passed' if passed else 'FAILED'} in {time.monotonic() - begun:.0f} s", flush=True)
    return passed


def _skipped(report: Path | None) -> int:
    if report is None or not report.exists():
        return 0
    suites = ElementTree.parse(report).getroot().iter("testsuite")  # noqa: S314  pytest wrote it a moment ago
    return sum(int(suite.get("skipped", "0")) for suite in suites)


def _python(*module_and_arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", *module_and_arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
