"""One matter in the queue, and the mark by which a page goes on after it. Codes and names, no queries."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args

from sqlalchemy import RowMapping

from desks.view.parts import desk_name, topic_path
from routing_rules.model import Ruleset

Part = Literal["overdue", "line", "hand", "needs_human", "unreached", "written", "coming", "closed"]
PARTS: tuple[Part, ...] = get_args(Part)
OPEN_PARTS: tuple[Part, ...] = tuple(part for part in PARTS if part != "closed")
FIRST = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
LONGEST_TIME = 16  # digits of a moment in microseconds, for some centuries
LONGEST_ID = 32

Key = tuple[int, datetime, str]  # place by dealing's clause, moment, id: the order within a part


@dataclass(frozen=True)
class Entry:
    """``mark``: where a page that ends with it goes on."""

    part: Part
    mark: str
    id: str
    live: bool  # a caller on the line; otherwise a request
    code: str | None
    topic_path: tuple[str, ...]
    language: str
    desk: str
    department: str
    urgent: bool
    state: str
    kind: str
    since: datetime  # when she rang, or when her window begins
    window_start: datetime | None
    window_end: datetime | None
    attempts: int
    agent: str | None  # who has it in hand
    clause: str | None  # why it stands where it stands in the line
    contact: str
    interpreter: str | None


@dataclass(frozen=True)
class Mark:
    part: Part
    key: Key


@dataclass(frozen=True)
class Found:
    """A row of the record with its key in the order of its part."""

    row: RowMapping
    live: bool
    at: datetime
    rank: int = 0
    clause: str | None = None

    @property
    def key(self) -> Key:
        return self.rank, self.at, self.row["id"]


def entry(rules: Ruleset, part: Part, one: Found, language: str) -> Entry:
    row, live = one.row, one.live
    return Entry(
        part=part,
        mark=mark_of(part, one.key),
        id=row["id"],
        live=live,
        code=None if live else row["code"],
        topic_path=topic_path(rules, row["topic"], language),
        language=row["service_language"] if live else row["language"],
        desk=desk_name(rules, row["desk"], language),
        department=desk_name(rules, row["department"], language),
        urgent=row["urgent"],
        state=row["state"],
        kind="live" if live else row["kind"],
        since=row["line_time_at"],
        window_start=None if live else row["window_start_at"],
        window_end=None if live else row["window_end_at"],
        attempts=0 if live else row["attempts"],
        agent=row.get("agent_name"),
        clause=one.clause,
        contact="ring" if live else row["contact"],
        interpreter=None if live else row["interpreter"],
    )


def mark_of(part: Part, key: Key) -> str:
    rank, at, id_ = key
    return f"{part}.{rank}.{(at - FIRST) // MICROSECOND}.{id_}"


def read_mark(written: str) -> Mark | None:
    """None: none of ours."""
    pieces = written.split(".")
    if len(pieces) != 4:
        return None
    named, rank, moment, id_ = pieces
    part = next((one for one in OPEN_PARTS if one == named), None)
    if part is None or not (_number(rank, 1) and _number(moment, LONGEST_TIME) and 0 < len(id_) <= LONGEST_ID):
        return None
    return Mark(part, (int(rank), FIRST + int(moment) * MICROSECOND, id_))


def _number(written: str, longest: int) -> bool:
    return written.isascii() and written.isdigit() and len(written) <= longest
