"""What a run prints and what it leaves in ``artefacts/``: tables of plain columns, and the same figures as JSON."""

import json
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from adapters.places import ROOT
from tests.load.wire import Timed

Figures = dict[str, object]
KINDS = ("door", "menu", "step", "promise", "wait", "agent", "news", "page")


def at(values: Sequence[float], part: float) -> float:
    """The value that so large a part lies below; 0 where nothing was measured."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else 0.0


def latencies(timed: Iterable[Timed]) -> dict[str, dict[str, float]]:
    """Milliseconds from the moment each was due, by kind."""
    by_kind: dict[str, list[Timed]] = {}
    for one in timed:
        by_kind.setdefault(one.kind, []).append(one)
    return {kind: _three(by_kind[kind]) for kind in KINDS if kind in by_kind}


def _three(timed: Sequence[Timed]) -> dict[str, float]:
    seconds = [one.seconds * 1000 for one in timed]
    told = {"count": float(len(timed)), "p50": at(seconds, 0.5), "p95": at(seconds, 0.95), "p99": at(seconds, 0.99)}
    return {name: round(value, 1) for name, value in told.items()}


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    written = [[_cell(cell) for cell in row] for row in rows]
    widths = [max(len(row[at]) for row in [list(heads), *written]) for at in range(len(heads))]
    lines = [list(heads), *written]
    return "\n".join("  " + "  ".join(cell.rjust(w) for cell, w in zip(line, widths, strict=True)) for line in lines)


def _cell(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:.1f}" if abs(cell) < 1000 else f"{cell:.0f}"
    return str(cell)


def keep(name: str, figures: Mapping[str, object]) -> Path:
    """With the machine it was measured on; ``load`` tells how busy others kept it meanwhile."""
    directory = ROOT / "artefacts" / "load"
    directory.mkdir(parents=True, exist_ok=True)
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "load": os.getloadavg()}
    path = directory / f"{name}.json"
    whole = {"at": datetime.now(UTC).isoformat(), "machine": machine, **figures}
    path.write_text(json.dumps(whole, indent=2, default=str) + "\n", encoding="utf-8")
    return path
