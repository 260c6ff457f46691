"""The whole line of many desks in two statements, where it is short enough: for a deal, and for a page that shows all
of it. A line too long for that is read part by part (``candidate_store``). The rule is ``dealing``'s.

What is due is read by its due time and no further: requests that are open for later days cost nothing here, however
many they are and wherever they will stand in the line.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Integer, RowMapping, Select, bindparam, literal, select, union_all

from desks.line.candidate_store import Callbacks, Dealt, Skips
from desks.line.dealing import InLine
from desks.line.line_store import (
    CALLER,
    HISTORY,
    LAST_WORDS,
    OFFERED,
    REQUEST,
    REQUESTED,
    TALKED,
    WAITING,
    due_in_line,
    skipped,
)

# Written into the statement, as its order is: PostgreSQL plans a deal's once for all values (``candidate_store``).
_LIMIT = bindparam("limit", type_=Integer(), literal_execute=True)
_DUE = [REQUEST.c[name] for name in (
    "id", "kind", "desk", "department", "language", "urgent", "line_time_at", "due_at", "window_end_at", "owner_id",
)]  # fmt: skip
_WAITS = [CALLER.c[name] for name in ("id", "desk", "department", "service_language", "urgent", "line_time_at")]


def whole_line(
    connection: Connection, now: datetime, desks: Mapping[str, Dealt], most: int
) -> tuple[InLine, ...] | None:
    """Whatever may be dealt of these desks now. None: more than ``most``."""
    asked = {"now": now, "fresh": now - LAST_WORDS, "limit": most + 1}
    rung = tuple((name, desks[name].callbacks) for name in sorted(desks) if desks[name].callbacks != "none")
    due = connection.execute(_due(rung), asked).mappings().all() if rung else ()
    if len(due) > most:
        return None
    served = tuple(name for name in sorted(desks) if desks[name].live)
    waiting = connection.execute(_waiting(served), asked).mappings().all() if served else ()
    if len(due) + len(waiting) > most:
        return None
    skips = skipped(connection, now)
    return (*(_live(row, skips) for row in waiting), *(_callback(row, desks[row["desk"]], skips) for row in due))


def handling_of(connection: Connection, desks: Iterable[str]) -> Mapping[str, float]:
    """``handling_minutes`` of each desk that has a history, in one statement."""
    lengths: dict[str, list[float]] = {}
    asked = tuple(sorted(desks))
    for row in connection.execute(_last_talks(asked)) if asked else ():  # an agent may serve no desk at all
        lengths.setdefault(row.of_desk, []).append((row.ended_at - row.accepted_at).total_seconds() / 60)
    return {desk: sum(minutes) / len(minutes) for desk, minutes in lengths.items()}


@lru_cache(maxsize=16)  # as many as there are rulesets in force
def _last_talks(desks: tuple[str, ...]) -> Any:
    """Each desk's own few: by one look at all desks the database would go through every talk there has ever been."""
    talks = (
        select(literal(desk).label("of_desk"), OFFERED.c.accepted_at, OFFERED.c.ended_at)
        .where(TALKED, OFFERED.c.desk == desk)
        .order_by(OFFERED.c.ended_at.desc())
        .limit(HISTORY)
        for desk in desks
    )
    return union_all(*(select(one.subquery()) for one in talks))


@lru_cache(maxsize=64)  # a desk opens, closes and is paused: as many as there are such hours of a day
def _due(desks: tuple[tuple[str, Callbacks], ...]) -> Select[Any]:
    """Desk by desk, the first due first: by one look at all desks the database would pass over what is due later."""
    return _first_of(_due_at(desk, callbacks) for desk, callbacks in desks)


def _due_at(desk: str, callbacks: Callbacks) -> Select[Any]:
    found = select(*_DUE).where(REQUESTED, REQUEST.c.desk == desk, due_in_line())
    rung = found if callbacks == "all" else found.where(REQUEST.c.urgent)
    return rung.order_by(REQUEST.c.due_at).limit(_LIMIT)


@lru_cache(maxsize=64)
def _waiting(desks: tuple[str, ...]) -> Select[Any]:
    return _first_of(select(*_WAITS).where(WAITING, CALLER.c.desk == desk).limit(_LIMIT) for desk in desks)


def _first_of(each: Iterable[Select[Any]]) -> Select[Any]:
    """More than the limit of all together is not read: the line is too long then."""
    return select(union_all(*(select(one.subquery()) for one in each)).subquery()).limit(_LIMIT)


def _live(row: RowMapping, skips: Skips) -> InLine:
    return InLine(
        row["id"], "live", row["desk"], row["department"], row["service_language"], row["urgent"],
        row["line_time_at"], None, skips.get(row["id"], frozenset()),
    )  # fmt: skip


def _callback(row: RowMapping, dealt: Dealt, skips: Skips) -> InLine:
    """A retry stands in the line by its due time."""
    stands_at = row["due_at"] if row["kind"] == "retry" else row["line_time_at"]
    hers = timedelta(minutes=dealt.owner_minutes.get(row["department"], 0))
    return InLine(
        row["id"], row["kind"], row["desk"], row["department"], row["language"], row["urgent"],
        stands_at, row["window_end_at"], skips.get(row["id"], frozenset()), row["owner_id"], row["due_at"] + hers,
    )  # fmt: skip
