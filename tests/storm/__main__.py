"""``make storm``: a water cut. 120 webhooks a second for ten minutes, Valkey killed in the middle, every page open.

Whole calls of residents (the notice, menus, the line, a promise) through real processes and a light provider, while
agents' desks and supervisors' boards poll and stream. Where the machine carries less, the storm is scaled to what was
measured just before it, and the scale is printed. Bars: menu p99 at most 1 s, nobody kept at the door, no webhook
answered with a failure, none of a call unanswered after the second try, the checker finds nobody lost. Ends by itself;
exit code 1: a bar does not hold. Figures: artefacts/load/storm-*.json.

    make storm ARGS='--open 3 --seconds 120'     three times the calls that are carried: the service is to bend
"""

import argparse
import sys

from tests.storm.run import Plan, measure


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.storm", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=600.0, help="of the storm")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="postgresql")
    parser.add_argument("--agents", type=int, default=12, help="agents' desks that are open")
    parser.add_argument("--boards", type=int, default=12, help="supervisors' boards that are open")
    parser.add_argument("--webhooks", type=float, default=120.0, help="a second, before it is scaled")
    parser.add_argument("--share", type=float, default=0.8, help="of the measured capacity that the storm may ask for")
    parser.add_argument("--open", type=float, default=0.0, metavar="TIMES", help="the open form: calls come whatever"
                        " became of earlier ones, so many times what is carried")  # fmt: skip
    parser.add_argument("--calls", type=float, default=0.0, help="a second that are carried; default: measured first")
    given = parser.parse_args(arguments)
    plan = Plan(given.seconds, given.database, given.agents, given.boards, given.webhooks, given.share,
                given.open, given.calls if given.open else 0.0)  # fmt: skip
    return 0 if measure(plan) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
