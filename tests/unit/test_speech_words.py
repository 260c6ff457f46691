"""The three catalogues say the same things, in words a caller of this city would use. Data: ``speech_words.yaml``."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from emulator.voices import speaks
from ivr.speech.announcements import Announcements, load
from ivr.speech.reading_script import lines, sample_values
from ivr.turn import Hangup, Say, Turn
from ivr.twiml import VOICES, CallerIds, Urls, render
from routing_rules import document
from tests.crawl.words import foreign, sounds_like

ROOT = Path(__file__).parent.parent.parent
HELD: Mapping[str, Any] = yaml.safe_load((Path(__file__).parent / "speech_words.yaml").read_text(encoding="utf-8"))
RULES = document.parse((ROOT / "routing_rules/samples/kuopio.yaml").read_text(encoding="utf-8"))
ZONE = ZoneInfo(RULES.time_zone)
SERVICE = load()
LANGUAGES = ("fi", "sv", "en")
SENTENCES = re.compile(r"(?<=[.!?]) +")
PRESS = {"fi": r"\b[Pp]aina\b", "sv": r"\b[Tt]ryck\b", "en": r"\b[Pp]ress\b"}
FIGURES_AND_SHORTENED = re.compile(r"[0-9/&@%()]|\b(esim|klo|ks|mm|ym|t\.ex|kl\.|bl\.a|e\.g|i\.e|etc)\b")
URLS = Urls("https://c.example", CallerIds("+358175550100"))


def announcements(language: str) -> Mapping[str, str]:
    return SERVICE.catalogues[language].announcements


def spoken(language: str) -> dict[str, str]:
    """Every announcement with sample values."""
    told = dict(line.split(": ", 1) for line in lines(language, SERVICE, RULES))
    return {key: told[key] for key in SERVICE.spoken_keys()}


# --- the same in each language -------------------------------------------------------------------------------------


@pytest.mark.parametrize("thing", HELD["same_things"], ids=lambda thing: str(thing["en"]))
def test_what_one_language_says_the_others_say_in_the_same_place(thing: Mapping[str, str]) -> None:
    keys = [key for key in SERVICE.spoken_keys() if key != "greeting"]
    said = {x: {key for key in keys if re.search(thing[x], announcements(x)[key])} for x in LANGUAGES}
    assert said["fi"] == said["sv"] == said["en"], {x: said[x] ^ said["fi"] for x in LANGUAGES}
    assert said["fi"], "said nowhere: the row is out of date"


def test_each_announcement_is_as_many_sentences_in_each_language() -> None:
    for key in SERVICE.spoken_keys():
        if key == "greeting":  # the city's name stands in the first language only
            continue
        counted = {x: len(SENTENCES.split(announcements(x)[key])) for x in LANGUAGES}
        assert len(set(counted.values())) == 1, (key, counted)


def test_keys_of_the_telephone_are_the_same_in_each_language() -> None:
    for key in SERVICE.spoken_keys():
        named = {x: [k for k in _keys_named(announcements(x)[key], x)] for x in LANGUAGES}
        assert key == "greeting" or named["fi"] == named["sv"] == named["en"], (key, named)


def _keys_named(sentence: str, language: str) -> list[str]:
    cardinal = SERVICE.catalogues[language].vocabulary.numbers.cardinal.below_twenty[:10]
    after = re.findall(rf"{PRESS[language]} (?:på |till sist på |lopuksi )?(\w+|{{key}})", sentence)
    return [str(cardinal.index(word)) if word in cardinal else "another" for word in after]


# --- how it is said ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_key_comes_after_its_purpose_and_last_in_its_sentence(language: str) -> None:
    for key, text in announcements(language).items():
        for sentence in SENTENCES.split(text):
            found = re.search(PRESS[language], sentence)
            if found is None:
                continue
            after = sentence[found.end() :].strip(" .").split()
            assert len(after) <= 4, f"{key}: {sentence}"
            assert found.start() > 0 or key == "number.key_in" or after[0] in ("lopuksi", "till"), f"{key}: {sentence}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_longer_than_an_ear_can_hold(language: str) -> None:
    for key, text in spoken(language).items():
        longest = max(SENTENCES.split(text), key=len)
        assert len(longest) <= HELD["longest_sentence"], f"{key}: {len(longest)} {longest}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_hears_a_figure_or_an_abbreviation(language: str) -> None:
    for key, text in spoken(language).items():
        assert not re.search(r"[0-9/&@%()]|\b(esim|klo|ks|mm|ym|t\.ex|kl\.|bl\.a|e\.g|i\.e|etc)\b", text), (
            f"{key}: {text}"
        )


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_that_nobody_here_would_say_are_not_said(language: str) -> None:
    texts = {**announcements(language), **SERVICE.catalogues[language].texts}
    for word in HELD["never"][language]:
        found = [key for key, text in texts.items() if re.search(rf"\b{re.escape(word)}", text, re.IGNORECASE)]
        assert found == [], f"{word}: {found}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_sounds_like_its_own_language_and_no_other(language: str) -> None:
    for key, text in spoken(language).items():
        assert foreign(text, language) is None, (key, text, sounds_like(text))
    for topic in RULES.topics:
        for words in (topic.spoken[language], topic.about[language]):
            assert foreign(words, language) is None, (topic.id, words, sounds_like(words))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_in_the_wrong_catalogue_would_be_noticed(language: str) -> None:
    for other in set(LANGUAGES) - {language}:
        missed = [k for k, text in spoken(other).items() if len(text.split()) >= 4 and foreign(text, language) is None]
        assert missed == [], f"{other} in {language}: {missed}"


# --- how it is heard -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_voice_exists_for_the_language(language: str) -> None:
    code, voice = VOICES[language]
    assert voice in HELD["voices"][code]
    assert code not in HELD["no_voice"]
    assert speaks(voice, code), "the emulator would refuse it"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_recording_may_stand_for_every_announcement_without_values(language: str, tmp_path: Path) -> None:
    plain = [key for key in SERVICE.spoken_keys() if not SERVICE.placeholders(key)]
    assert {"message.speak", "check.ask", "partner.connect", "known.keep", "emergency"} <= set(plain)
    for key in plain:
        (tmp_path / language).mkdir(exist_ok=True)
        (tmp_path / language / f"{key}.wav").write_bytes(b"RIFF")
    recorded = Announcements.load(sounds=tmp_path)
    turn = Turn(language, (*(Say(key) for key in plain), Hangup()))
    written = render(turn, recorded, RULES, URLS)
    assert "<Say" not in written
    assert all(f"https://c.example/voice/sound/{language}/{key}.wav" in written for key in plain)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_reading_script_holds_every_announcement_and_a_sample_for_each_value(language: str) -> None:
    samples = sample_values(language, RULES)
    keys = (*SERVICE.spoken_keys(), *SERVICE.text_keys())
    wanted = {name for key in keys for name in SERVICE.placeholders(key)}
    assert wanted <= set(samples)
    assert [line.split(": ", 1)[0] for line in lines(language, SERVICE, RULES)] == list(keys)
