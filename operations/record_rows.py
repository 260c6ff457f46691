"""One row of the record as a line of text, and what proves that two records hold the same rows. Pure.

A line is the same whichever database the row was read from. A tally does not ask for an order: the two databases sort
text differently.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

ROUND = 1 << 256


@dataclass(frozen=True)
class Columns:
    """Of one table, in the order of their names; ``times``: those that hold a moment."""

    names: tuple[str, ...]
    times: frozenset[str]


@dataclass
class Tally:
    """How many rows, and the sum of their fingerprints."""

    rows: int = 0
    sum: int = 0

    def count(self, line: bytes) -> None:
        self.rows += 1
        self.sum = (self.sum + int.from_bytes(hashlib.sha256(line).digest())) % ROUND

    @property
    def mark(self) -> str:
        return f"{self.sum:064x}"


def line_of(values: Sequence[Any]) -> bytes:
    """One line, without its end."""
    return json.dumps([_told(value) for value in values], ensure_ascii=False, separators=(",", ":")).encode()


def values_of(line: bytes, columns: Columns) -> list[Any]:
    """Raises ValueError where the line is not a row of these columns."""
    values = json.loads(line)
    if not isinstance(values, list) or len(values) != len(columns.names):
        raise ValueError("a row has other columns than its table")
    return [_read(value, name in columns.times) for value, name in zip(values, columns.names, strict=True)]


def tallied(rows: Iterable[Sequence[Any]], tally: Tally) -> Iterator[bytes]:
    for values in rows:
        line = line_of(values)
        tally.count(line)
        yield line


def _told(value: object) -> object:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def _read(value: object, is_time: bool) -> object:
    return datetime.fromisoformat(value) if is_time and isinstance(value, str) else value
