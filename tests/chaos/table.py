"""The rows of the table: on the screen as they come, in a file for the next run, in docs/reliability.md for readers."""

import fcntl
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import cast

from tests.chaos.suite import Result

RESULTS, BEFORE = "results.json", "results.before.json"
COLUMNS = (  # of the figures, and their width
    *(("calls", 6), ("webhooks", 8), ("p99", 7), ("slowest", 8), ("stretch", 8), ("heard", 6), ("rings", 6)),
    *(("twice", 6), ("lost", 5), ("asked", 6), ("unheard", 8)),
)
HEAD = " ".join(
    [
        *("    ", "database  ", "seed", *(name.rjust(width) for name, width in COLUMNS)),
        *(" at rest", "latency   ", " took", " what was done"),
    ]
)


def line(result: Result) -> str:
    done = ", ".join(f"{what} {times}" for what, times in sorted(result.counts.items()))
    rest = "never" if result.drained is None else f"{result.drained:.0f} s"
    figures = [f"{result.figures[name]:{width}.{1 if name == 'stretch' else 0}f}" for name, width in COLUMNS]
    took = f"{sum(result.took.values()):3.0f} s"
    row = [f"{result.fault:4} {result.database:10} {result.seed:>4}", *figures, f"{rest:>8}", f"{result.latency:10}"]
    told = " ".join([*row, took, f" {done}"])
    return "\n".join([told, *(f"     VIOLATION {what}" for what in result.violations)])


def summary(results: Sequence[Result], wanted: int) -> str:
    red = sum(1 for result in results if result.violations)
    told = [f"{len(results)} runs, {red} with violations, {wanted - len(results)} not run"]
    unjudged = sum(1 for result in results if result.latency == "not judged")
    told.append(f"{unjudged} not judged for latency")
    spent: Counter[str] = Counter()
    for result in results:
        spent.update({what: int(seconds * 10) for what, seconds in result.took.items()})
    if results:
        usual = ", ".join(f"{what} {tenths / 10 / len(results):.1f} s" for what, tenths in spent.items())
        told.append(f"a run took {spent.total() / 10 / len(results):.0f} s: {usual}")
    return "; ".join(told)


def begin(place: Path) -> None:
    """Anew: what was gathered before is laid aside."""
    if (place / RESULTS).exists():
        (place / RESULTS).replace(place / BEFORE)


def keep(place: Path, result: Result) -> None:
    """Beside those of earlier runs, and of another command that runs beside; a row that was run again is replaced."""
    place.mkdir(parents=True, exist_ok=True)
    with (place / f"{RESULTS}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = {_key(row): row for row in rows(place)}
        row = asdict(result)
        kept[_key(row)] = row
        _store(place, list(kept.values()))


def take_up(place: Path, published: Path) -> None:
    """On a machine that has run nothing yet, goes on from the rows behind the published page."""
    if not (place / RESULTS).exists() and published.exists():
        _store(place, json.loads(published.read_text(encoding="utf-8")))


def publish(place: Path, published: Path) -> None:
    """The rows as they are kept beside the page: a run a line, so that a change shows which runs are new."""
    lines = ",\n".join(json.dumps(row, separators=(",", ":")) for row in sorted(rows(place), key=_order))
    published.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def rows(place: Path) -> list[dict[str, object]]:
    """Those that tell whether their latency was judged: older ones called late answers well on a busy machine."""
    path = place / RESULTS
    found: list[dict[str, object]] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    return [row for row in found if "latency" in row]


def figures(place: Path) -> list[tuple[str, Mapping[str, float]]]:
    """(fault, its figures) of each run."""
    return [(str(row["fault"]), cast("Mapping[str, float]", row["figures"])) for row in rows(place)]


def keys(place: Path) -> frozenset[object]:
    """(fault, database, seed) of what was run."""
    return frozenset(_key(row) for row in rows(place))


def _store(place: Path, every: list[dict[str, object]]) -> None:
    place.mkdir(parents=True, exist_ok=True)
    part = place / f"{RESULTS}.part"
    part.write_text(json.dumps(every, indent=1), encoding="utf-8")
    part.replace(place / RESULTS)


def _order(row: dict[str, object]) -> tuple[str, str, int]:
    return str(row["fault"]), str(row["database"]), int(str(row["seed"]))


def _key(row: dict[str, object]) -> tuple[object, ...]:
    return row["fault"], row["database"], row["seed"]
