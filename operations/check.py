"""``python -m operations.check all | lint | tests | long``: what must hold before a change is shared. Every stage runs.

With ``NOTHING_MAY_BE_SKIPPED=1`` (continuous integration) a skipped test is a failure, unless it says what the machine
lacks for it (systemd, namespaces): then it is named as left out.

A few tests that fail among the others are asked once more, each alone, and named whatever they then say
(docs/decisions/0015).
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

CHROMIUM = ("chromium", "google-chrome")
LACKS = "this machine "  # how the reason of a test begins that cannot be tried here, whatever we install
ASKED_AGAIN = 5  # failures; more than these are no matter of a busy machine
_WHOLE_CALLS = {"calls", "crash", "browser"}  # many processes each: after the others, which are quick to tell


@dataclass(frozen=True)
class Stage:
    name: str
    command: tuple[str, ...]
    report: Path | None = None  # JUnit XML, for counting what was skipped
    again: tuple[str, ...] = ()  # the same for what failed last, one after another; it writes the report anew


def main(arguments: Sequence[str]) -> int:
    wanted = arguments[0] if arguments else "all"
    stages = {
        "lint": _linters(),
        "tests": _tests(),
        "long": _long(),
        "all": (*_linters(), *_tests()),
    }.get(wanted)
    if stages is None:
        print("all, lint, tests or long?", file=sys.stderr)
        return 2
    if wanted != "lint" and not _has_chromium():
        print("Chromium is not installed: the browser tests are skipped, and the long ones left out", flush=True)
        print("(outages, the crawler, broken input and more: tests/conftest.py; they run by: make long).", flush=True)
    strict = os.environ.get("NOTHING_MAY_BE_SKIPPED") == "1"
    failed = [stage.name for stage in stages if not passes(stage, strict)]
    print(f"\nfailed: {', '.join(failed)}" if failed else "\nall well", flush=True)
    return 1 if failed else 0


def _has_chromium() -> bool:
    return any(map(shutil.which, CHROMIUM))


def _long() -> tuple[Stage, ...]:
    """Everything that is generated, too: more of it and anew, where a test does not itself say how much."""
    told = ("pytest", "-q", "--hypothesis-profile=new ones", "-m", "long or hypothesis", "tests")
    return (Stage("long tests", _python(*told, *_spread())),)


def _spread() -> tuple[str, ...]:
    """One worker more than there are cores: each waits now and then. More were no quicker on two cores."""
    return "-n", str((os.cpu_count() or 2) + 1), "--dist", "worksteal"


def _linters() -> tuple[Stage, ...]:
    rooms = sorted({path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"})
    judges = ("tests/checker", "tests/rig")  # what decides whether a promise was kept is typed like the service
    modules = sorted(path.name for path in ROOT.glob("*.py"))
    return (
        Stage("ruff", _python("ruff", "check", ".")),
        Stage("format", _python("ruff", "format", "--check", "--quiet", ".")),
        Stage("mypy", _python("mypy", *rooms, *modules, *judges)),
    )


def _tests() -> tuple[Stage, ...]:
    kinds = {path.parent.name for path in ROOT.glob("tests/*/test_*.py")}
    return _pytest("tests", kinds - _WHOLE_CALLS), _pytest("whole calls", kinds & _WHOLE_CALLS)


def _pytest(name: str, kinds: set[str]) -> Stage:
    report = ROOT / "artefacts" / f"{name.replace(' ', '-')}.xml"
    directories = tuple(f"tests/{kind}" for kind in sorted(kinds))
    short = ("-m", "not soak" if _has_chromium() else "not long")
    told = ("pytest", "-q", *short, f"--junitxml={report}", *directories)
    return Stage(
        name, _python(*told, *_spread()), report, _python(*told, "--last-failed", "--last-failed-no-failures=none")
    )


def passes(stage: Stage, nothing_skipped: bool) -> bool:
    print(f"\n== {stage.name}", flush=True)
    begun = time.monotonic()
    if stage.report is not None:
        stage.report.parent.mkdir(exist_ok=True)
        stage.report.unlink(missing_ok=True)
    passed = _call(stage.command) == 0
    if nothing_skipped and stage.report is not None and _skipped(stage.report) != 0:
        print("A test was skipped, or none was reported; here neither may be.", flush=True)
        return _ended(stage, False, begun)
    if not passed and stage.again and stage.report is not None:
        passed = _passes_alone(stage, _failed(stage.report))
    return _ended(stage, passed, begun)


def _call(command: Sequence[str]) -> int:
    """Modules may be kept compiled: else each of a run's many hundred processes compiles all of the service anew."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.call(command, cwd=ROOT, env=environment)


def _passes_alone(stage: Stage, failed: Sequence[str]) -> bool:
    """Whether what failed among the others passes one by one: then the machine was busy, and the test is named."""
    if not 0 < len(failed) <= ASKED_AGAIN:
        return False
    print(f"\n== {stage.name}: failed among the others, asked once more alone", flush=True)
    passed = _call(stage.again) == 0
    for name in failed:
        print(f"== {'passed only alone' if passed else 'failed'}: {name}", flush=True)
    return passed


def _ended(stage: Stage, passed: bool, begun: float) -> bool:
    print(f"== {stage.name}: {'passed' if passed else 'FAILED'} in {time.monotonic() - begun:.0f} s", flush=True)
    return passed


def _failed(report: Path) -> list[str]:
    """Tests by name; one that failed and whose end failed too counts once."""
    if not report.exists():
        return []
    cases = ElementTree.parse(report).getroot().iter("testcase")  # noqa: S314  pytest wrote it a moment ago
    ill = (one for one in cases if one.find("failure") is not None or one.find("error") is not None)
    return sorted({f"{one.get('classname')}::{one.get('name')}" for one in ill})


def _skipped(report: Path) -> int | None:
    """How many without a reason that lies in the machine. None: nothing was reported."""
    if not report.exists():
        return None
    root = ElementTree.parse(report).getroot()  # noqa: S314  pytest wrote it a moment ago
    reasons = [str(one.get("message")) for one in root.iter("skipped")]
    left_out = [reason for reason in reasons if reason.startswith(LACKS)]
    for reason in sorted(set(left_out)):
        print(f"== left out, {left_out.count(reason)}: {reason}", flush=True)
    return sum(int(suite.get("skipped", "0")) for suite in root.iter("testsuite")) - len(left_out)


def _python(*module_and_arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", *module_and_arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
