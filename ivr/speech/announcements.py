"""Announcements and text messages: the words for a key in a language, with its values. No sentence stands here.

Loaded once for each process. A key without placeholders may be a sound file, ``ivr/speech/sound/<language>/<key>.wav``,
which is then played instead of spoken (Finland's Swedish has no synthetic voice).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path

from ivr.speech import catalogue
from ivr.speech.catalogue import IMPLICIT, Catalogue, CatalogueError, placeholders
from ivr.speech.spoken import in_spoken_words
from ivr.speech.written import in_figures
from ivr.turn import Value
from routing_rules.checking import spoken
from routing_rules.model import LANGUAGES, Ruleset

SOUNDS = Path(__file__).parent / "sound"
CHARACTERS_A_SECOND = 14

Values = tuple[tuple[str, Value], ...]


@dataclass(frozen=True)
class Announcements:
    catalogues: Mapping[str, Catalogue]
    sounds: frozenset[str]  # "fi/emergency.wav"

    @classmethod
    def load(cls, words: Path = catalogue.WORDS, sounds: Path = SOUNDS) -> "Announcements":
        """Raises CatalogueError when a language misses a key or names its placeholders differently."""
        files = frozenset(f"{found.parent.name}/{found.name}" for found in sounds.glob("*/*.wav"))
        loaded = cls(catalogue.load(words, LANGUAGES), files)
        loaded._check_sounds()
        return loaded

    def spoken_keys(self) -> tuple[str, ...]:
        return tuple(self.catalogues[LANGUAGES[0]].announcements)

    def text_keys(self) -> tuple[str, ...]:
        return tuple(self.catalogues[LANGUAGES[0]].texts)

    def placeholders(self, key: str) -> frozenset[str]:
        first = self.catalogues[LANGUAGES[0]]
        return placeholders({**first.announcements, **first.texts}[key])

    def text(self, key: str, language: str, values: Values, rules: Ruleset, zone: tzinfo) -> str:
        """The spoken sentence, in the city's own words where it has any. CatalogueError: unknown key, missing value."""
        sentence = own_words(key, language, values, rules)
        if sentence is None:
            sentence = self._sentence(self.catalogues[language].announcements, key, values)
        told = {name: self.value(value, language, rules, zone) for name, value in values}
        return sentence.format(city=rules.city[language], **told)

    def value(self, value: Value, language: str, rules: Ruleset, zone: tzinfo) -> str:
        """One value in spoken words, as for the promise's record of what was told."""
        return in_spoken_words(value, language, self.catalogues[language].vocabulary, rules, zone)

    def sms(self, key: str, language: str, values: Values, rules: Ruleset, zone: tzinfo) -> str:
        """The text message, times and numbers in figures."""
        found = self.catalogues[language]
        sentence = self._sentence(found.texts, key, values)
        told = {name: in_figures(value, language, found.vocabulary, rules, zone) for name, value in values}
        return sentence.format(city=rules.city[language], **told)

    def sound(self, key: str, language: str) -> str | None:
        """The file's name below ``ivr/speech/sound/<language>/`` if the announcement has been recorded."""
        name = f"{key}.wav"
        return name if f"{language}/{name}" in self.sounds else None

    def _sentence(self, sentences: Mapping[str, str], key: str, values: Values) -> str:
        if key not in sentences:
            raise CatalogueError(f"no announcement has the key {key}")
        missing = placeholders(sentences[key]) - {name for name, _ in values}
        if missing:
            raise CatalogueError(f"{key} was not given the values {sorted(missing)}")
        return sentences[key]

    def _check_sounds(self) -> None:
        """A recording cannot say a value: one for a key with placeholders would leave the value unsaid."""
        speakable = {key for key in self.spoken_keys() if not self.placeholders(key)}
        for name in sorted(self.sounds):
            if name.partition("/")[2].removesuffix(".wav") not in speakable:
                raise CatalogueError(f"the sound file {name} belongs to no announcement without values")


def own_words(key: str, language: str, values: Values, rules: Ruleset) -> str | None:
    """What the city says instead. A sentence that asks for a value which is not there would end the call, and one that
    says how wide it is to be written could fill the memory with blanks (a draft is tried unchecked): not said."""
    words = rules.announcements.get(key)
    if words is None:
        return None
    asked = spoken.placeholders(words[language])
    return words[language] if asked is not None and asked <= {name for name, _ in values} | IMPLICIT else None


def load() -> Announcements:
    """The service's own words and sounds."""
    return Announcements.load()


def speaking_seconds(text: str) -> float:
    return len(text) / CHARACTERS_A_SECOND
