"""What a piece of work asks of the record: its statements in order, and how often it committed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event

from adapters.database import Database

STILL_ALIVE = "SELECT 1"  # asked of an idle connection


@dataclass
class Asked:
    statements: list[str] = field(default_factory=list)
    begins: int = 0
    commits: int = 0


@contextmanager
def asked_of(database: Database) -> Iterator[Asked]:
    seen = Asked()

    def statement(_connection: Any, _cursor: Any, words: str, *_more: Any) -> None:
        if words.startswith("BEGIN"):
            seen.begins += 1
        elif words != STILL_ALIVE and not words.startswith(
            "PRAGMA busy_timeout"
        ):  # how long it waited, on a busy machine
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
