"""The queue as agents read it: what is late first, then in the order in which it is dealt, then what is in somebody's
hand, what no machine rings, and what comes later. A read model of codes; the console finds the words.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from sqlalchemy import Connection, RowMapping

from desks import store
from desks.line.front_store import front
from desks.queue import queue_store
from desks.queue.entry import OPEN_PARTS, Entry, Found, Key, Mark, Part, entry
from desks.queue.queue_store import Narrowed
from desks.scope_store import Scope
from routing_rules.model import Ruleset

if TYPE_CHECKING:
    from bootstrap import Services

MOST = 50  # entries on a page
MOST_DUE = 1000  # callbacks that are put into the order of dealing for one page
CLAUSES = ("urgent", "needed", "place", "slot")


@dataclass(frozen=True)
class Page:
    entries: tuple[Entry, ...]
    following: str | None = None  # the mark of the next page
    cut: bool = False  # more is due than was put in order: narrow it down


@dataclass(frozen=True)
class Wanted:
    """What a reader asks for. Codes of the ruleset; None: all."""

    scope: Scope
    desk: str | None = None
    language: str | None = None
    part: Part | None = None

    def narrowed(self, part: Part, rules: Ruleset) -> Narrowed:
        """Without a desk: every desk that may ring, for her departments' matters may be answered elsewhere."""
        desks = tuple(one.id for one in rules.departments) if self.desk is None else (self.desk,)
        return Narrowed(self.scope, desks, self.language, part if part in ("unreached", "needs_human") else None)


def page(services: "Services", wanted: Wanted, language: str, mark: Mark | None = None) -> Page:
    """The next ``MOST`` entries after ``mark``; names in the page's ``language``."""
    parts = OPEN_PARTS if wanted.part is None else (wanted.part,)
    if mark is not None:
        parts = parts[parts.index(mark.part) :] if mark.part in parts else ()
    rules, found = services.rules.current(), list[Entry]()
    with services.database.read() as connection:
        look = _Look(services, connection, rules, wanted)
        for part in parts:
            after = mark.key if mark is not None and mark.part == part else None
            most = MOST + 1 - len(found)
            found += [entry(rules, part, row, language) for row in look.of(part, after, most)[:most]]
            if len(found) > MOST:
                break
    following = found[MOST - 1].mark if len(found) > MOST else None
    return Page(tuple(found[:MOST]), following, look.cut)


class _Look:
    """One reader's look at the parts of the queue, in one transaction."""

    def __init__(self, services: "Services", connection: Connection, rules: Ruleset, wanted: Wanted) -> None:
        self.services, self.connection, self.rules, self.wanted = services, connection, rules, wanted
        self.now = services.clock.now()
        self.cut = False

    def of(self, part: Part, after: Key | None, most: int) -> Sequence[Found]:
        by, last = self.wanted.narrowed(part, self.rules), None if after is None else (after[1], after[2])
        c, now = self.connection, self.now
        match part:
            case "overdue":
                return _by("window_end_at", queue_store.overdue(c, by, now, last, most))
            case "coming":
                return _by("due_at", queue_store.coming(c, by, now, last, most))
            case "unreached" | "needs_human":
                return _by("window_end_at", queue_store.aside(c, by, last, most))
            case "written":
                return _by("due_at", queue_store.written(c, by, last, most))
            case "hand":
                return _beyond(self._in_hand(by), after)
            case "line":
                return _beyond(self._in_line(by), after)
            case "closed":  # found by its code or number only
                return ()
            case _:
                assert_never(part)

    def _in_hand(self, by: Narrowed) -> list[Found]:
        held = _by("offered_at", queue_store.requests_in_hand(self.connection, by))
        return held + _by("offered_at", queue_store.callers_in_hand(self.connection, by), live=True)

    def _in_line(self, by: Narrowed) -> list[Found]:
        due = queue_store.due(self.connection, by, self.now, MOST_DUE + 1)
        self.cut = len(due) > MOST_DUE
        clauses = self._clauses()
        rows = [_placed(row, clauses.get(row["id"])) for row in due[:MOST_DUE]]
        callers = queue_store.waiting(self.connection, by)
        return rows + [_placed(row, clauses.get(row["id"]), live=True) for row in callers]

    def _clauses(self) -> dict[str, str]:
        """What decides about each matter that can be dealt just now, by the dealing's own rule."""
        duty = store.duty(self.connection, self.services.clock.machine(), self.now)
        desks = tuple(id_ for id_, _ in desks_of(self.rules, self.wanted.scope, ""))
        placed = front(self.connection, self.rules, duty, self.now, *desks).everything()
        return {matter.id: clause for matter, clause, _ in placed}


def _by(column: str, rows: Iterable[RowMapping], live: bool = False) -> list[Found]:
    return [Found(row, live, row[column]) for row in rows]


def _placed(row: RowMapping, clause: str | None, live: bool = False) -> Found:
    """What cannot be dealt just now (its desk is closed, its caller still on the line) stands behind what can.
    A retry stands by its due time, everything else by its own place."""
    rank = CLAUSES.index(clause) if clause in CLAUSES else len(CLAUSES)
    at = row["due_at"] if not live and row["kind"] == "retry" else row["line_time_at"]
    return Found(row, live, at, rank, clause)


def _beyond(rows: list[Found], after: Key | None) -> Sequence[Found]:
    ordered = sorted(rows, key=lambda one: one.key)
    return ordered if after is None else [row for row in ordered if row.key > after]


def desks_of(rules: Ruleset, scope: Scope, language: str) -> tuple[tuple[str, str], ...]:
    """The desks a reader can choose from: (id, name), with agents of their own, in her departments."""
    return tuple(
        (desk.id, desk.name.get(language, desk.id))
        for desk in rules.departments
        if desk.kind == "console" and (scope is None or desk.id in scope)
    )
