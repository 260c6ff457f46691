"""Documents of the first release, brought up to today's form: a running city holds such rows. No checks, no values.

The first release knew one duty number for the city and one for a topic (``duty_number``); today a duty has a name and
several numbers. A document that knows duties already is left as it is, so that a wrong field in it is still refused.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TypeGuard

import yaml

Written = Mapping[str, object]
OLD_FIELD = "duty_number"


def brought_up(written: Written) -> Written:
    if "duties" in written or "duty" in written or not any(OLD_FIELD in part for part in _parts(written)):
        return written
    numbers = dict.fromkeys(str(part[OLD_FIELD]) for part in _parts(written) if part.get(OLD_FIELD) is not None)
    ids = {number: f"duty-{position}" for position, number in enumerate(numbers, start=1)}
    duties = [{"id": ids[number], "spoken": _spoken(), "numbers": [number]} for number in numbers]
    topics = written.get("topics")
    renamed = [_renamed(t, ids) if _is_group(t) else t for t in topics] if isinstance(topics, list) else topics
    return {**_renamed(written, ids), "topics": renamed, "duties": duties}


def _parts(written: Written) -> Iterator[Written]:
    yield written
    topics = written.get("topics")
    yield from (topic for topic in topics if _is_group(topic)) if isinstance(topics, list) else ()


def _renamed(part: Written, ids: Mapping[str, str]) -> Written:
    others = {name: value for name, value in part.items() if name != OLD_FIELD}
    number = part.get(OLD_FIELD)
    return others if number is None else {**others, "duty": ids[str(number)]}


def _is_group(element: object) -> TypeGuard[Written]:
    return isinstance(element, dict)


@cache
def _spoken() -> Written:
    words: Written = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    return words
