"""Pieces of announcements that residents wait for, by language, from ``heard.yaml``."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml


@cache
def heard(language: str = "fi") -> Mapping[str, str]:
    everything: dict[str, dict[str, str]] = yaml.safe_load(Path(__file__).with_name("heard.yaml").read_text("utf-8"))
    return everything[language]
