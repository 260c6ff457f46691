"""What a piece of work asks of the record: its statements in order, and how often it committed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event

from adapters.database import Database

NO_QUESTION = ("BEGIN", "SELECT 1")  # SQLite's own way to begin; whether an idle connection still lives


@dataclass
class Asked:
    statements: list[str] = field(default_factory=list)
    commits: int = 0


@contextmanager
def asked_of(database: Database) -> Iterator[Asked]:
    seen = Asked()

    def statement(_connection: Any, _cursor: Any, words: str, *_more: Any) -> None:
        if not words.startswith("BEGIN") and words not in NO_QUESTION:
            seen.statements.append(" ".join(words.split()))

    def commit(_connection: Any) -> None:
        seen.commits += 1

    event.listen(database.engine, "before_cursor_execute", statement)
    event.listen(database.engine, "commit", commit)
    try:
        yield seen
    finally:
        event.remove(database.engine, "before_cursor_execute", statement)
        event.remove(database.engine, "commit", commit)
