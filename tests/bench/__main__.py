"""``make bench``, or ``make bench ARGS=growth`` for one part: CPU, growth and memory against the bars.

``claim``, ``due`` and ``streams`` are measured only where they are named. Prints what was measured and whether each bar
holds; the exit code says whether all do. Ends by itself within fifteen minutes. Figures of different runs are not
comparable, the ratios within one run are: run it on a quiet machine.
"""

import argparse
import sys
import time

from tests.bench import claim, compare, decide, due, growth, idle, ingest, steps, streams

PARTS = ("promise", "growth", "idle", "decide", "compare", "ingest")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("part", nargs="?", choices=("menu", *PARTS, "claim", "due", "streams", "all"), default="all")
    parser.add_argument("--rounds", type=int, default=steps.ROUNDS)
    parser.add_argument("--requests", type=int, default=1200, help="of each cell in each round")
    parser.add_argument("--messages", type=int, default=ingest.MESSAGES, help="of the ingest, in all")
    options = parser.parse_args(arguments)
    begun = time.monotonic()
    wanted = PARTS if options.part == "all" else (options.part,)
    results = [one(part, options.rounds, options.requests, options.messages) for part in wanted]
    print(f"\n{'all bars hold' if all(results) else 'A BAR DOES NOT HOLD'} ({time.monotonic() - begun:.0f} s)")
    return 0 if all(results) else 1


def one(part: str, rounds: int, requests: int, messages: int) -> bool:
    match part:
        case "growth":
            return growth.measure(rounds)
        case "idle":
            return idle.measure()
        case "claim":
            return claim.measure()
        case "due":
            return due.measure()
        case "decide":
            return decide.measure(rounds)
        case "compare":
            return compare.measure()
        case "ingest":
            return ingest.measure(messages)
        case "streams":
            return streams.measure(rounds)
    return steps.measure(part == "promise", rounds, requests)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
