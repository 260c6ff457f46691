"""The pages' words by language, from ``words/<language>.yaml``. Interface text only: what callers hear is elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

PAGE_LANGUAGES: tuple[str, ...] = ("fi", "sv", "en")
DEFAULT_LANGUAGE = "fi"
_HERE = Path(__file__).parent / "words"


@dataclass(frozen=True)
class PageWords:
    language: str
    words: Mapping[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """Raises KeyError for a key that no catalogue has: a page with a hole must not pass the tests."""
        return self.words[key].format(**values) if values else self.words[key]

    def starting(self, prefix: str) -> dict[str, str]:
        return {key: text for key, text in self.words.items() if key.startswith(prefix)}


@cache
def page_words(language: str) -> PageWords:
    chosen = language if language in PAGE_LANGUAGES else DEFAULT_LANGUAGE
    read = yaml.safe_load((_HERE / f"{chosen}.yaml").read_text(encoding="utf-8"))
    return PageWords(chosen, {str(key): str(text) for key, text in read.items()})
