"""``make crawl``: rings the whole city at five moments of the week and tries every key. Exit code 1 on any fault.

First the dialogue alone in every situation that is known, with the budget of its words; then the real web process.
Each moment, each kind of caller and each staff is tried at least once; ``--all``: each caller at each moment (an hour).
``--branches N`` stops each scenario after so many; ``--every-matter`` tries what lies behind each matter by itself
instead of once for all that lead alike.
"""

import signal
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ivr.speech.announcements import load
from tests.crawl import alone
from tests.crawl.city import WebCity
from tests.crawl.classes import alike
from tests.crawl.explore import Crawl
from tests.crawl.graph import CALLERS, Graph
from tests.crawl.judge import Fault, faults_of
from tests.crawl.pure_scenarios import catalogue, sample
from tests.crawl.pure_scenarios import scenarios as situations
from tests.crawl.scenarios import Scenario, scenarios, scenarios_in_short
from tests.crawl.words import Words

KINDS = ("dead end", "invalid", "language", "first key", "offer", "silence", "key")
SHOWN = 10


@dataclass
class Report:
    branches: int = 0
    places: int = 0
    faults: list[Fault] = field(default_factory=list)
    late: list[str] = field(default_factory=list)  # ways to help that take more than a minute
    log: tuple[str, ...] = ()  # what the web process complained about

    def well(self) -> bool:
        return not self.faults and not self.late and not self.log

    def __str__(self) -> str:
        counted = Counter(fault.kind for fault in self.faults)
        kinds = ", ".join(f"{counted[kind]} {kind}" for kind in KINDS)
        counts = f"{kinds}, {len(self.late)} late, {len(self.log)} complaints"
        return f"{self.branches} branches, {self.places} places: {counts}"


def crawl(
    city: WebCity,
    which: Iterable[Scenario],
    most: int,
    every_matter: bool,
    tell: Callable[[str], None],
    report: Report | None = None,
) -> Report:
    report = Report() if report is None else report
    words = Words.of(load(), city.rules)
    for scenario in which:
        city.becomes(scenario)
        simple = alike(city.rules, scenario.at, city.staffed())
        begun = time.monotonic()
        done = Crawl(city, city.incoming, city.hangs_up, most=most)
        if not every_matter:
            done.simplify = simple
        done.run()
        graph = Graph(done, words)
        found = [*(fault for branch in done.branches for fault in faults_of(branch, words)), *graph.faults()]
        report.branches += len(done.branches)
        report.places += len(done.places)
        report.faults += found
        tell(f"{scenario}: {len(done.branches)} branches in {time.monotonic() - begun:.0f} s, {len(found)} faults")
        tell("    longest: " + "; ".join(f"{caller.name}: {graph.longest(caller)}" for caller in CALLERS))
        for fault in found[:SHOWN]:
            tell(f"    {fault}")
    report.log = city.complaints()
    return report


def crawl_alone(report: Report, tell: Callable[[str], None]) -> None:
    """Every situation of the dialogue without any process."""
    words = Words.of(catalogue(), sample())
    for name, city in situations():
        graph = alone.crawled(city, words)
        found = list(alone.faults(name, graph, words))
        report.late += [f"{name}, a caller {caller}: {way}" for caller, way in alone.late(name, graph)]
        report.branches += len(graph.crawl.branches)
        report.places += len(graph.crawl.places)
        report.faults += found
        tell(f"the dialogue alone, {name}: {len(graph.crawl.branches)} branches, {len(found)} faults")


def main(arguments: Sequence[str]) -> int:
    parser = ArgumentParser(prog="python -m tests.crawl", description=__doc__)
    parser.add_argument("--branches", type=int, default=100_000)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--every-matter", action="store_true")
    parser.add_argument("--only", default="", help="scenarios whose name holds these words")
    given = parser.parse_args(arguments)
    known = scenarios() if given.all or given.only else scenarios_in_short()
    which = [scenario for scenario in known if given.only in str(scenario)]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the city's processes end with us
    report = Report()
    if not given.only:
        crawl_alone(report, tell)
    with tempfile.TemporaryDirectory(prefix="one-number-crawl-") as directory:
        city = WebCity(Path(directory)).start()
        try:
            crawl(city, which, given.branches, given.every_matter, tell, report)
        finally:
            city.stop()
    for way in report.late[:SHOWN]:
        print(way)
    for line in report.log[:SHOWN]:
        print(f"the web process: {line[:400]}")
    print(report)
    return 0 if report.well() else 1


def tell(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
