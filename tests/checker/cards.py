"""Rule: what a card told its agent is what the record held: language, topic, told words, number, and why it came now.

Reads cards.json of a run: each card as it was read, beside the record of that very moment.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.checker.verdict import Verdict, Violation

Entry = Mapping[str, Any]
CLAUSES = frozenset({"urgent", "needed", "place", "slot", "handed", "owner"})


def judge(directory: Path) -> Verdict:
    entries = json.loads((directory / "cards.json").read_text(encoding="utf-8"))
    return Verdict((("cards compared with the record", len(entries)),), tuple(_found(entries)))


def _found(entries: Iterable[Entry]) -> Iterable[Violation]:
    for entry in entries:
        for name, right in RIGHT.items():
            if not right(entry["card"], entry["record"]):
                what = f"{name}: {entry['agent_id']} at {entry['at']}, offer {entry['card']['token']}"
                yield Violation("a card is wrong", f"{what}: {entry['card'].get(name)!r}, record {entry['record']}")


def _told(card: Entry, record: Entry) -> bool:
    told = card["told"]
    if record["matter"] == "request":
        return bool(told["promise"] == record["told_promise"])
    return bool((told["place"], told["wait_minutes"]) == (record["told_place"], record["told_minutes"]))


def _number(card: Entry, record: Entry) -> bool:
    if record["e164"] is None:
        return card["number"] is None
    return bool(card["number"] is not None and _digits(card["number"])[-6:] == record["e164"][-6:])


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())


def _around(name: str) -> Callable[[Entry, Entry], bool]:
    return lambda card, record: bool((card[name] or {}).get("state") == record[name])


def _listened(card: Entry, record: Entry) -> bool:
    """Nobody is heard unawares, and a coach is told from one who only listens."""
    told = (card["listened_by"] is not None, card["coached"])
    return bool(told == (record["listened"] is not None, record["listened"] == "coach"))


RIGHT: Mapping[str, Callable[[Entry, Entry], bool]] = {
    "language": lambda card, record: card["language"] == record["language"],
    "service_language": lambda card, record: card["service_language"] == record["service_language"],
    "topic": lambda card, record: card["topic"] in ("", record["topic"]) and len(card["topic_path"]) > 0,
    "told": _told,
    "urgent": lambda card, record: card["urgent"] == bool(record["urgent"]),
    "why": lambda card, record: card["why"]["clause"] == record["clause"] and record["clause"] in CLAUSES,
    "attempts": lambda card, record: card["attempts"] == record["attempts"],
    "number": _number,
    "transfer": _around("transfer"),
    "consulted": _around("consulted"),
    "listened_by": _listened,
    "extended": lambda card, record: card["extended"] == (record["desk"] != record["department"]),
    "emergency": lambda card, record: "112" in card["emergency"] or bool(card["emergency"].strip()),
}
