"""Moves a running city's record from SQLite to PostgreSQL. One commit on the old record is the switch: ended before it
the old one goes on as if nothing had been, after it the new one does.

While the rows are copied no other process can write: promises wait, and after a moment callers are put through to a
person instead (the same as when the record is away). So it is done at a quiet hour; reading goes on until the switch.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from adapters.fault_points import reach
from adapters.migrate import known_revisions, upgrade_within
from adapters.moved import followed
from operations import move_store, record_store
from operations.record_rows import Tally, line_of
from operations.record_store import Found, RecordError


class CannotMove(Exception):
    """One sentence; the old record goes on."""


class MarkLeft(Exception):
    """The switch is made, the new record goes on; yet a mark is left in it, which a second run takes away."""


@dataclass(frozen=True)
class Moved:
    rows: int
    tables: int
    seconds: float  # in which nobody could write
    before: bool = False  # an earlier run had done it; this one only tidied up


def move(source: str, target: str, tell: Callable[[str], None]) -> Moved:
    """Raises CannotMove, RecordError, and MarkLeft where the record has moved all the same."""
    file = record_store.file_of(source)
    if file is None or not target.startswith("postgresql+psycopg://"):
        raise CannotMove("A record is moved from SQLite (sqlite:///…) to PostgreSQL (postgresql+psycopg://…) only.")
    if not file.is_file():
        raise CannotMove(f"There is no record at {file}.")
    gone = followed(source)
    if gone not in (source, target):
        raise CannotMove(f"This record was moved before, to {record_store.shown(gone)}.")
    try:
        return _moved(source, target, gone == target, tell)
    except RecordError as error:
        if followed(source) == target:  # before the switch or after it is what the old record says, not what broke
            raise MarkLeft(type(error).__name__) from error
        raise


def _moved(source: str, target: str, before: bool, tell: Callable[[str], None]) -> Moved:
    moved = Moved(0, 0, 0.0, before=True)
    if not before:
        with record_store.all_or_nothing(target) as there:
            _make_ready(there, source)
            moved = _carry(source, target, there, tell)
    _finish(target)
    return moved


def _carry(source: str, target: str, there: Connection, tell: Callable[[str], None]) -> Moved:
    with record_store.all_or_nothing(source) as here:  # from here on nobody else writes
        begun = time.monotonic()
        reach("move_locked")
        found = record_store.tables(here)
        _refuse_other_schema(here)
        rows = sum(_copied(here, there, each, tell) for each in found)
        record_store.settle_counters(there, found)
        reach("move_copied")
        there.commit()
        reach("move_ready")
        move_store.close(here, target, [each.name for each in found])
        here.commit()  # the switch
        seconds = time.monotonic() - begun
        reach("move_closed")
    return Moved(rows, len(found), seconds)


def _make_ready(there: Connection, source: str) -> None:
    if not move_store.commits_wait_for_the_disk(there):
        raise CannotMove("The server has synchronous_commit=off: a promise that was spoken could be lost. Set it on.")
    if move_store.is_half_moved(there):
        move_store.forget_half(there, [each.name for each in record_store.tables(there)])
    full = record_store.filled(there)
    if full:
        raise CannotMove(f"The new database is not empty (table {full[0]}, and {len(full) - 1} more): name another.")
    upgrade_within(there)
    move_store.mark_half_moved(there, record_store.shown(source)[:200])


def _refuse_other_schema(here: Connection) -> None:
    revision, newest = record_store.revision(here), known_revisions()[-1]
    if revision != newest:
        raise CannotMove(f"The record has schema {revision}, this release {newest}: start this release with it first.")


def _copied(here: Connection, there: Connection, found: Found, tell: Callable[[str], None]) -> int:
    """Counted and compared: what the server then answers is read again."""
    counted = Tally()
    goal = next((each for each in record_store.tables(there) if each.name == found.name), None)
    if goal is None or goal.columns.names != found.columns.names:
        raise CannotMove(f"Table {found.name} is another one in this release's schema: it was changed by hand.")
    record_store.fill(there, goal, _tallied(record_store.rows(here, found), counted))
    came = record_store.tally(there, goal)
    if came != counted:
        raise CannotMove(f"Table {found.name} reads differently there: {came.rows} rows of {counted.rows}, or changed.")
    tell(f"{found.name}: {counted.rows} rows, the same on both sides")
    return counted.rows


def _tallied(rows: Iterable[Sequence[Any]], counted: Tally) -> Iterator[Sequence[Any]]:
    for values in rows:
        counted.count(line_of(values))
        yield values


def _finish(target: str) -> None:
    with record_store.all_or_nothing(target) as there:
        move_store.whole_now(there)
        there.commit()
