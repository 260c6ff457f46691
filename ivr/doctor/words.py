"""The doctor's sentences from words.yaml, put together to one line for each finding."""

from collections.abc import Mapping
from pathlib import Path

import yaml

from ivr.doctor.model import Finding

FILE = Path(__file__).with_name("words.yaml")
PARTS = frozenset({"says", "callers", "mend"})
Entry = Mapping[str, str]


class Words:
    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self.entries = entries

    @classmethod
    def load(cls, path: Path = FILE) -> "Words":
        """Raises ValueError for an entry without its sentence."""
        checks = yaml.safe_load(path.read_text(encoding="utf-8"))
        entries = {f"{check}.{name}": entry for check, found in checks.items() for name, entry in found.items()}
        for key, entry in entries.items():
            if "says" not in entry or not set(entry) <= PARTS:
                raise ValueError(f"{path.name}: {key} needs says, and may have callers and mend")
        return cls(entries)

    def say(self, key: str, **values: object) -> str:
        return self.entries[key]["says"].format(**values)

    def line(self, finding: Finding) -> str:
        """Level, check, what is so; then what it means for callers and how to mend it."""
        entry, values = self.entries[finding.key], dict(finding.values)
        parts = [entry["says"].format(**values)]
        parts += [f"{self.say(f'labels.{p}')} {entry[p].format(**values)}" for p in ("callers", "mend") if p in entry]
        level, check = self.say(f"labels.{finding.level}"), finding.key.partition(".")[0]
        return f"{level:<8}{check:<15}{' '.join(parts)}".replace("\n", " ")
