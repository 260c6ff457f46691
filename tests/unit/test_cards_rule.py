"""The rule about cards goes red for every way in which a card can be wrong."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.checker.cards import RIGHT, judge

RECORD = {
    "matter": "request",
    "clause": "slot",
    "offer_state": "offered",
    "language": "sv",
    "service_language": "fi",
    "topic": "housing",
    "department": "housing",
    "desk": "extended",
    "urgent": 0,
    "told_promise": "We ring you at ten.",
    "told_place": None,
    "told_minutes": None,
    "attempts": 1,
    "code": "123456",
    "e164": "+358401234567",
    "transfer": None,
    "consulted": "consulting",
    "listened": "listen",
}
CARD = {
    "token": "t",
    "language": "sv",
    "service_language": "fi",
    "topic": "housing",
    "topic_path": ["Housing", "Rented homes"],
    "told": {"promise": "We ring you at ten.", "place": None, "wait_minutes": None},
    "urgent": False,
    "why": {"clause": "slot"},
    "attempts": 1,
    "number": "040 123 4567",
    "extended": True,
    "emergency": "hang up and ring 112",
    "transfer": None,
    "consulted": {"by": "Bertil", "state": "consulting", "note": None},
    "listened_by": "Sirkka",
    "coached": False,
}
WRONG: dict[str, dict[str, Any]] = {
    "language": {"language": "fi"},
    "service_language": {"service_language": "sv"},
    "topic": {"topic": "parking"},
    "told": {"told": {"promise": "We ring you at eleven.", "place": None, "wait_minutes": None}},
    "urgent": {"urgent": True},
    "why": {"why": {"clause": "place"}},
    "attempts": {"attempts": 0},
    "number": {"number": "040 123 4568"},
    "extended": {"extended": False},
    "emergency": {"emergency": " "},
    "transfer": {"transfer": {"state": "asked"}},
    "consulted": {"consulted": None},
    "listened_by": {"coached": True},
}


def judged(directory: Path, card: dict[str, Any], record: dict[str, Any]) -> list[str]:
    entry = {"agent_id": "a", "at": "2026-11-24T10:00:00+02:00", "card": card, "record": record}
    (directory / "cards.json").write_text(json.dumps([entry]), encoding="utf-8")
    return [violation.what.partition(":")[0] for violation in judge(directory).violations]


def test_a_card_like_its_record_is_right(tmp_path: Path) -> None:
    assert judged(tmp_path, CARD, RECORD) == []
    assert set(WRONG) == set(RIGHT), "every part of the rule is broken once below"


@pytest.mark.parametrize("part", sorted(WRONG))
def test_each_wrong_part_is_found(tmp_path: Path, part: str) -> None:
    assert judged(tmp_path, CARD | WRONG[part], RECORD) == [part]


def test_what_a_waiting_caller_heard_is_her_place_and_wait(tmp_path: Path) -> None:
    record = RECORD | {"matter": "caller", "told_promise": None, "told_place": 2, "told_minutes": 5}
    told = {"promise": None, "place": 2, "wait_minutes": 5}
    assert judged(tmp_path, CARD | {"told": told}, record) == []
    assert judged(tmp_path, CARD | {"told": told | {"place": 1}}, record) == ["told"]


def test_a_withheld_number_is_shown_as_none(tmp_path: Path) -> None:
    assert judged(tmp_path, CARD, RECORD | {"e164": None}) == ["number"]
    assert judged(tmp_path, CARD | {"number": None}, RECORD | {"e164": None}) == []
