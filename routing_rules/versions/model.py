"""What working on the rules can end in, as frozen values. No parsing, no store, no clock.

``written`` everywhere: a ruleset as its document's groups and lists (``document.writing.written_form``), JSON's types.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from routing_rules.document.model import Problem

Written = Mapping[str, object]
Side = Literal["theirs", "mine"]  # theirs: what is live; mine: the draft
Kind = Literal["first", "draft", "hours", "rollback", "file"]
DraftState = Literal["open", "planned", "published", "dropped"]
PlanState = Literal["planned", "published", "cancelled", "refused"]
Reason = Literal[
    "unknown_draft", "unknown_version", "unknown_department", "unknown_plan", "not_open", "no_name", "long_name",
    "no_reason", "long_reason", "past", "far", "too_long", "unreadable", "unreadable_version", "unchanged",
    "no_ruleset", "busy",
]  # fmt: skip


class Absent:
    """What stands at a place where one side has nothing."""

    def __repr__(self) -> str:
        return "absent"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Absent)

    def __hash__(self) -> int:
        return hash(Absent)


ABSENT = Absent()


@dataclass(frozen=True)
class Change:
    """``code``: added | removed | changed | set | cleared | moved; words ``rules.change.<code>``.

    ``place``: "departments.housing.hours.week.monday". ``values``: kind, field, name_fi/sv/en, before, after.
    """

    code: str
    place: str
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Conflict:
    """Both sides have changed one place, differently; ABSENT where a side has nothing there."""

    place: str
    base: object
    theirs: object
    mine: object


@dataclass(frozen=True)
class Merged:
    written: Written


@dataclass(frozen=True)
class Draft:
    id: str
    name: str
    base_version: int
    revision: int
    document: str  # JSON; need not be a whole ruleset yet
    author: str
    made_at: datetime
    changed_by: str
    changed_at: datetime
    state: DraftState


@dataclass(frozen=True)
class Version:
    """A published version as the record keeps it; ``live``: in force now."""

    version: int
    live: bool
    kind: Kind
    author: str
    reason: str
    published_at: datetime
    based_on: int | None
    source: str | None  # id of the draft, or the version that was rolled back to
    changes: tuple[Change, ...]
    warnings: tuple[str, ...]  # keys of findings that the author has ticked
    document: str


@dataclass(frozen=True)
class Plan:
    id: str
    draft_id: str
    based_on: int
    document: str
    warnings: tuple[str, ...]
    author: str
    reason: str
    made_at: datetime
    publish_at: datetime
    state: PlanState
    version: int | None  # that it became
    refused: tuple[str, ...]  # why it could not be published: codes, then places


# --- how it ended ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Saved:
    """``problems``: why the draft is no whole ruleset yet; it is kept all the same."""

    draft: Draft
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Stale:
    """Somebody has saved meanwhile; nothing has changed. ``current``: what stands now."""

    current: Draft


@dataclass(frozen=True)
class Refused:
    """Nothing has changed. Words ``rules.problem.<reason>``; ``problems``: place, reason and mend of each."""

    reason: Reason
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Behind:
    """A newer version is live and both have changed the same places; ``live`` is that version."""

    conflicts: tuple[Conflict, ...]
    live: int


@dataclass(frozen=True)
class Published:
    version: int


@dataclass(frozen=True)
class Planned:
    plan_id: str
