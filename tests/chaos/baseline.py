"""The baseline's rows, kept beside those of the faults: both stand in docs/reliability.md."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

FILE = "naive.json"
COLUMNS = {
    "": "who",
    "Seed": "seed",
    "Requests": "requests",
    "kill -9": "kills",
    "Provider's failures": "failures",
    "Unreached": "unreached",
    "To a person": "asked",
    "Rung twice": "twice",
}
WORDS = """## Beside a naive dialler

The same residents, kills and failures of the provider, once with a dialler that claims a row, places the call and marks
the row done (`make chaos ARGS=naive`), and once with the service. *Rung twice*: residents rung again although they had
been reached.
"""


def keep(place: Path, rows: Sequence[Mapping[str, object]]) -> None:
    place.mkdir(parents=True, exist_ok=True)
    (place / FILE).write_text(json.dumps(list(rows), indent=1), encoding="utf-8")


def told(place: Path) -> str:
    """A section of the page; nothing where the baseline was never run."""
    path = place / FILE
    if not path.exists():
        return ""
    rows = json.loads(path.read_text(encoding="utf-8"))
    lines = [f"| {' | '.join(COLUMNS)} |", "|---|" + "---:|" * (len(COLUMNS) - 1)]
    lines += [f"| {' | '.join(str(row[field]) for field in COLUMNS.values())} |" for row in rows]
    return "\n".join([WORDS, *lines])
