"""The board of disruption notices: what is held in memory, and what stays held when the record is away."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest

from adapters.database import Database
from routing_rules.document import parse
from routing_rules.model import Notice
from routing_rules.notices.checks import Wanted, faults, one_line
from routing_rules.notices.service import NoticeBoard, kept_on_air, put_on_air, take_off
from tests.support.services import empty_record

SAMPLE = Path(__file__).parents[2] / "routing_rules" / "samples" / "kuopio.yaml"
RULES = parse(SAMPLE.read_text(encoding="utf-8"))
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
WATER = Wanted({"fi": "Vesi on poikki.", "sv": "Vattnet är avstängt.", "en": "The water is off."}, (), NOW + HOUR)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    made = Database(empty_record(request.param, tmp_path))
    yield made
    made.dispose()


def heard(database: Database, now: datetime) -> list[str]:
    board = NoticeBoard()
    assert board.refresh(database, now)
    return [notice.words["fi"] for notice in board.active(now)]


def test_on_air_until_its_time_to_the_minute(database: Database) -> None:
    assert put_on_air(database, RULES, WATER, "a_sirpa", NOW) == {}
    assert heard(database, NOW) == ["Vesi on poikki."]
    assert heard(database, NOW + HOUR - timedelta(seconds=1)) == ["Vesi on poikki."]
    assert heard(database, NOW + HOUR) == []


def test_a_board_that_did_not_look_again_is_silent_in_time(database: Database) -> None:
    put_on_air(database, RULES, WATER, "a_sirpa", NOW)
    board = NoticeBoard()
    board.refresh(database, NOW)
    assert board.active(NOW + HOUR) == ()


def test_what_is_read_is_what_was_written(database: Database) -> None:
    put_on_air(database, RULES, replace(WATER, topics=("water", "buses")), "a_sirpa", NOW)
    (kept,) = kept_on_air(database, NOW)
    assert kept.notice == Notice(kept.notice.id, WATER.words, ("water", "buses"), NOW + HOUR)
    assert (kept.author, kept.made_at) == ("a_sirpa", NOW)


def test_taken_off_once(database: Database) -> None:
    put_on_air(database, RULES, WATER, "a_sirpa", NOW)
    (kept,) = kept_on_air(database, NOW)
    assert take_off(database, kept.notice.id, NOW)
    assert not take_off(database, kept.notice.id, NOW)
    assert heard(database, NOW) == []
    assert put_on_air(database, RULES, WATER, "a_sirpa", NOW) == {}  # there is room for the next


def test_a_key_pressed_twice_is_heard_once(database: Database) -> None:
    """Several clicks of a supervisor in a hurry arrive at the same instant."""
    clicks = 8
    together = Barrier(clicks)

    def click(_: int) -> bool:
        together.wait()
        return put_on_air(database, RULES, WATER, "a_sirpa", NOW) == {}

    with ThreadPoolExecutor(clicks) as fingers:
        assert sorted(fingers.map(click, range(clicks))) == [False] * (clicks - 1) + [True]
    assert heard(database, NOW) == ["Vesi on poikki."]


def test_what_is_wrong_changes_nothing(database: Database) -> None:
    wrong = Wanted({"fi": "", "sv": "x" * 201, "en": "The water is off."}, ("volcano",), NOW)
    assert put_on_air(database, RULES, wrong, "a_sirpa", NOW) == {
        "words_fi": "empty",
        "words_sv": "long",
        "until": "past",
        "topics": "unknown",
    }
    assert kept_on_air(database, NOW) == ()


def test_the_record_goes_away_and_callers_still_hear_it(tmp_path: Path) -> None:
    held = Notice("n1", WATER.words, (), NOW + HOUR)
    board = NoticeBoard((held,))
    gone = Database(f"sqlite:///{tmp_path / 'nowhere' / 'city.db'}")
    assert not board.refresh(gone, NOW)
    assert board.active(NOW) == (held,)


@pytest.mark.parametrize(
    ("until", "fault"),
    [
        (None, "missing"),
        (NOW, "past"),
        (NOW + timedelta(minutes=1), None),
        (NOW + timedelta(days=31), None),
        (NOW + timedelta(days=31, minutes=1), "far"),
    ],
)
def test_the_end_of_a_notice(until: datetime | None, fault: str | None) -> None:
    assert faults(replace(WATER, until=until), RULES, (), NOW).get("until") == fault


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ("  Vesi\r\n on\tpoikki. ", "Vesi on poikki."),
        ("\x00\x1b\u200b\ufeff", ""),
        ("Ää Öö Åå – 18", "Ää Öö Åå – 18"),
        ("\ud800", ""),
    ],
)
def test_words_are_one_line(written: str, line: str) -> None:
    assert one_line(written) == line
