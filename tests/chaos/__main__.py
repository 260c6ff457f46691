"""``python -m tests.chaos``: faults through a whole running city under load; a table; exit code 1 on a violation.

``--only T05,T13`` ``--seeds 5`` ``--first-seed 1`` ``--database sqlite|postgresql`` (default: both) ``--seconds 20``
``--load CALLS_PER_SECOND`` (default: 30 % of what is measured first). ``--write`` keeps the table in
docs/reliability.md, together with the rows that stood there for faults which were not run now.

``python -m tests.chaos naive``: the baseline. ``python -m tests.chaos guards``: guards removed one by one.
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
from tests.chaos import capacity, guards, naive, reliability, table
from tests.chaos.city import ChaosCity, last_words
from tests.chaos.fault import BOTH, WINDOW_SECONDS, Fault
from tests.chaos.faults import chosen
from tests.chaos.load import Pace
from tests.chaos.suite import Result, Window, one

PLACE = ROOT / "artefacts" / "chaos"
OTHERS = {"naive": naive.main, "guards": guards.main}


def main(arguments: Sequence[str]) -> int:
    if arguments and arguments[0] in OTHERS:
        return OTHERS[arguments[0]](arguments[1:])
    options = _parser().parse_args(arguments)
    faults = chosen(options.only)
    print(table.HEAD, flush=True)
    results = []
    for database in (options.database,) if options.database else BOTH:
        wanted = [fault for fault in faults if database in fault.databases]
        for result in on(database, wanted, options):
            results.append(result)
            table.keep(PLACE, result)
            print(table.line(result), flush=True)
    print(table.summary(results))
    if options.write:
        reliability.write(ROOT / "docs" / "reliability.md", PLACE)
    return 1 if any(result.violations for result in results) else 0


def on(database: str, faults: Sequence[Fault], options: argparse.Namespace) -> Iterator[Result]:
    """One city for all of them; another one where the first did not come to rest."""
    waiting = list(_runs(faults, options))
    rate: float | None = options.load
    while waiting:
        with running(database) as city:
            rate = rate or capacity.load_of(_measured(city))
            while waiting:
                fault, seed = waiting.pop(0)
                place = PLACE / f"{fault.id}-{database}-{seed}"
                shutil.rmtree(place, ignore_errors=True)
                result = one(city, fault, seed, Window(options.seconds), Pace(rate, 700 + len(waiting) % 200), place)
                yield result
                if result.drained is None:
                    break


@contextmanager
def running(database: str) -> Iterator[ChaosCity]:
    root = Path(tempfile.mkdtemp(prefix="onenumber-chaos-"))
    city = ChaosCity(root, database)
    try:
        city.start()
        yield city
    except BaseException:
        print(last_words(city), file=sys.stderr)
        raise
    finally:
        city.stop()
        shutil.rmtree(root, ignore_errors=True)


def _measured(city: ChaosCity) -> float:
    found = capacity.calls_per_second(city)
    print(f"{city.database}: {found:.1f} calls/s carried; load {capacity.load_of(found):.2f}/s", flush=True)
    return found


def _runs(faults: Sequence[Fault], options: argparse.Namespace) -> Iterator[tuple[Fault, int]]:
    for fault in faults:
        for seed in range(options.first_seed, options.first_seed + options.seeds):
            yield fault, seed


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--only", default="")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--database", choices=BOTH)
    parser.add_argument("--seconds", type=float, default=WINDOW_SECONDS)
    parser.add_argument("--load", type=float)
    parser.add_argument("--write", action="store_true")
    return parser


if __name__ == "__main__":
    began = time.monotonic()
    code = main(sys.argv[1:])
    print(f"{time.monotonic() - began:.0f} s")
    sys.exit(code)
