"""The city's own words for announcements, and notices whose time has gone by. Pure.

A sentence that asks for a value which is not there would break the call it is spoken in, and one that leaves a value
out would make a promise without its time: both stop publishing.
"""

from collections.abc import Iterator
from datetime import datetime
from string import Formatter

from routing_rules.checking.model import Announcements, Finding
from routing_rules.model import Ruleset

IMPLICIT = frozenset({"city"})  # may stand in every announcement


def findings(rules: Ruleset, known: Announcements) -> Iterator[Finding]:
    for key, words in rules.announcements.items():
        if key not in known:
            yield Finding("announcement_unknown", f"announcements.{key}", "error", (("announcement", key),))
            continue
        for language, sentence in words.items():
            yield from _sentence(key, language, sentence, known[key])


def _sentence(key: str, language: str, sentence: str, wanted: frozenset[str]) -> Iterator[Finding]:
    place, who = f"announcements.{key}.{language}", (("announcement", key), ("language", language))
    asked = placeholders(sentence)
    if asked is None:
        yield Finding("announcement_broken", place, "error", who)
        return
    if strange := sorted(asked - wanted - IMPLICIT):
        yield Finding("announcement_strange", place, "error", (*who, ("names", _braced(strange))))
    if missing := sorted(wanted - asked - IMPLICIT):
        yield Finding("announcement_lacks", place, "error", (*who, ("names", _braced(missing))))


def placeholders(sentence: str) -> frozenset[str] | None:
    """The names in braces; None: a brace is left over, has no name in it, or more than a name."""
    try:
        parts = list(Formatter().parse(sentence))
    except ValueError:
        return None
    named = [(name, detail, conversion) for _, name, detail, conversion in parts if name is not None]
    if any(not name.isidentifier() or detail or conversion for name, detail, conversion in named):
        return None
    return frozenset(name for name, _, _ in named)


def _braced(names: list[str]) -> str:
    return ", ".join("{" + name + "}" for name in names)


def notices_over(rules: Ruleset, now: datetime) -> Iterator[Finding]:
    for notice in rules.notices:
        if notice.until <= now:
            yield Finding("notice_over", f"notices.{notice.id}", "warning", (("notice", notice.id),))
