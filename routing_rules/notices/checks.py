"""What a disruption notice may say before it goes on air. Pure: text and moments come in, values or faults go out.

A caller hears a notice before the menu, so it is short, it has an end, and nobody hears two in a row.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from routing_rules.model import LANGUAGES, Notice, Ruleset

LONGEST_WORDS = 200  # characters: about fourteen seconds of listening
LONGEST_WHERE = 50
LONGEST_DAYS = 31

Fault = Literal[
    "empty", "long", "missing", "past", "far", "unknown", "taken", "unchosen", "unlisted", "nowhere", "far_flung"
]
Faults = Mapping[str, Fault]  # field -> what is wrong with it


@dataclass(frozen=True)
class Wanted:
    """What a supervisor has written; ``until`` None where no moment could be read."""

    words: Mapping[str, str]
    topics: tuple[str, ...]
    until: datetime | None


def one_line(words: str) -> str:
    """Spaces for line breaks, and nothing that speech or XML cannot carry."""
    return " ".join("".join(c if c.isprintable() else " " for c in words).split())


def faults(wanted: Wanted, rules: Ruleset, on_air: Collection[Notice], now: datetime) -> Faults:
    found = {f"words_{language}": _words(wanted.words.get(language, "")) for language in LANGUAGES}
    found |= {"until": end_fault(wanted.until, now, LONGEST_DAYS), "topics": _topics(wanted.topics, rules, on_air)}
    return {field: fault for field, fault in found.items() if fault is not None}


def disruption_faults(what: str, where: str, until: datetime | None, kinds: Collection[str], now: datetime) -> Faults:
    """Of the three fields, before they become sentences."""
    found = {"what": _what(what, kinds), "where": _where(where), "until": end_fault(until, now, LONGEST_DAYS)}
    return {field: fault for field, fault in found.items() if fault is not None}


def _what(what: str, kinds: Collection[str]) -> Fault | None:
    if not what:
        return "unchosen"
    return None if what in kinds else "unlisted"


def _where(where: str) -> Fault | None:
    if not where:
        return "nowhere"
    return "far_flung" if len(where) > LONGEST_WHERE else None


def _words(words: str) -> Fault | None:
    if not words:
        return "empty"
    return "long" if len(words) > LONGEST_WORDS else None


def end_fault(until: datetime | None, now: datetime, longest_days: int) -> Literal["missing", "past", "far"] | None:
    """Whatever a supervisor starts ends by itself, and not in the far future."""
    if until is None:
        return "missing"
    if until <= now:
        return "past"
    return "far" if until > now + timedelta(days=longest_days) else None


def _topics(topics: tuple[str, ...], rules: Ruleset, on_air: Collection[Notice]) -> Fault | None:
    """One notice for everybody, one for a topic: a second would keep callers from a person beyond the minute."""
    if not set(topics) <= {topic.id for topic in rules.topics}:
        return "unknown"
    if not topics:
        return "taken" if any(not notice.topics for notice in on_air) else None
    return "taken" if any(set(topics) & set(notice.topics) for notice in on_air) else None
