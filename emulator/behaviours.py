"""The table of behaviours, read from behaviours.yaml: what is done, by which code, and how we know Twilio does it."""

from dataclasses import dataclass
from pathlib import Path

import yaml

ASSUMED = "assumed"


@dataclass(frozen=True)
class BehaviourRow:
    """`source`: as the head of the file says. `code`: "module:name" or "module:Class.method"."""

    id: str
    source: str
    code: str
    does: str


def rows() -> tuple[BehaviourRow, ...]:
    text = Path(__file__).with_name("behaviours.yaml").read_text(encoding="utf-8")
    return tuple(BehaviourRow(**entry) for entry in yaml.safe_load(text))
