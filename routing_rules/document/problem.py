"""Problems made: the code's English words stand in ``problems.yaml``, never in a check or a shape.

A validator raises
``wrong(code)``, so that pydantic carries the code to ``refusals``, which knows the place.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml
from pydantic_core import PydanticCustomError

from routing_rules.document.model import Problem

LONGEST_LINE, LONGEST_VALUE = 600, 500


@cache
def english() -> Mapping[str, str]:
    """Every code there is, with its words."""
    read: dict[str, str] = yaml.safe_load(Path(__file__).with_name("problems.yaml").read_text(encoding="utf-8"))
    return read


def problem(code: str, place: str, **values: object) -> Problem:
    given = {name: _short(value) for name, value in values.items()}
    words = english()[code].format(**given)
    line = f"{place}: {words}" if place else words
    return Problem(code, place, tuple(given.items()), line if len(line) <= LONGEST_LINE else line[:LONGEST_LINE] + " …")


def wrong(code: str, **values: object) -> PydanticCustomError:
    """What a validator raises: a ValueError that keeps its code."""
    return PydanticCustomError(code, "{words}", {"words": code, **{name: _short(v) for name, v in values.items()}})


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE] + " …"


class RulesetInvalid(Exception):
    """The document cannot be a ruleset. Each problem names its place and how to mend it; none is left for later."""

    def __init__(self, *found: Problem) -> None:
        self.found = found
        self.problems = tuple(str(one) for one in found)
        super().__init__("\n".join(self.problems))
