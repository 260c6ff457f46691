"""What a night's look finds, as frozen values. Codes; the pages find the words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

Code = Literal[
    "dead_end",  # closed, with no opening within a month and no duty to put an urgent fault through to
    "closed_though_open",  # answered as closed while the written hours say open
    "open_though_closed",
    "nobody_planned",  # open, and nobody is planned at any desk that answers
    "unspoken",  # nobody who speaks the language answers this topic at any moment
    "unanswered_long",  # nobody answers this topic for days
    "extended_closed",  # the extended-hours desk is closed while it is needed
    "rule_unmatched",  # a rule that no call can meet
    "example_failed",
    "webhook_differs",  # the real webhooks did or said something else than the rules decide
    "webhook_failed",  # a webhook gave no answer that a call could go on with
    "not_finished",  # the look itself broke off or hung; what else stands there is the last finished night's
]
CODES: tuple[Code, ...] = get_args(Code)


@dataclass(frozen=True)
class Seen:
    code: Code
    place: str  # id of the topic, desk, rule or example
    first_at: datetime | None = None  # the first moment at which it is so
    values: tuple[tuple[str, str], ...] = ()  # topic, desk, language, rule, days ...

    @property
    def key(self) -> str:
        """The same finding of another night: whoever was told once is not told again."""
        return f"{self.code}:{self.place}"


@dataclass(frozen=True)
class Look:
    """``looked``: decisions taken."""

    looked: int
    seen: tuple[Seen, ...]
