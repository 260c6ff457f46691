"""What an utterance is: which announcement, which keys it names, and in which language it sounds."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from ivr.speech.announcements import Announcements
from routing_rules.model import LANGUAGES, Ruleset
from tests.crawl.played import Played

CODES = {"fi-FI": "fi", "sv-SE": "sv", "en-GB": "en"}
PRESSES = {"fi": r"paina (?:lopuksi )?(\w+)", "sv": r"tryck (?:till sist )?(?:på )?(\w+)", "en": r"press (\w+)"}
WORD = re.compile(r"[^\W\d_]+")
FEWEST_WORDS = 3  # below that a sentence is a name or a number


@dataclass(frozen=True)
class _Signs:
    words: frozenset[str]
    shapes: re.Pattern[str]
    never: re.Pattern[str]


@cache
def _signs() -> Mapping[str, _Signs]:
    read = yaml.safe_load((Path(__file__).parent / "languages.yaml").read_text(encoding="utf-8"))
    return {
        language: _Signs(frozenset(one["words"].split()), re.compile(one["shapes"]), re.compile(one["never"]))
        for language, one in read.items()
    }


def sounds_like(text: str) -> Mapping[str, float]:
    """How much of each language is in it: small words count whole, shapes a little, what it never has against it."""
    words = [word.lower() for word in WORD.findall(text)]
    return {
        language: sum(
            (word in signs.words) + 0.4 * bool(signs.shapes.search(word)) - bool(signs.never.search(word))
            for word in words
        )
        for language, signs in _signs().items()
    }


@cache
def foreign(text: str, language: str) -> str | None:
    """The language it sounds like more than its own, or None."""
    if len(WORD.findall(text)) < FEWEST_WORDS:
        return None
    score = sounds_like(text)
    best = max(score, key=lambda one: score[one])
    return best if score[best] > score[language] else None


@dataclass(frozen=True)
class Words:
    announcements: Announcements
    patterns: Mapping[str, tuple[tuple[re.Pattern[str], str], ...]]
    keys: Mapping[str, Mapping[str, str]]  # language -> spoken word -> key

    @classmethod
    def of(cls, announcements: Announcements, rules: Ruleset) -> "Words":
        return cls(
            announcements,
            {language: _patterns(announcements, language, rules) for language in LANGUAGES},
            {language: _keys(announcements, language) for language in LANGUAGES},
        )

    def key_of(self, text: str, language: str) -> str | None:
        """The announcement that says this."""
        return _key_of(self, text, language)

    def keys_of(self, played: Played) -> tuple[str | None, ...]:
        return tuple(self.key_of(one.text, CODES.get(one.language, "")) for one in played.said)

    def told_keys(self, played: Played) -> Mapping[str, float]:
        """Keys of the telephone that the document names, and when the sentence that names each has ended."""
        told: dict[str, float] = {}
        for one in played.said:
            language = CODES.get(one.language, "")
            for word in re.findall(PRESSES.get(language, "(?!)"), one.text, re.IGNORECASE):
                key = self.keys[language].get(word.lower())
                if key is not None:
                    told.setdefault(key, one.ends)
        return told

    __hash__ = object.__hash__  # one for each crawl; its answers are remembered


@cache
def _key_of(words: Words, text: str, language: str) -> str | None:
    return next((key for pattern, key in words.patterns.get(language, ()) if pattern.fullmatch(text)), None)


def _patterns(announcements: Announcements, language: str, rules: Ruleset) -> tuple[tuple[re.Pattern[str], str], ...]:
    """The announcement with the most words of its own first: "{topic}: paina {key}." would fit much."""
    found = []
    for key, sentence in announcements.catalogues[language].announcements.items():
        parts = re.split(r"\{[^}]*\}", sentence.replace("{city}", rules.city[language]))
        if "".join(parts):  # words of the rules alone are no announcement of ours
            found.append((len("".join(parts)), re.compile(".+".join(map(re.escape, parts))), key))
    return tuple((pattern, key) for _, pattern, key in sorted(found, key=lambda one: -one[0]))


def _keys(announcements: Announcements, language: str) -> Mapping[str, str]:
    vocabulary = announcements.catalogues[language].vocabulary
    digits = {word: str(key) for key, word in enumerate(vocabulary.numbers.cardinal.below_twenty[:10])}
    return {**digits, vocabulary.keys.star.split()[-1]: "*", vocabulary.keys.hash.split()[-1]: "#"}
