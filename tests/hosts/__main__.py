"""``python -m tests.hosts``: cuts of links between hosts while calls and callbacks go on, judged by the checker.

Makes a network of its own by ``unshare`` and becomes its first process: whatever happens, nothing is left behind. Exit
code 0: nothing lost and nobody rung twice; 1: something was; 3: no hosts can be made on this machine, and why.

What came of each case is kept in artefacts/hosts/results.json; ``--write`` makes docs/several-hosts.md of it.
"""

import argparse
import os
import sys
from collections.abc import Sequence

from tests.hosts.alone import NOT_HERE, become_first, cannot
from tests.hosts.cases import CASES
from tests.hosts.network import NotHere

INSIDE = "ONE_NUMBER_HOSTS"


def main(arguments: Sequence[str]) -> int:
    options = _options(arguments)
    if os.environ.get(INSIDE):
        from tests.hosts.suite import run

        try:
            return run([case for case in CASES if case.id in options.only], options)
        except NotHere as refused:
            return _no_hosts(str(refused))
    why = cannot()
    if why:
        return _no_hosts(why)
    return become_first("tests.hosts", *arguments, INSIDE)


def _no_hosts(why: str) -> int:
    print(why, file=sys.stderr, flush=True)
    return NOT_HERE


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.hosts", description=__doc__)
    parser.add_argument("--only", default=",".join(case.id for case in CASES), type=lambda text: text.split(","))
    parser.add_argument("--seconds", type=float, default=12.0, help="how long each outage lasts")
    parser.add_argument("--calls", type=float, default=0.4, help="calls a second")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="docs/several-hosts.md anew, of all cases that are kept")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
