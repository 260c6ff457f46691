"""The whole line of many desks in two statements, where it is short enough, for a page that shows all of it. A deal,
and a line too long for that, are read part by part (``candidate_store``). The rule is ``dealing``'s.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, literal, or_, select, union_all

from desks.line.candidate_store import Dealt, Skips
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

MOST_READ = 1000


def whole_line(connection: Connection, now: datetime, desks: Mapping[str, Dealt]) -> tuple[InLine, ...] | None:
    """Whatever may be dealt of these desks now. None: more than ``MOST_READ``."""
    asked = {"now": now, "fresh": now - LAST_WORDS}
    due = connection.execute(_due(desks), asked).mappings().all()
    waiting = connection.execute(_waiting(desks)).mappings().all()
    if len(due) + len(waiting) > MOST_READ:
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


def _due(desks: Mapping[str, Dealt]) -> Select[Any]:
    calm = [one.desk for one in desks.values() if one.callbacks == "all"]
    urgent = [one.desk for one in desks.values() if one.callbacks == "urgent"]
    rung = (REQUEST.c.desk.in_([*calm, *urgent]), or_(REQUEST.c.urgent, REQUEST.c.desk.in_(calm)))
    return select(REQUEST).where(REQUESTED, *rung, due_in_line()).limit(MOST_READ + 1)


def _waiting(desks: Mapping[str, Dealt]) -> Select[Any]:
    served = [one.desk for one in desks.values() if one.live]
    return select(CALLER).where(WAITING, CALLER.c.desk.in_(served)).limit(MOST_READ + 1)


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
