"""What a check of a ruleset finds, and what it must be told of the rest of the service. No words: codes and values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning"]
Announcements = Mapping[str, frozenset[str]]  # every key that can be spoken -> its placeholders


@dataclass(frozen=True)
class Finding:
    """An error stops publishing; a warning needs a tick, and stays in the record."""

    code: str
    place: str  # in the document: "departments.housing.hours"
    level: Level
    values: tuple[tuple[str, str], ...] = ()  # ids, days (0..6), clock times: the pages put them into words

    @property
    def key(self) -> str:
        """What a supervisor ticks."""
        return f"{self.code}:{self.place}"


@dataclass(frozen=True)
class Numbers:
    """What is known of telephone numbers elsewhere in the service; the rules have no library for them."""

    refusal: Callable[[str, tuple[str, ...]], str | None]  # (E.164, allowed countries) -> why it is not dialled
    takes_texts: Callable[[str], bool]
