"""``python -m tests.checker DIR``: the table of a finished run; exit code 1: a rule is broken, 2: it cannot be read."""

import sys
from pathlib import Path

from tests.checker.judge import judge, table
from tests.checker.read import read


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        print("usage: python -m tests.checker DIRECTORY", file=sys.stderr)
        return 2
    verdict = judge(read(Path(arguments[0])))
    print(table(verdict))
    return 1 if verdict.violations else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
