"""``python -m tests.chaos``: faults through a whole running city under load; a table.

Exit code 1 on a violation, and where in all the runs of a fault nobody was promised anything or rung.

``--only T05,T13`` ``--seeds 5`` ``--first-seed 1`` ``--database sqlite|postgresql`` (default: both) ``--seconds 20``
``--load CALLS_PER_SECOND`` (default: 30 % of what is measured first). One city serves run after run.

``--in-turn``: each seed on one of the two databases, in half the time.

``--minutes 150``: begins no run that would not be over by then, and ends with the table of what was run.
``--continue``: goes on with the rows of earlier runs (artefacts/chaos/results.json; on a machine that has none, those
published in docs/reliability-runs.json) and runs what is missing of them; without it the rows are begun anew, and the
earlier ones stand in results.before.json. Two commands may run side by side, one on each database. ``--again``: with
``--continue``, runs also what is there, in its place. ``--write`` makes docs/reliability.md of all the rows, and names
what was not run.

``python -m tests.chaos naive``: the baseline; it is run at the end of every run of all faults, too.
``python -m tests.chaos guards``: guards removed one by one.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from adapters.places import ROOT
from tests.chaos import capacity, guards, naive, reliability, stakes, table
from tests.chaos.budget import Budget, Run, by_city, in_turn, runs
from tests.chaos.city import ChaosCity, last_words
from tests.chaos.drained import comes_to_rest
from tests.chaos.fault import BOTH, WINDOW_SECONDS
from tests.chaos.faults import chosen, every_fault
from tests.chaos.load import Pace
from tests.chaos.suite import Result, Window, one

PLACE = ROOT / "artefacts" / "chaos"
PAGE = ROOT / "docs" / "reliability.md"
OTHERS = {"naive": naive.main, "guards": guards.main}
SERIES = 700, 200  # three digits in the residents' numbers: no two neighbouring runs of one city share one
BASELINE_MINUTES = 5.0  # are kept for it


def main(arguments: Sequence[str]) -> int:
    if arguments and arguments[0] in OTHERS:
        return OTHERS[arguments[0]](arguments[1:])
    options = _parser().parse_args(arguments)
    if not options.goes_on:
        table.begin(PLACE)
    else:
        table.take_up(PLACE, PAGE.with_name(reliability.RUNS))
    wanted = _wanted(options)
    beside = not options.only
    budget = Budget(options.minutes - BASELINE_MINUTES if beside and options.minutes else options.minutes)
    print(table.HEAD, flush=True)
    results = []
    for result in done(wanted, options, budget):
        results.append(result)
        table.keep(PLACE, result)
        print(table.line(result), flush=True)
    print(table.summary(results, len(wanted)), flush=True)
    idle = without_stakes(results, PLACE)
    for fault in idle:
        print(f"{fault}: in all its runs nobody was promised anything or rung", flush=True)
    same = naive.main(["--requests", "100"]) == 0 if beside else True
    if options.write:
        reliability.write(PAGE, PLACE)
    return 0 if same and not idle and not any(result.violations for result in results) else 1


def without_stakes(results: Sequence[Result], place: Path) -> list[str]:
    """Of what was run now, with the seeds that were run before."""
    ran = {result.fault for result in results}
    return [fault for fault in stakes.without(table.figures(place), every_fault()) if fault in ran]


def _wanted(options: argparse.Namespace) -> list[Run]:
    databases = (options.database,) if options.database else BOTH
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    there = () if options.again else table.keys(PLACE)
    wanted = runs(chosen(options.only), databases, seeds, there)
    return in_turn(wanted) if options.in_turn else wanted


def done(wanted: Sequence[Run], options: argparse.Namespace, budget: Budget) -> Iterator[Result]:
    rates: dict[str, float] = {}
    for database, group in by_city(wanted):
        for result in on(database, group, options, budget, rates):
            yield result
            budget.ran(sum(result.took.values()))
        if not budget.allows_another():
            return


def on(
    database: str, group: list[Run], options: argparse.Namespace, budget: Budget, rates: dict[str, float]
) -> Iterator[Result]:
    """One city for all of them; another one where the first did not come to rest."""
    while group and budget.allows_another():
        with running(database) as city:
            rate = options.load or rates.get(database) or capacity.load_of(_measured(city))
            rates[database] = rate
            while group and budget.allows_another():
                run = group.pop(0)
                place = PLACE / f"{run.fault.id}-{database}-{run.seed}"
                shutil.rmtree(place, ignore_errors=True)
                pace = Pace(rate, SERIES[0] + len(group) % SERIES[1])
                result = one(city, run.fault, run.seed, Window(options.seconds), pace, place)
                yield result
                if result.drained is None:
                    break


@contextmanager
def running(database: str) -> Iterator[ChaosCity]:
    root = Path(tempfile.mkdtemp(prefix="onenumber-chaos-"))
    city = ChaosCity(root, database)
    began = time.monotonic()
    try:
        city.start()
        print(f"{database}: a city has begun in {time.monotonic() - began:.0f} s", flush=True)
        yield city
    except BaseException:
        print(last_words(city), file=sys.stderr)
        raise
    finally:
        city.stop()
        shutil.rmtree(root, ignore_errors=True)


def _measured(city: ChaosCity) -> float:
    """It rests before its first run: a text that the measuring ordered would be sent in there, and nobody's order."""
    found = capacity.calls_per_second(city)
    comes_to_rest(city, 1)
    print(f"{city.database}: {found:.1f} calls/s carried; load {capacity.load_of(found):.2f}/s", flush=True)
    return found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--only", default="")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--database", choices=BOTH)
    parser.add_argument("--seconds", type=float, default=WINDOW_SECONDS)
    parser.add_argument("--load", type=float)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--continue", dest="goes_on", action="store_true")
    parser.add_argument("--in-turn", action="store_true")
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--write", action="store_true")
    return parser


if __name__ == "__main__":
    began = time.monotonic()
    code = main(sys.argv[1:])
    print(f"{time.monotonic() - began:.0f} s")
    sys.exit(code)
