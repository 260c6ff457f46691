"""The heads of a long line, desk by desk and language by language, each by its own index: what a free agent may be
dealt next, however much is due. It decides nothing; the rule is ``desks.line.dealing``'s. A short line is read by
``whole_store``.

Requests that are open for later days are not passed over either: a slot's place in the line is the moment it is due, so
they lie behind ``now``. Only a ring agreed anew with an interpreter keeps an older place while it waits: a handful.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    Integer,
    RowMapping,
    Select,
    String,
    bindparam,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
    union_all,
)

from adapters.schema import UtcTime
from desks.line.dealing import MOST_COUNTED, MOST_MARGIN, InLine, MatterKind, Standing, standing
from desks.line.line_store import CALLER, LAST_WORDS, NOW, REQUEST, REQUESTED, WAITING, due_in_line
from routing_rules.model import LANGUAGES

NEAR = timedelta(minutes=MOST_MARGIN)  # a window that ends later is needed by nobody yet
FEW = 50
COUNTED = 1000  # callbacks due by the end of a window, for the card
Callbacks = Literal["all", "urgent", "none"]
Skips = Mapping[str, frozenset[str]]  # by matter: who is not offered it for a while
CALLBACK_KINDS: tuple[MatterKind, ...] = ("asap", "slot", "retry")

_DESK, _LANGUAGE = bindparam("desk", type_=String()), bindparam("language", type_=String())
# Written into the statement: PostgreSQL plans it once for all values (adapters/database.py), and must know that few
# rows are wanted. For the same reason each look at what is due names the order of its index: guessing that a third of
# all rows are due, it would read the whole table.
_LIMIT = bindparam("limit", type_=Integer(), literal_execute=True)
_MOST_COUNTED = bindparam("most", MOST_COUNTED, type_=Integer(), literal_execute=True)
_END = bindparam("end", type_=UtcTime())
_CALM = bindparam("calm", type_=Boolean())  # matters that are not urgent, too
_RETRY = text("callback_request.kind = 'retry'")


@dataclass(frozen=True)
class Dealt:
    """What of a desk's line may be dealt now."""

    desk: str
    live: bool
    callbacks: Callbacks
    owner_minutes: Mapping[str, int] = field(default_factory=dict)  # by department whose matter it is


@dataclass(frozen=True)
class Heads:
    """Rows from the front of the line; ``horizons``: where each part of it that goes on was cut."""

    matters: tuple[InLine, ...]
    horizons: tuple[Standing, ...]

    def show(self, stands: Standing | None) -> bool:
        """Nothing that was not read stands before this; None: nothing that was not read is left."""
        return all(stands is not None and stands <= horizon for horizon in self.horizons)


NOTHING = Heads((), ())


@dataclass(frozen=True)
class Soon:
    """The desk's callbacks whose windows end soon."""

    parts: frozenset[tuple[str, str]]  # language and kind of those there are
    ends: Sequence[datetime]  # sorted


def joined(parts: Iterable[Heads]) -> Heads:
    every = tuple(parts)
    return Heads(tuple(m for one in every for m in one.matters), tuple(h for one in every for h in one.horizons))


# --- the statements ----------------------------------------------------------------------------------------------


def _callbacks(*columns: Any) -> Select[Any]:
    return select(*columns).where(REQUESTED, REQUEST.c.desk == _DESK, due_in_line(), or_(REQUEST.c.urgent, _CALM))


def _live_part(urgent: bool) -> Select[Any]:
    columns = (CALLER.c.id, CALLER.c.department, CALLER.c.urgent, CALLER.c.line_time_at)
    mine = (CALLER.c.desk == _DESK, CALLER.c.service_language == _LANGUAGE, CALLER.c.urgent == literal(urgent))
    found = select(*columns).where(WAITING, *mine).order_by(CALLER.c.line_time_at, CALLER.c.id).limit(_LIMIT)
    return select(found.subquery())


def _part(kind: MatterKind, urgent: bool, near: bool) -> Select[Any]:
    """A retry stands in the line by its due time; its own place waits for the day the resident rings in herself."""
    stands = (REQUEST.c.due_at if kind == "retry" else REQUEST.c.line_time_at).label("stands_at")
    names = ("id", "kind", "department", "urgent", "due_at", "window_end_at", "owner_id")
    found = _callbacks(*(REQUEST.c[name] for name in names), stands).where(
        REQUEST.c.language == _LANGUAGE,
        REQUEST.c.urgent == literal(urgent),
        _RETRY if kind == "retry" else REQUEST.c.kind == literal(kind),
    )
    if kind != "retry":
        found = found.where(REQUEST.c.line_time_at <= NOW)
    if near:
        found = found.where(REQUEST.c.window_end_at <= _END)
    ordered = found.order_by(REQUEST.c.due_at if kind == "retry" else REQUEST.c.line_time_at, REQUEST.c.id)
    return select(ordered.limit(_LIMIT).subquery())


def _by_place(*kinds: MatterKind, near: bool = False) -> Any:
    return union_all(*(_part(kind, urgent, near) for kind in kinds for urgent in (True, False)))


_LIVE_HEADS = union_all(_live_part(True), _live_part(False))
_HEADS = _by_place(*CALLBACK_KINDS)
_NEAR_HEADS = {kind: _by_place(kind, near=True) for kind in CALLBACK_KINDS}

_counted_live = select(literal(1)).where(WAITING, CALLER.c.desk == _DESK, bindparam("live", type_=Boolean()))
_counted_due = _callbacks(literal(1)).order_by(REQUEST.c.due_at)
_COUNTS = select(
    select(func.count()).select_from(_counted_live.limit(_MOST_COUNTED).subquery()).scalar_subquery().label("live"),
    select(func.count()).select_from(_counted_due.limit(_MOST_COUNTED).subquery()).scalar_subquery().label("due"),
)


def _ending(language: str, kind: MatterKind, *columns: Any) -> Select[Any]:
    part = (REQUEST.c.language == literal(language), REQUEST.c.kind == literal(kind), REQUEST.c.window_end_at <= _END)
    return _callbacks(*columns).where(*part).order_by(REQUEST.c.window_end_at).limit(_LIMIT)


def _there_are(language: str, kind: MatterKind) -> Any:
    first = _ending(language, kind, REQUEST.c.window_end_at).limit(literal_column("1"))
    found = select(literal(language).label("language"), literal(kind).label("kind"))
    return found.where(first.scalar_subquery().is_not(None))  # of EXISTS, PostgreSQL forgets the order


_PARTS = [(language, kind) for language in LANGUAGES for kind in CALLBACK_KINDS]
_SOON = union_all(*(_there_are(*part) for part in _PARTS))
_every_end = union_all(*(select(_ending(*part, REQUEST.c.window_end_at).subquery()) for part in _PARTS)).subquery()
_ENDS = select(_every_end.c.window_end_at).order_by(_every_end.c.window_end_at).limit(_LIMIT)
_DUE_BY = select(func.count()).select_from(select(_every_end.c.window_end_at).limit(_LIMIT).subquery())


@lru_cache(maxsize=16)  # as many as there are rulesets in force
def _anything(desks: tuple[str, ...]) -> Select[Any]:
    waits = select(CALLER.c.id).where(WAITING).exists()
    return select(or_(waits, *(_is_due(desk) for desk in desks)))


def _is_due(desk: str) -> ColumnElement[bool]:
    due = select(REQUEST.c.due_at).where(REQUESTED, REQUEST.c.desk == desk, REQUEST.c.due_at <= NOW)
    return due.order_by(REQUEST.c.due_at).limit(literal_column("1")).scalar_subquery().is_not(None)


# --- the looks ---------------------------------------------------------------------------------------------------


def anything(connection: Connection, now: datetime, desks: Iterable[str]) -> bool:
    """Somebody waits, or a callback is due at one of the desks: the only question of most looks."""
    return bool(connection.scalar(_anything(tuple(sorted(desks))), {"now": now}))


@dataclass(frozen=True)
class Counts:
    """Of one desk, each ``MOST_COUNTED`` at most."""

    live: int
    due: int


def counts(connection: Connection, now: datetime, dealt: Dealt) -> Counts:
    row = connection.execute(_COUNTS, _asked(now, dealt) | {"live": dealt.live}).one()
    return Counts(row.live, row.due if dealt.callbacks != "none" else 0)


def ending_soon(connection: Connection, now: datetime, dealt: Dealt, enough: int) -> Soon:
    """Of all ends no more than ``enough``: more change nothing."""
    asked = _asked(now, dealt) | {"end": now + NEAR, "limit": enough}
    parts = frozenset((row.language, row.kind) for row in connection.execute(_SOON, asked))
    return Soon(parts, tuple(connection.scalars(_ENDS, asked)) if parts else ())


def due_by(connection: Connection, now: datetime, dealt: Dealt, end: datetime) -> int:
    """The desk's callbacks in the line that end no later, counted up to ``COUNTED``."""
    return int(connection.scalar(_DUE_BY, _asked(now, dealt) | {"end": end, "limit": COUNTED}) or 0)


def live_heads(connection: Connection, now: datetime, dealt: Dealt, language: str, limit: int, skips: Skips) -> Heads:
    if not dealt.live:
        return NOTHING
    asked = {"desk": dealt.desk, "language": language, "limit": limit}
    rows = connection.execute(_LIVE_HEADS, asked).mappings()
    matters = [_live(row, dealt.desk, language, skips) for row in rows]
    return Heads(tuple(matters), tuple(_cut(matters, limit, needed=False)))


def live_one(connection: Connection, line_id: str) -> tuple[InLine, ...]:
    """A caller, while she waits."""
    query = select(CALLER).where(WAITING, CALLER.c.id == line_id)
    return tuple(_live(row, row["desk"], row["service_language"], {}) for row in connection.execute(query).mappings())


def callback_heads(
    connection: Connection,
    now: datetime,
    dealt: Dealt,
    language: str,
    limit: int,
    skips: Skips,
    soon: Soon,
) -> Heads:
    asked = _asked(now, dealt) | {"language": language, "limit": limit, "end": now + NEAR}

    def read(statement: Any) -> list[InLine]:
        return [_callback(row, dealt, language, skips) for row in connection.execute(statement, asked).mappings()]

    matters = read(_HEADS)
    there = [kind for kind in CALLBACK_KINDS if (language, kind) in soon.parts]
    ending = [matter for kind in there for matter in read(_NEAR_HEADS[kind])]
    cuts = (*_cut(matters, limit, needed=False), *_cut(ending, limit, needed=True))
    return Heads(tuple({matter.id: matter for matter in (*matters, *ending)}.values()), cuts)


def _asked(now: datetime, dealt: Dealt) -> dict[str, Any]:
    return {"desk": dealt.desk, "now": now, "fresh": now - LAST_WORDS, "calm": dealt.callbacks == "all"}


def _cut(matters: Iterable[InLine], limit: int, needed: bool) -> Iterator[Standing]:
    """Where the parts that were read up to the limit go on: behind their last rows."""
    parts: dict[tuple[str, bool], list[InLine]] = defaultdict(list)
    for matter in matters:
        parts[matter.kind, matter.urgent].append(matter)
    for rows in parts.values():
        if len(rows) >= limit:
            yield max(standing(row, needed) for row in rows)


def _live(row: RowMapping, desk: str, language: str, skips: Skips) -> InLine:
    return InLine(
        row["id"], "live", desk, row["department"], language, row["urgent"],
        row["line_time_at"], None, skips.get(row["id"], frozenset()),
    )  # fmt: skip


def _callback(row: RowMapping, dealt: Dealt, language: str, skips: Skips) -> InLine:
    hers = timedelta(minutes=dealt.owner_minutes.get(row["department"], 0))
    return InLine(
        row["id"], row["kind"], dealt.desk, row["department"], language, row["urgent"],
        row["stands_at"], row["window_end_at"], skips.get(row["id"], frozenset()),
        row["owner_id"], row["due_at"] + hers,
    )  # fmt: skip
