"""Disruption notices as the caller hears them: everybody's after the language key, a topic's when it is chosen. Pure.

They are in memory in every process, so they are heard whatever store is down.
"""

from ivr.facts import Facts
from ivr.turn import Say, WordsSpoken
from routing_rules.model import Notice


def general(facts: Facts) -> tuple[Say, ...]:
    """What everybody hears, before any menu."""
    return tuple(_said(notice) for notice in _on_air(facts) if not notice.topics)


def about(topic_id: str, facts: Facts) -> tuple[Say, ...]:
    """What whoever chooses this topic hears; it may have answered the matter already."""
    said = tuple(_said(notice) for notice in _on_air(facts) if topic_id in notice.topics)
    return (*said, Say("notice.may_hang_up")) if said else ()


def _on_air(facts: Facts) -> list[Notice]:
    return [notice for notice in facts.notices if notice.until is None or notice.until > facts.now]


def _said(notice: Notice) -> Say:
    return Say("notice.words", (("words", WordsSpoken(tuple(sorted(notice.words.items())))),))
