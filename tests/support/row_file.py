"""Rows of a long trial, kept in a JSON file between runs: each in the place of its own former row."""

import json
from collections.abc import Mapping
from pathlib import Path

Row = Mapping[str, object]


def keep(file: Path, key: str, new: Row) -> None:
    """In the place of the row with the same ``key``; the others stay. A reader never sees half a file."""
    rows = {str(each[key]): each for each in (*kept(file), new)}
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.part")
    part.write_text(json.dumps(list(rows.values()), indent=1) + "\n", encoding="utf-8")
    part.replace(file)


def kept(file: Path) -> list[Row]:
    return list(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else []
