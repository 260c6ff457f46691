"""The rows of the table: on the screen as they come, in a file for the next run, in docs/reliability.md for readers."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tests.chaos.suite import Result

RESULTS = "results.json"
COLUMNS = (  # of the figures, and their width
    *(("calls", 6), ("webhooks", 8), ("p99", 7), ("slowest", 8), ("stretch", 8), ("heard", 6), ("rings", 6)),
    *(("twice", 6), ("lost", 5), ("asked", 6)),
)
HEAD = " ".join(
    ["    ", "database  ", "seed", *(name.rjust(width) for name, width in COLUMNS), " at rest", " what was done"]
)


def line(result: Result) -> str:
    done = ", ".join(f"{what} {times}" for what, times in sorted(result.counts.items()))
    rest = "never" if result.drained is None else f"{result.drained:.0f} s"
    figures = [f"{result.figures[name]:{width}.{1 if name == 'stretch' else 0}f}" for name, width in COLUMNS]
    row = " ".join([f"{result.fault:4} {result.database:10} {result.seed:>4}", *figures, f"{rest:>8}", f" {done}"])
    return "\n".join([row, *(f"     VIOLATION {what}" for what in result.violations)])


def summary(results: Sequence[Result]) -> str:
    red = sum(1 for result in results if result.violations)
    return f"{len(results)} runs, {red} with violations"


def keep(place: Path, result: Result) -> None:
    """Beside those of earlier runs; a row that was run again is replaced."""
    kept = {_key(row): row for row in rows(place)}
    row = asdict(result)
    kept[_key(row)] = row
    place.mkdir(parents=True, exist_ok=True)
    (place / RESULTS).write_text(json.dumps(list(kept.values()), indent=1), encoding="utf-8")


def rows(place: Path) -> list[dict[str, object]]:
    path = place / RESULTS
    found: list[dict[str, object]] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    return found


def _key(row: dict[str, object]) -> tuple[object, ...]:
    return row["fault"], row["database"], row["seed"]
