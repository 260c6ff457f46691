"""``make load``, or ``python -m tests.load --only cost,ramp,day,growth``: what a machine carries, what growth costs.

cost    CPU of one webhook and of one page, beside the floor
ramp    whole calls through the real processes, more each second, until a menu's p99 exceeds 300 ms
day     a city's day of six thousand calls at speed, judged by the checker: some forty minutes
growth  the same steps, pages, deals and night work with 10^4, 10^5 and 10^6 past calls and open requests

Prints tables, leaves JSON in artefacts/load/, ends by itself; exit code 1: an invariant or a bar does not hold. Figures
of different runs are not comparable, the ratios within one run are.
"""

import argparse
import sys
import time

from tests.load import cost, day, growth, ramp

PARTS = ("cost", "ramp", "day", "growth")
BOTH = ("sqlite", "postgresql")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.load", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default=",".join(PARTS), help="parts, with commas between them")
    parser.add_argument("--database", choices=(*BOTH, "both"), default="both")
    parser.add_argument("--seconds", type=float, default=12.0, help="of each step of the ramp")
    parser.add_argument("--calls", type=int, default=day.CALLS, help="of the day")
    parser.add_argument("--rate", type=float, default=day.FASTEST, help="of the day's clock, at its fastest")
    parser.add_argument("--at-most", type=float, default=day.AT_MOST, help="calls a second in the day's busy hours")
    parser.add_argument("--rows", default=",".join(str(many) for many in growth.ROWS), help="of the growth")
    parser.add_argument("--rounds", type=int, default=growth.ROUNDS, help="of the growth")
    options = parser.parse_args(arguments)
    wanted = options.only.split(",")
    if unknown := set(wanted) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    begun = time.monotonic()
    results = [one(part, options) for part in PARTS if part in wanted]
    print(f"\n{'all holds' if all(results) else 'SOMETHING DOES NOT HOLD'} ({time.monotonic() - begun:.0f} s)")
    return 0 if all(results) else 1


def one(part: str, options: argparse.Namespace) -> bool:
    databases = BOTH if options.database == "both" else (options.database,)
    match part:
        case "cost":
            return all([cost.measure(database) for database in databases])
        case "ramp":
            return all([ramp.measure(database, options.seconds) for database in databases])
        case "day":
            return day.measure(databases[-1], day.Plan(options.calls, options.rate, options.at_most))
        case "growth":
            rows = tuple(int(many) for many in options.rows.split(","))
            return all([growth.measure(each, rows, options.seconds / 2, options.rounds) for each in databases])
    raise AssertionError(part)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
