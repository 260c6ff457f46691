"""The provider's own words, read from words.yaml: what it says on a line and what its error codes are called."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Spoken:
    text: str
    language: str


@cache
def _catalogue() -> Any:
    return yaml.safe_load(Path(__file__).with_name("words.yaml").read_text(encoding="utf-8"))


def spoken(key: str) -> Spoken:
    entry = _catalogue()["spoken"][key]
    return Spoken(entry["text"], entry["language"])


def error_name(code: int) -> str:
    return str(_catalogue()["errors"].get(code, ""))
