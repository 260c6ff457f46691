"""A disruption notice of three fields, what, where and until, put into ready sentences in every language. Pure.

The sentences stand in the catalogues under ``disruption.``; whoever adds one there, in every language, adds it to the
supervisors' list. The first sentence names the disruption; the place is spoken as it was written, without inflection.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from ivr.speech.announcements import Announcements
from ivr.speech.spoken_time import lasting
from routing_rules.model import LANGUAGES, Ruleset

PREFIX = "disruption."


@dataclass(frozen=True)
class Disruption:
    kind: str
    where: str
    until: datetime


def kinds(announcements: Announcements) -> tuple[str, ...]:
    """In the catalogue's order."""
    return tuple(key.removeprefix(PREFIX) for key in announcements.spoken_keys() if key.startswith(PREFIX))


def names(announcements: Announcements, rules: Ruleset, language: str) -> Mapping[str, str]:
    return {kind: _sentence(announcements, rules, kind, language).partition(".")[0] for kind in kinds(announcements)}


def sentences(announcements: Announcements, rules: Ruleset, told: Disruption, now: datetime) -> Mapping[str, str]:
    """By language. They stay true until the disruption ends: no today, no tomorrow."""
    zone = ZoneInfo(rules.time_zone)
    said: dict[str, str] = {}
    for language in LANGUAGES:
        until = lasting(told.until, now, announcements.catalogues[language].vocabulary, zone)
        sentence = _sentence(announcements, rules, told.kind, language)
        said[language] = sentence.format(where=told.where, until=until, city=rules.city[language])
    return said


def _sentence(announcements: Announcements, rules: Ruleset, kind: str, language: str) -> str:
    """The city's own words where its rules carry some."""
    key = PREFIX + kind
    own = rules.announcements.get(key, {}).get(language)
    return own or announcements.catalogues[language].announcements[key]
