"""A quick switch as a frozen value. No rules about who may make one, no store: those live in checks and store."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

Kind = Literal["close", "divert", "withhold"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True)
class Switch:
    """In force from its making until its end, whatever is published meanwhile."""

    id: str
    kind: Kind
    department: str | None  # closed; or whose callbacks are withheld, None: in the whole city
    topic: str | None  # diverted, with all that stands under it
    goal: str | None  # department that answers the topic meanwhile
    made_at: datetime
    until: datetime
