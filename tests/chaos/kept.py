"""I8, I9 and I10: work of a certain hour done once, every sound in one place, no number in a log or a key."""

import re
from collections import Counter
from collections.abc import Iterable

from tests.chaos.run import ChaosRun

SLOTS = (("watch_run", "day"), ("test_call", "slot"))
MOST_TOLD = 5


def twice_a_slot(run: ChaosRun) -> Iterable[str]:
    for table, column in SLOTS:
        for slot, times in Counter(str(row[column]) for row in run.table(table) if column in row).items():
            if times > 1:
                yield f"{table} {slot}: {times} times"


def recordings(run: ChaosRun) -> Iterable[str]:
    """A sound that is called kept has its place and its hash."""
    for row in run.table("recording"):
        if row["state"] == "kept" and not (row["stored_machine"] and row["sha256"]):
            yield f"recording {row['id']} is kept, and is nowhere"


def numbers_told(run: ChaosRun) -> Iterable[str]:
    """No whole number of anybody who rang stands in a log or in a key of the live store; the emulator's own log is the
    provider's."""
    if not run.numbers:
        return
    whole = re.compile("|".join(re.escape(spelt) for number in set(run.numbers) for spelt in spellings(number)))
    told = 0
    for path in sorted(run.logs.glob("*.log*")):
        if path.name.startswith("emulator"):
            continue
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            if whole.search(line) and told < MOST_TOLD:
                told += 1
                yield f"a number stands in {path.name}"
    for key in run.keys:
        if whole.search(key):
            yield "a number stands in a key of the live store"


def spellings(number: str) -> tuple[str, str]:
    """+358401234567 is 358401234567 and 0401234567."""
    return number.removeprefix("+"), number.replace("+358", "0", 1)
