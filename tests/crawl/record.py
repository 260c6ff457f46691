"""The record of the crawled city, put back to how it stood whenever a call has written into it."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from adapters.schema import metadata

NEVER_TOUCHED = frozenset({"ruleset", "agent", "presence", "process_start", "alembic_version"})
Rows = list[tuple[object, ...]]


@dataclass(frozen=True, eq=False)
class Mark:
    rows: Mapping[str, Rows]


class KeptRecord:
    """SQLite tells this connection when another one has written: nothing is put back that was not touched."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, timeout=10, isolation_level=None)
        self._connection.execute("PRAGMA synchronous=OFF")
        self._connection.execute("PRAGMA foreign_keys=OFF")
        self._tables = [table.name for table in metadata.sorted_tables if table.name not in NEVER_TOUCHED]
        self._stands = self._read()
        self._version = self._now()

    def mark(self) -> Mark:
        if self._now() != self._version:
            self._stands, self._version = self._read(), self._now()
        return self._stands

    def back_to(self, mark: Mark) -> None:
        if self._stands is mark and self._now() == self._version:
            return
        self._connection.execute("BEGIN IMMEDIATE")
        stands = self._read()
        for table in self._tables:
            if stands.rows[table] != mark.rows[table]:
                self._write(table, mark.rows[table])
        self._connection.execute("COMMIT")
        self._stands, self._version = mark, self._now()

    def close(self) -> None:
        self._connection.close()

    def _read(self) -> Mark:
        return Mark({table: list(self._connection.execute(f"SELECT * FROM {table}")) for table in self._tables})

    def _write(self, table: str, rows: Rows) -> None:
        self._connection.execute(f"DELETE FROM {table}")
        if rows:
            marks = ",".join("?" * len(rows[0]))
            self._connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)

    def _now(self) -> int:
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])
