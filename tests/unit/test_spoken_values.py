"""Every value the dialogue can say, row by row in ``spoken_values.yaml``."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from ivr.speech.announcements import load
from ivr.speech.spoken import in_spoken_words
from ivr.speech.written import in_figures
from ivr.turn import (
    DepartmentSpoken,
    DigitsSpoken,
    DutySpoken,
    MinutesSpoken,
    MomentSpoken,
    OrdinalSpoken,
    PhoneSpoken,
    TopicSpoken,
    Value,
    WindowSpoken,
    WordsSpoken,
)
from routing_rules import document

ZONE = ZoneInfo("Europe/Helsinki")
NOW = datetime(2026, 11, 24, 14, 0, tzinfo=ZONE)
HERE = Path(__file__).parent
TABLES: dict[str, list[dict[str, Any]]] = yaml.safe_load((HERE / "spoken_values.yaml").read_text(encoding="utf-8"))
RULES = document.parse((HERE.parent.parent / "routing_rules/samples/kuopio.yaml").read_text(encoding="utf-8"))
CATALOGUES = load().catalogues
LANGUAGES = ("fi", "sv", "en")


def local(written: object) -> datetime:
    return datetime.fromisoformat(str(written)).replace(tzinfo=ZONE)


def value_of(kind: str, row: dict[str, Any]) -> Value:
    match kind:
        case "moments":
            return MomentSpoken(local(row["at"]), NOW)
        case "windows":
            return WindowSpoken(local(row["start"]), local(row["end"]), NOW)
        case "phones":
            return PhoneSpoken(row["number"])
        case "codes":
            return DigitsSpoken(row["code"])
        case "waits":
            return MinutesSpoken(row["minutes"])
        case "places":
            return OrdinalSpoken(row["place"])
    raise AssertionError(f"no value for {kind}")


def rows() -> Iterator[Any]:
    for kind, table in TABLES.items():
        for row in table:
            yield pytest.param(kind, row, id=f"{kind}-{next(iter(row.values()))}")


def said(value: Value, language: str) -> str:
    return in_spoken_words(value, language, CATALOGUES[language].vocabulary, RULES, ZONE)


def written(value: Value, language: str) -> str:
    return in_figures(value, language, CATALOGUES[language].vocabulary, RULES, ZONE)


@pytest.mark.parametrize(("kind", "row"), list(rows()))
def test_the_value_is_said_as_in_the_table(kind: str, row: dict[str, Any]) -> None:
    assert {x: said(value_of(kind, row), x) for x in LANGUAGES} == {x: row[x] for x in LANGUAGES}


def test_every_day_of_a_leap_year_is_said_in_its_own_words_and_without_figures() -> None:
    days = [date(2028, 1, 1) + timedelta(days=n) for n in range(366)]
    for language in LANGUAGES:
        told = [said(MomentSpoken(datetime(d.year, d.month, d.day, 8, tzinfo=ZONE), NOW), language) for d in days]
        assert len(set(told)) == 366
        assert not any(character.isdigit() for sentence in told for character in sentence)


WATER = WordsSpoken(
    (("fi", "Petosella on vesikatko."), ("sv", "I Petonen är vattnet avstängt."), ("en", "Water <cut> & {x}."))
)


def test_words_of_a_notice_are_said_and_written_as_they_stand() -> None:
    for language, words in WATER.words:
        assert said(WATER, language) == words
        assert written(WATER, language) == words


@pytest.mark.parametrize("duty", RULES.duties, ids=lambda duty: str(duty.id))
def test_a_duty_is_called_by_its_name(duty: Any) -> None:
    for language in LANGUAGES:
        assert said(DutySpoken(duty.id), language) == duty.spoken[language] == written(DutySpoken(duty.id), language)


@pytest.mark.parametrize("value", [DutySpoken("gone"), DepartmentSpoken("gone"), TopicSpoken("gone"), DutySpoken("")])
def test_what_a_newer_ruleset_no_longer_knows_still_has_a_name(value: Value) -> None:
    for language in LANGUAGES:
        assert said(value, language)
        assert written(value, language)
