"""``python -m tests.hostile [--every N]``: every input with every field of every page and webhook (N: each Nth only).

Prints a table and what went wrong; exit code 1 if anything did. Ends by itself; with every input some ten minutes.
"""

import argparse
import logging
import sys
import tempfile
import time
from pathlib import Path

from tests.hostile.console_rig import Console
from tests.hostile.corpus import INPUTS
from tests.hostile.test_every_field import problems
from tests.hostile.webhook_rig import Line
from tests.support import only_loopback, quick_app


class Failures(logging.Handler):
    """What was answered in words and yet failed: the caller heard an apology."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []
        logging.getLogger().addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())

    def of(self, shot: object, value: str) -> list[str]:
        """Since it was last asked."""
        told = [f"{message}: {shot} {value[:60]!r}" for message in self.messages]
        self.messages.clear()
        return told


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.hostile", description=__doc__)
    parser.add_argument("--every", type=int, default=1, metavar="N")
    every = parser.parse_args(arguments).every
    quick_app.for_this_process()
    only_loopback.for_this_process()
    failures, wrong = Failures(), []
    print(f"{'rooms':<10}{'fields':>8}{'requests':>10}{'wrong':>7}{'seconds':>9}")
    for name, judged in (("console", _console(every, failures)), ("webhooks", _webhooks(every, failures))):
        fields, asked, found, seconds = judged
        print(f"{name:<10}{fields:>8}{asked:>10}{len(found):>7}{seconds:>9.0f}", flush=True)
        wrong += found
    print("\n".join(sorted(set(wrong))))
    return 1 if wrong else 0


def _console(every: int, failures: Failures) -> tuple[int, int, list[str], float]:
    begun, asked, found = time.monotonic(), 0, []
    with tempfile.TemporaryDirectory() as place:
        console = Console.at(Path(place))
        for at, aim in enumerate(console.aims):
            for number, value in enumerate(INPUTS):
                if (at + number) % every == 0:
                    found += problems(console, aim, value, as_json=(at + number) % 4 == 0)
                    found += failures.of((aim.route.name, aim.place, aim.name), value)
                    asked += 1
        console.city.services.database.dispose()
        return len(console.aims), asked, found, time.monotonic() - begun


def _webhooks(every: int, failures: Failures) -> tuple[int, int, list[str], float]:
    begun, asked, found = time.monotonic(), 0, []
    with tempfile.TemporaryDirectory() as place:
        line = Line.at(Path(place))
        for at, aim in enumerate(line.aims):
            for number, value in enumerate(INPUTS):
                if (at + number) % every == 0:
                    found += line.problems(aim, value)
                    found += failures.of((aim.path, aim.place, aim.name), value)
                    asked += 1
        line.town.services.database.dispose()
        return len(line.aims), asked, found, time.monotonic() - begun


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
