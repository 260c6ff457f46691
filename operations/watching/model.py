"""What the service notices of itself without any outside monitor: facts read from the record, and kinds of alarm. Pure
values; what they mean is judged in ``judging``."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Kind = Literal["none_answered", "nothing_in", "test_call"]
KINDS: tuple[Kind, ...] = ("none_answered", "nothing_in", "test_call")


@dataclass(frozen=True)
class Finding:
    """Something is wrong now. ``figure``: a code and what was counted, for pages and the log; no names."""

    kind: Kind
    figure: str


@dataclass(frozen=True)
class Waiting:
    """A caller in the line whom nobody has answered, not even rung for at the moment."""

    seconds: float  # since she joined
    free_agent: bool  # somebody free is on duty for her desk, in her language


@dataclass(frozen=True)
class Answering:
    """The last minutes of the line."""

    waiting: tuple[Waiting, ...]
    answered: int  # offers accepted lately
    in_vain: int  # agents whose telephones rang lately for nobody: distinct, and none of their offers was accepted
    failed_rings: int  # offers of the same time that ended without an answer
    turned_away: int  # callers who met an open desk without anybody on duty


@dataclass(frozen=True)
class Hour:
    """What one hour of the past had. ``start``: UTC."""

    start: datetime
    calls: int
    open_minutes: int


@dataclass(frozen=True)
class Traffic:
    """``last_in``: the latest sign of a caller; None: never one. ``watched_since``: we have been at work without a
    break since then; what nobody could have noted is not missed."""

    last_in: datetime | None
    watched_since: datetime
    past: tuple[Hour, ...]
