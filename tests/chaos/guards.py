"""``python -m tests.chaos guards``: takes one guard after another out of a copy of the product; the suite must notice.

A suite that stays green without a guard proves nothing about it. First everything must be green in the untouched copy;
then each removal must make at least one test fail (an error in starting it does not count). The working tree is never
written to. Exit code 1 where a removal stays green. ``--only`` takes a part of a guard's name.

What came of each is kept in artefacts/chaos/guards.json; ``--write`` of the fault suite puts it into
docs/reliability.md.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from adapters.places import ROOT
from tests.chaos import guards_kept
from tests.chaos.guards_known import GUARDS, Guard

PLACE = ROOT / "artefacts" / "chaos"
LEFT_BEHIND = (".git", ".venv", "node_modules", "var", "artefacts", "__pycache__", ".*_cache", ".hypothesis")
LONGEST_SECONDS = 300.0  # of one guard's tests
FAILED, ALL_PASSED, SOME_FAILED = "FAILED ", 0, 1


class Drifted(Exception):
    """The guard no longer stands where the list says."""


@dataclass(frozen=True)
class Run:
    code: int
    failed: tuple[str, ...]  # tests that ran and failed
    words: str
    seconds: float


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos guards", description=__doc__)
    parser.add_argument("--only", default="")
    chosen = [guard for guard in GUARDS if parser.parse_args(arguments).only in guard.name]
    if not chosen:
        print("no guard has such a name", file=sys.stderr)
        return 2
    place = Path(tempfile.mkdtemp(prefix="onenumber-guards-"))
    try:
        tree = copied(place / "tree")
        return 0 if green_untouched(tree, chosen) and all([is_noticed(tree, guard) for guard in chosen]) else 1
    finally:
        shutil.rmtree(place, ignore_errors=True)


def copied(to: Path) -> Path:
    shutil.copytree(ROOT, to, ignore=shutil.ignore_patterns(*LEFT_BEHIND))
    return to


def green_untouched(tree: Path, guards: Sequence[Guard]) -> bool:
    """What is red anyhow would notice everything."""
    tests = sorted({test for guard in guards for test in guard.shown_by})
    run = ran(tree, tests, LONGEST_SECONDS * 2)
    print(
        f"{'green' if run.code == ALL_PASSED else 'RED'}  {run.seconds:5.1f} s  untouched: {len(tests)} tests",
        flush=True,
    )
    if run.code != ALL_PASSED:
        print(run.words)
    return run.code == ALL_PASSED


def is_noticed(tree: Path, guard: Guard) -> bool:
    try:
        with removed(tree, guard):
            run = ran(tree, guard.shown_by)
    except Drifted as drifted:
        print(f"{'NOT FOUND':22}{guard.name}: {drifted}", flush=True)
        return False
    noticed = run.code == SOME_FAILED and bool(run.failed)
    red = run.failed if noticed else ()
    guards_kept.keep(PLACE, guards_kept.row(guard, red, run.seconds, f"{datetime.now(UTC):%Y-%m-%d}"))
    print(f"{'red' if noticed else 'STAYED GREEN':12}  {run.seconds:5.1f} s  without {guard.name}", flush=True)
    print("\n".join(f"{'':22}{test}" for test in run.failed) if noticed else run.words, flush=True)
    return noticed


@contextmanager
def removed(tree: Path, guard: Guard) -> Iterator[None]:
    """Every place of the guard must be found exactly once: product and list may not drift apart unseen."""
    kept = {tree / cut.path: (tree / cut.path).read_text(encoding="utf-8") for cut in guard.cuts}
    try:
        for cut in guard.cuts:
            path = tree / cut.path
            source = path.read_text(encoding="utf-8")
            if source.count(cut.old) != 1:
                raise Drifted(f"{source.count(cut.old)} places in {cut.path} read: {cut.old}")
            path.write_text(source.replace(cut.old, cut.new), encoding="utf-8")
        yield
    finally:
        for path, source in kept.items():
            path.write_text(source, encoding="utf-8")


def ran(tree: Path, tests: Sequence[str], seconds: float = LONGEST_SECONDS) -> Run:
    begun = time.monotonic()
    command = (sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", "--tb=line", *tests)
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        return Run(-1, (), f"not over after {seconds:.0f} s", time.monotonic() - begun)
    failed = [line.removeprefix(FAILED).split(" - ")[0] for line in done.stdout.splitlines() if line.startswith(FAILED)]
    return Run(done.returncode, tuple(failed), done.stdout[-3000:] + done.stderr[-1000:], time.monotonic() - begun)
