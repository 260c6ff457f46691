"""The record of the crawled city, put back as it was whenever a call has written into it."""

import sqlite3
from pathlib import Path

from adapters.schema import metadata

NEVER_TOUCHED = frozenset({"ruleset", "agent", "presence", "process_start", "alembic_version"})


class KeptRecord:
    """SQLite tells this connection when another one has written: nothing is put back that was not touched."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, timeout=10, isolation_level=None)
        self._connection.execute("PRAGMA synchronous=OFF")
        self._connection.execute("PRAGMA foreign_keys=OFF")
        self._tables = [t.name for t in metadata.sorted_tables if t.name not in NEVER_TOUCHED]
        self._rows: dict[str, list[tuple[object, ...]]] = {}
        self._version = -1

    def keep(self) -> None:
        """What stands there now is what is put back from now on."""
        self._rows = {table: list(self._connection.execute(f"SELECT * FROM {table}")) for table in self._tables}
        self._version = self._now()

    def changed(self) -> bool:
        return self._now() != self._version

    def put_back(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        for table in reversed(self._tables):
            self._connection.execute(f"DELETE FROM {table}")
        for table in self._tables:
            rows = self._rows[table]
            if rows:
                marks = ",".join("?" * len(rows[0]))
                self._connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
        self._connection.execute("COMMIT")
        self._version = self._now()

    def close(self) -> None:
        self._connection.close()

    def _now(self) -> int:
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])
