"""What came of each case is kept in a file; ``make hosts ARGS=--write`` makes docs/several-hosts.md of it."""

from collections.abc import Sequence
from pathlib import Path

from tests.hosts.cases import CASES, TAKEN_OVER_SECONDS
from tests.support import row_file
from tests.support.row_file import Row

FILE = "results.json"
COLUMNS = {
    "Outage": "seconds",
    "Calls": "calls",
    "Promised": "promises",
    "Talks": "talks",
    "Latest order": "latest",
    "At rest after": "rest",
    "Late answers": "late",
}
WORDS = f"""# Several hosts: what was tried last

This page is written by `make hosts ARGS=--write`. Seven hosts are network namespaces on one machine: two that answer
webhooks, two that work and keep the clock, two that hold the stores, one that only watches; the provider and a balancer
stand outside. One case after another is done to them while residents ring, take callbacks and are rung back; when all
has come to rest a judge reads what the record, the telephones and the logs say. How to run on several hosts:
[running.md](running.md), *Several hosts*.

- **Outage**: seconds that it lasted. **Latest order**: seconds that an order to the provider was done after it was due,
  at most; more than {TAKEN_OVER_SECONDS:.0f} is a violation. **At rest after**: seconds until nothing was left to do.
- **Late answers**: on a machine that others had so much of that no answer could come in time; else they are violations.
- **Violations**: promises that were lost, residents rung twice, and every other rule of the judge.

| | Case | {" | ".join(COLUMNS)} | Violations | On |
|---|---|{"---:|" * len(COLUMNS)}---|---|
"""


def keep(place: Path, new: Row) -> None:
    """In the place of the same case's former row; the others stay."""
    row_file.keep(place / FILE, "case", new)


def write(document: Path, place: Path) -> None:
    """Of the cases there are, in their order; those of which no row is kept are named."""
    kept = {str(row["case"]): row for row in row_file.kept(place / FILE)}
    lines = [_line(case.id, case.says, kept[case.id]) for case in CASES if case.id in kept]
    missing = [f"- {case.id}: {case.says}" for case in CASES if case.id not in kept]
    last = ["Not run, and nothing is shown of them:", "", *missing] if missing else ["Every case was run."]
    document.write_text(WORDS + "\n".join([*lines, "", *last, ""]), encoding="utf-8")


def _line(case: str, says: str, row: Row) -> str:
    violations = row["violations"]
    assert isinstance(violations, Sequence)
    figures = " | ".join(_told(row[name]) for name in COLUMNS.values())
    return f"| {case} | {says} | {figures} | {len(violations) or 'none'} | {row['day']} |"


def _told(figure: object) -> str:
    if figure is None:
        return "never"
    return f"{figure:.1f}" if isinstance(figure, float) else str(figure)
