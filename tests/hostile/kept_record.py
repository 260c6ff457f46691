"""A record in a file that is looked at from outside, and put back as it was. Cheap: unchanged costs one question."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass

from sqlalchemy import Text
from sqlalchemy.types import String, TypeDecorator

from adapters.schema import metadata

NOTES_OF_TRIES = frozenset({"sign_in_failure", "audit_event"})


@dataclass
class Kept:
    file: str
    pristine: sqlite3.Connection
    watch: sqlite3.Connection
    seen: int

    @classmethod
    def of(cls, database_url: str) -> "Kept":
        file = database_url.removeprefix("sqlite:///")
        watch, pristine = sqlite3.connect(file), sqlite3.connect(":memory:")
        watch.backup(pristine)
        return cls(file, pristine, watch, _version(watch))

    def changed(self) -> bool:
        return _version(self.watch) != self.seen

    def put_back(self) -> None:
        with closing(sqlite3.connect(self.file)) as way:
            self.pristine.backup(way)
        self.seen = _version(self.watch)

    def only_notes_changed(self) -> bool:
        """Of who tried what; the record itself is as it was."""
        return self.as_before(NOTES_OF_TRIES)

    def as_before(self, but_for: frozenset[str] = frozenset()) -> bool:
        """Row by row, in every table that ``but_for`` does not name."""
        return all(
            self.watch.execute(f'SELECT * FROM "{table.name}"').fetchall()  # noqa: S608
            == self.pristine.execute(f'SELECT * FROM "{table.name}"').fetchall()  # noqa: S608
            for table in metadata.sorted_tables
            if table.name not in but_for
        )

    def held_in(self, value: str) -> set[str]:
        """Columns that hold this text now, as ``table.column``."""
        return {
            f"{table.name}.{column.name}"
            for table in metadata.sorted_tables
            for column in table.columns
            if _is_text(column.type) and any(value in row for row in self._column(table.name, column.name))
        }

    def _column(self, table: str, column: str) -> list[str]:
        rows = self.watch.execute(f'SELECT "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL').fetchall()  # noqa: S608
        return [str(row[0]) for row in rows]


def _version(watch: sqlite3.Connection) -> int:
    """Another one whenever somebody else has committed."""
    return int(watch.execute("PRAGMA data_version").fetchone()[0])


def _is_text(kind: object) -> bool:
    inner = kind.impl if isinstance(kind, TypeDecorator) else kind
    return isinstance(inner, String | Text)
