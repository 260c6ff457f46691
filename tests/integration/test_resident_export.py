"""A resident's export is everything: what she asked for others, why she came here, holds, what is still on its way; and
the name of no clerk."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update

from adapters.schema import callback_request, code_try, recording, route_decision, waiting_caller
from console.words import page_words
from operations.resident_command import PARTLY, WELL, e164, main
from recordings import holds
from recordings.hold_store import Hold
from recordings.resident import sound_of
from tests.support.kept import NUMBER, Past, past_of
from tests.support.services import Town

WHO = ("--by", "Tiina Tietosuoja", "--why", "pyynto 12")
OTHER = "+358409998887"


@pytest.fixture
def town(record: str, tmp_path: Path) -> Iterator[Town]:
    one = Town.over(record, DATA_DIR=str(tmp_path / "data"))
    yield one
    one.services.database.dispose()


@pytest.fixture
def past(town: Town) -> Past:
    return past_of(town)


def run(town: Town, *statements: Any) -> None:
    for one in statements:
        town.within(lambda tx, one=one: tx.connection.execute(one))  # type: ignore[misc]


def export(town: Town, place: Path, expected: int = WELL) -> tuple[dict[str, Any], str]:
    assert main(["access", NUMBER, "--to", str(place), *WHO, "--language", "fi"], town.services) == expected
    return json.loads((place / "everything.json").read_text()), (place / "everything.html").read_text()


def test_what_she_asked_for_another_telephone_is_told_without_its_number(
    town: Town, past: Past, tmp_path: Path
) -> None:
    other = past_of(town, OTHER)
    asked = update(callback_request).where(callback_request.c.id == other.request)
    run(town, asked.values(asked_by_number_id=past.number, keyed_in=True))
    data, page = export(town, tmp_path / "hers")
    [one] = data["asked_for_others"]
    assert (one["state"], sorted(one)) == ("done", ["created_at", "department", "state", "topic"])
    assert page_words("fi")("resident.asked") in page
    assert OTHER not in page + json.dumps(data)


def test_why_here_and_what_she_was_told_of_the_line(town: Town, past: Past, tmp_path: Path) -> None:
    now = town.clock.now()
    facts = json.dumps({"staffed": {}, "wait": 7, "areas": []})
    why = {"ruleset_version": 1, "topic": "housing", "language": "fi", "route": "line", "desk": "housing"}
    told = {"place_told": 3, "wait_told_minutes": 9, "recording_told_at": now, "recording_declined": True}
    run(
        town,
        insert(route_decision).values(call_sid=past.call, at=now, facts=facts, **why),
        insert(code_try).values(call_sid=past.call, nonce="n", number_id=past.number, made_machine=0.0),
        update(waiting_caller).where(waiting_caller.c.id == past.stay).values(**told),
        update(callback_request).where(callback_request.c.id == past.request).values(keyed_in=True),
    )
    data, page = export(town, tmp_path / "hers")
    [route] = [route for call in data["calls"] for route in call["routes"]]
    assert (route["route"], route["facts"]["wait"], route["rules_version"]) == ("line", 7, 1)
    assert len(data["code_tries"]) == 1
    [wait] = data["waits"]
    assert (wait["place_told"], wait["wait_told_minutes"], wait["recording_declined"]) == (3, 9, True)
    assert wait["recording_told_at"] is not None
    assert data["requests"][0]["keyed_in"] is True
    for key in ("route.line", "place_told", "recording_declined", "keyed_in", "alarms", "promised_from", "contact"):
        assert page_words("fi")(f"resident.{key}") in page, key
    assert 'name="viewport"' in page
    assert "aria-label" in page


def test_holds_are_told_without_their_words(town: Town, past: Past, tmp_path: Path) -> None:
    words = "Sirpa Salmi selvittää kantelua"
    hold = town.within(lambda tx: holds.place(town.services, tx, "request", past.request, words, "sirpa"))
    assert isinstance(hold, Hold)
    data, page = export(town, tmp_path / "hers")
    assert [(one["kind"], one["until"]) for one in data["holds"]] == [("request", None)]
    assert "hold_placed" in {one["deed"] for one in data["deeds"]}
    assert words not in json.dumps(data, ensure_ascii=False) + page


def test_a_second_export_names_no_clerk_of_the_first(town: Town, past: Past, tmp_path: Path) -> None:
    export(town, tmp_path / "first")
    data, page = export(town, tmp_path / "second")
    assert "resident_access" in {one["deed"] for one in data["deeds"]}
    assert "Tiina" not in json.dumps(data) + page


def test_a_sound_that_is_still_coming_is_listed(
    town: Town, past: Past, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(town, update(recording).where(recording.c.id == past.talk).values(stored_machine=None))
    data, page = export(town, tmp_path / "hers", PARTLY)
    assert [(one["kind"], one["sound"]) for one in data["missing"]] == [("talk", "coming")]
    assert page_words("fi")("resident.missing") in page
    assert past.talk in capsys.readouterr().err


@pytest.mark.parametrize(
    ("row", "sound"),
    [
        ({"state": "dropped"}, "none"), ({"state": "absent"}, "none"), ({"failed": "not_audio"}, "failed"),
        ({"stored_machine": 1.0}, "unreadable"), ({}, "coming"),
        ({"id": "here"}, "here"), ({"deleted_at": 1}, "deleted"),
    ],
)  # fmt: skip
def test_what_became_of_a_sound(row: dict[str, Any], sound: str) -> None:
    plain = {"id": "r", "state": "kept", "failed": None, "stored_machine": None, "deleted_at": None}
    assert sound_of(plain | row, {"here": "a.wav"}) == sound


@pytest.mark.parametrize(
    "written", ["+358 (0)40 111 2223", "040\u2013111 2223", "tel:+358401112223", "TEL:0401112223", "(040) 111 2223"]
)
def test_a_number_is_taken_in_the_spellings_of_letters(written: str) -> None:
    assert e164(written) == NUMBER
