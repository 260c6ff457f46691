"""The document for when nothing of ours answers: playable, self-contained, in three languages, as the rules say."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.places import ROOT
from emulator.twiml_parse import Element, parse
from emulator.twiml_tables import Context
from ivr import fallback
from ivr.speech.announcements import load, speaking_seconds
from ivr.speech.numerals import digits_in_words
from ivr.speech.telephone_digits import phone_groups
from routing_rules.document import parse as parse_rules
from routing_rules.model import LANGUAGES, Ruleset

SAMPLE = ROOT / "routing_rules" / "samples" / "kuopio.yaml"
WORDS = load()
CITY = "+358179999999"
CODES = {"fi": "fi-FI", "sv": "sv-SE", "en": "en-GB"}
ONE_ONE_TWO = {"fi": "yksi yksi kaksi", "sv": "ett ett två", "en": "one one two"}


def sample_rules() -> Ruleset:
    return parse_rules(SAMPLE.read_text(encoding="utf-8"))


def verbs(text: str) -> tuple[Element, ...]:
    played, problems = parse(text, Context.CALL)
    assert problems == []
    return played


def said(text: str, language: str) -> str:
    return " | ".join(v.text for v in verbs(text) if v.name == "Say" and v.attributes["language"] == CODES[language])


def in_words(e164: str, language: str) -> str:
    vocabulary = WORDS.catalogues[language].vocabulary
    return digits_in_words(phone_groups(e164), vocabulary.numbers.cardinal, vocabulary.plus)


def rules_with(extended_desks_number: str) -> Ruleset:
    rules = sample_rules()
    moved = replace(rules.department(rules.extended_desk), fallback_number=extended_desks_number)
    return replace(rules, departments=tuple(moved if d.id == moved.id else d for d in rules.departments))


def test_it_is_twiml_that_needs_nobody() -> None:
    text = fallback.document(sample_rules(), WORDS, CITY)
    assert {verb.name for verb in verbs(text)} == {"Say", "Pause", "Hangup"}
    assert verbs(text)[-1].name == "Hangup"
    assert "http" not in text
    assert "/voice" not in text
    assert len(text.encode()) < 64 * 1024


def test_a_recorded_announcement_is_spoken_because_our_files_cannot_be_fetched() -> None:
    recorded = replace(WORDS, sounds=frozenset({"fi/emergency.wav", "sv/emergency.wav"}))
    assert fallback.document(sample_rules(), recorded, CITY) == fallback.document(sample_rules(), WORDS, CITY)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_what_is_wrong_112_and_each_number_twice(language: str) -> None:
    rules = sample_rules()
    heard = said(fallback.document(rules, WORDS, CITY), language)
    assert heard.startswith(rules.city[language])
    assert ONE_ONE_TWO[language] in heard
    told = fallback.desks(rules, CITY)
    assert told[0].id == rules.extended_desk
    assert len(told) == fallback.MOST_DESKS
    for desk in told:
        assert heard.count(f"{desk.spoken[language]}: {in_words(desk.fallback_number, language)}.") == 2
    duty = next(duty for duty in rules.duties if duty.id == rules.duty)
    assert heard.count(in_words(duty.numbers[0], language)) == 2
    assert not re.search("[0-9]", heard)


def test_112_is_heard_in_every_language_before_the_first_number() -> None:
    rules = sample_rules()
    first = in_words(rules.department(rules.extended_desk).fallback_number, "fi")
    spoken = [v.text for v in verbs(fallback.document(rules, WORDS, CITY)) if v.name == "Say"]
    warned = [at for at, text in enumerate(spoken) for words in ONE_ONE_TWO.values() if text.endswith(f"{words}.")]
    assert len(warned) == 3
    assert max(warned) < next(at for at, text in enumerate(spoken) if first in text)


def test_the_citys_one_number_is_never_told() -> None:
    text = fallback.document(rules_with(CITY), WORDS, CITY)
    assert in_words(CITY, "fi") not in said(text, "fi")


def test_another_ruleset_makes_another_document() -> None:
    rules = sample_rules()
    first = fallback.document(rules, WORDS, CITY)
    assert f"ruleset version {rules.version} " in first
    later = fallback.document(replace(rules, version=rules.version + 1), WORDS, CITY)
    assert f"ruleset version {rules.version + 1} " in later
    moved = fallback.document(rules_with("+358171112223"), WORDS, CITY)
    assert in_words("+358171112223", "sv") in said(moved, "sv")
    assert in_words("+358171112223", "sv") not in said(first, "sv")


def test_a_file_is_written_once_and_whole(tmp_path: Path) -> None:
    target = tmp_path / "new" / "fallback.xml"
    assert fallback.write(target, "<Response/>")
    assert not fallback.write(target, "<Response/>")
    assert fallback.write(target, "<Response><Hangup/></Response>")
    assert [found.name for found in target.parent.iterdir()] == ["fallback.xml"]


def test_the_command_writes_the_document_of_a_file_of_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITY_NUMBER", CITY)
    target = tmp_path / "fallback.xml"
    assert fallback.main(["--out", str(target), "--rules", str(SAMPLE)]) == 0
    assert target.read_text(encoding="utf-8") == fallback.document(sample_rules(), WORDS, CITY)


def test_the_command_says_what_is_wrong_with_the_rules(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "rules.yaml"
    broken.write_text("version: 1\n")
    assert fallback.main(["--out", str(tmp_path / "out.xml"), "--rules", str(broken)]) == 1
    assert "RulesetInvalid" in capsys.readouterr().err
    assert not (tmp_path / "out.xml").exists()


def test_nobody_waits_long_for_112_or_for_a_number_in_her_own_language() -> None:
    rules = sample_rules()
    english = in_words(rules.department(rules.extended_desk).fallback_number, "en")
    seconds, warned, told = 0.0, [], None
    for verb in verbs(fallback.document(rules, WORDS, CITY)):
        seconds += speaking_seconds(verb.text) + 0.4
        if verb.text.endswith(tuple(f"{words}." for words in ONE_ONE_TWO.values())):
            warned.append(seconds)
        if told is None and english in verb.text:
            told = seconds
    assert len(warned) == 3
    assert max(warned) <= 60
    assert told is not None
    assert told <= 110
    assert seconds <= 240
