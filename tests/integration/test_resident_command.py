"""``make resident``: all about a number for its owner, or forgotten; in words, logged, never by accident."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from adapters.schema import audit_event, callback_request, phone_number, recording, sound_access
from console.words import PAGE_LANGUAGES
from operations.resident_command import PARTLY, REFUSED, WELL, e164, main
from recordings import holds, transcripts
from tests.support.kept import NUMBER, SOUND, WORDS, Past, past_of
from tests.support.services import Town

WHO = ("--by", "Tiina Tietosuoja", "--why", "pyynto 12")


@pytest.fixture
def town(record: str, tmp_path: Path) -> Iterator[Town]:
    one = Town.over(record, DATA_DIR=str(tmp_path / "data"))
    yield one
    one.services.database.dispose()


@pytest.fixture
def past(town: Town) -> Past:
    return past_of(town)


def access(town: Town, place: Path, *more: str, number: str = NUMBER) -> int:
    return main(["access", number, "--to", str(place), *WHO, *more], town.services)


def erase(town: Town, *more: str, number: str = NUMBER) -> int:
    return main(["erase", number, *WHO, *more], town.services)


# --- access --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
def test_she_gets_everything_as_sound_as_data_and_as_a_page(
    town: Town, past: Past, tmp_path: Path, language: str
) -> None:
    place = tmp_path / "hers"
    assert access(town, place, "--language", language) == WELL
    data = json.loads((place / "everything.json").read_text())
    page = (place / "everything.html").read_text()
    assert (data["format"], data["number"]) == (1, NUMBER)
    [request] = data["requests"]
    assert (request["department"], request["outcome"], request["talks"][0]["note"]) == (
        town.rules.desk("housing").name[language], "done", WORDS,
    )  # fmt: skip
    assert {event["by"] for event in request["events"]} >= {"resident", "agent"}
    assert request["promises"][0]["words"]
    assert [text["words"] for text in data["texts"]] == [WORDS]
    assert len(data["calls"]) >= 1
    files = [one["file"] for one in data["recordings"]]
    assert [(place / name).read_bytes() for name in files] == [SOUND, SOUND]
    assert all(name in page for name in files)
    assert f'<html lang="{language}">' in page
    assert WORDS in page


def test_no_agent_is_named(town: Town, past: Past, tmp_path: Path) -> None:
    access(town, tmp_path / "hers")
    for name in ("everything.json", "everything.html"):
        text = (tmp_path / "hers" / name).read_text()
        assert "aino" not in text
        assert "sirpa" not in text


def test_only_its_maker_reads_the_files(town: Town, past: Past, tmp_path: Path) -> None:
    access(town, tmp_path / "hers")
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "hers").iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE((tmp_path / "hers").stat().st_mode) == 0o700


def test_each_export_stands_in_the_log(town: Town, past: Past, tmp_path: Path) -> None:
    access(town, tmp_path / "hers")
    rows = town.every(sound_access)
    assert {row["recording_id"] for row in rows} == {past.message, past.talk}
    assert {(row["deed"], row["reason"], row["by"], row["why"]) for row in rows} == {
        ("export", "request", "Tiina Tietosuoja", "pyynto 12")
    }
    assert town.one(audit_event, deed="resident_access")["detail"] == "Tiina Tietosuoja: pyynto 12"


def test_a_sound_that_cannot_be_opened_is_said_and_the_rest_is_there(
    town: Town, past: Past, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    town.services.vault.delete(past.talk)
    assert access(town, tmp_path / "hers") == PARTLY
    assert past.talk in capsys.readouterr().err
    assert len(list((tmp_path / "hers").iterdir())) == 3


def test_what_was_said_is_hers_too(town: Town, past: Past, tmp_path: Path) -> None:
    transcripts.kept(town.services.vault, past.talk, [transcripts.Said(1.0, "vesi tulee katosta")])
    made = update(recording).where(recording.c.id == past.talk).values(transcribed_machine=1.0)
    town.within(lambda tx: tx.connection.execute(made))
    assert access(town, tmp_path / "hers") == WELL
    data = json.loads((tmp_path / "hers" / "everything.json").read_text())
    assert [one["words"] for one in data["recordings"]] == [None, ["vesi tulee katosta"]]
    assert "vesi tulee katosta" in (tmp_path / "hers" / "everything.html").read_text()


def test_a_deleted_sound_is_told_and_not_exported(town: Town, past: Past, tmp_path: Path) -> None:
    gone = update(recording).where(recording.c.id == past.talk).values(deleted_at=town.clock.now())
    town.within(lambda tx: tx.connection.execute(gone))
    assert access(town, tmp_path / "hers") == WELL
    assert "24.11.2026" in (tmp_path / "hers" / "everything.html").read_text()
    assert [row["recording_id"] for row in town.every(sound_access)] == [past.message]


def test_a_folder_with_something_in_it_is_refused(town: Town, past: Past, tmp_path: Path) -> None:
    (tmp_path / "hers").mkdir()
    (tmp_path / "hers" / "note.txt").write_text("mine")
    assert access(town, tmp_path / "hers") == REFUSED
    assert [path.name for path in (tmp_path / "hers").iterdir()] == ["note.txt"]
    assert town.every(sound_access) == []


def test_of_another_number_nothing_is_told(town: Town, past: Past, tmp_path: Path) -> None:
    assert access(town, tmp_path / "hers", number="+358409998887") == PARTLY
    assert list((tmp_path / "hers").iterdir()) == []


@pytest.mark.parametrize("written", ["040 111 2223", "00358 40 1112223", "+358 40-111 2223", NUMBER])
def test_a_number_is_taken_as_people_write_it(written: str) -> None:
    assert e164(written) == NUMBER


@pytest.mark.parametrize("written", ["", "abc", "112", "+0", "pekka@example.org", "+358 40 12345678901234"])
def test_what_is_no_number_is_refused(town: Town, tmp_path: Path, written: str) -> None:
    assert access(town, tmp_path / "hers", number=written) == REFUSED
    assert not (tmp_path / "hers").exists()


# --- erasure -------------------------------------------------------------------------------------------------------


def test_without_yes_it_only_tells(town: Town, past: Past, capsys: pytest.CaptureFixture[str]) -> None:
    before = (town.every(recording), town.every(phone_number), town.every(audit_event))
    assert erase(town) == WELL
    assert "--yes" in capsys.readouterr().out
    assert (town.every(recording), town.every(phone_number), town.every(audit_event)) == before


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
def test_with_yes_it_goes_and_what_stays_is_said(
    town: Town, past: Past, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    assert erase(town, "--yes", "--language", language) == WELL
    said = capsys.readouterr().out
    assert NUMBER not in said
    assert {"fi": "5 artiklan", "sv": "artikel 5.2", "en": "Article 5(2)"}[language] in said
    assert town.every(phone_number, e164=NUMBER) == []
    assert erase(town, "--yes") == PARTLY, "nothing is left to forget"


def test_an_open_promise_is_asked_about_first(town: Town, past: Past, capsys: pytest.CaptureFixture[str]) -> None:
    town.within(lambda tx: tx.connection.execute(update(callback_request).values(closed_at=None, state="requested")))
    assert erase(town, "--yes") == REFUSED
    assert "--also-open" in capsys.readouterr().err
    assert town.every(phone_number, e164=NUMBER) != []
    assert erase(town, "--yes", "--also-open") == WELL
    assert town.promise(past.request)["state"] == "cancelled"


def test_a_legal_hold_is_named_with_its_reason(town: Town, past: Past, capsys: pytest.CaptureFixture[str]) -> None:
    town.within(lambda tx: holds.place(town.services, tx, "number", past.number, "karajaoikeus", "sirpa"))
    assert erase(town, "--yes") == REFUSED
    assert "karajaoikeus" in capsys.readouterr().out
    assert town.every(phone_number, e164=NUMBER) != []


def test_without_a_reason_nothing_is_done(town: Town, past: Past) -> None:
    assert main(["erase", NUMBER, "--by", "T", "--why", " ", "--yes"], town.services) == REFUSED
    assert town.every(phone_number, e164=NUMBER) != []
