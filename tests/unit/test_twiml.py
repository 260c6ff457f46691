"""Turns as TwiML: the shapes Twilio documents, and no text from outside that could break a document."""

import wave
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.twiml_parse import parse
from emulator.twiml_tables import Context
from ivr import twiml
from ivr.speech.announcements import SOUNDS, Announcements, load
from ivr.turn import (
    DepartmentSpoken,
    DialConference,
    DialNumber,
    Enqueue,
    Gather,
    Hangup,
    Instruction,
    LeaveQueue,
    Music,
    Pause,
    Redirect,
    Say,
    TopicSpoken,
    Turn,
)
from routing_rules import document
from routing_rules.model import Ruleset

RULES = document.parse(Path("routing_rules/samples/kuopio.yaml").read_text(encoding="utf-8"))
WORDS = load()
URLS = twiml.Urls("https://city.example", twiml.CallerIds("+358175550100"))


def rendered(*instructions: Instruction, words: Announcements = WORDS, rules: Ruleset = RULES) -> str:
    document = twiml.render(Turn("fi", instructions), words, rules, URLS)
    return document.removeprefix('<?xml version="1.0" encoding="UTF-8"?><Response>').removesuffix("</Response>")


def test_each_language_has_its_voice_and_a_pause_stands_between_options() -> None:
    spoken = tuple(Say("greeting", language=language) for language in ("fi", "sv", "en"))
    assert rendered(Gather(spoken, "https://city.example/voice/step/language?n=1&v=2#rc=2")) == (
        '<Gather action="https://city.example/voice/step/language?n=1&amp;v=2#rc=2" actionOnEmptyResult="true" '
        'finishOnKey="" input="dtmf" method="POST" numDigits="1" timeout="7">'
        '<Say language="fi-FI" voice="Polly.Suvi-Neural">Kuopion kaupunki. Suomeksi: paina yksi.'
        '<break time="400ms" /></Say>'
        '<Say language="sv-SE" voice="Polly.Elin-Neural">På svenska: tryck två.<break time="400ms" /></Say>'
        '<Say language="en-GB" voice="Polly.Amy-Neural">In English: press three.</Say>'
        "</Gather>"
    )


def test_a_number_is_gathered_until_hash() -> None:
    written = rendered(Gather((Say("number.key_in"),), "https://city.example/x", digits=None, timeout=10))
    assert 'finishOnKey="#"' in written
    assert "numDigits" not in written


@pytest.mark.parametrize(
    ("instruction", "written"),
    [
        (Pause(2), '<Pause length="2" />'),
        (Hangup(), "<Hangup />"),
        (LeaveQueue(), "<Leave />"),
        (
            Redirect("https://city.example/a?b=1&c=2"),
            '<Redirect method="POST">https://city.example/a?b=1&amp;c=2</Redirect>',
        ),
        (Music(8), "<Play>https://city.example/voice/sound/music.wav</Play>"),
        (Music(16), '<Play loop="2">https://city.example/voice/sound/music.wav</Play>'),
        (Music(5), "<Play>https://city.example/voice/sound/music-4.wav</Play>"),
        (Music(1), "<Play>https://city.example/voice/sound/music-2.wav</Play>"),
        (
            Enqueue("line-1", "https://city.example/wait", "https://city.example/left"),
            '<Enqueue action="https://city.example/left" method="POST" waitUrl="https://city.example/wait" '
            'waitUrlMethod="POST">line-1</Enqueue>',
        ),
        (
            DialConference("m-1", "https://city.example/over", "https://city.example/hold"),
            '<Dial action="https://city.example/over" method="POST"><Conference beep="false" '
            'endConferenceOnExit="true" startConferenceOnEnter="true" waitMethod="POST" waitUrl="https://city.example/hold">m-1</Conference></Dial>',
        ),
        (
            DialNumber(
                "+358401234567", "https://city.example/over", 20, "https://city.example/s", "https://city.example/g"
            ),
            '<Dial action="https://city.example/over" callerId="+358175550100" method="POST" timeout="20">'
            '<Number method="POST" statusCallback="https://city.example/s" '
            'statusCallbackEvent="initiated ringing answered completed" statusCallbackMethod="POST" '
            'url="https://city.example/g">+358401234567</Number></Dial>',
        ),
        (
            DialNumber("+358401234567", "https://city.example/over", answer_on_bridge=True),
            '<Dial action="https://city.example/over" answerOnBridge="true" callerId="+358175550100" method="POST" '
            'timeout="20"><Number>+358401234567</Number></Dial>',
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_instruction(instruction: Instruction, written: str) -> None:
    assert rendered(instruction) == written


EVERY_SHAPE = (
    Say("greeting"),
    Music(8),
    Pause(1),
    Gather((Say("greeting"), Say("line.stay"), Pause(1), Music(2)), "https://city.example/x"),
    Gather((Say("number.key_in"),), "https://city.example/x", digits=None),
    Enqueue("line-1", "https://city.example/wait", "https://city.example/left"),
    DialNumber("+358401234567", "https://city.example/over", 20, "https://city.example/s", "https://city.example/g"),
    DialConference("m-1", "https://city.example/over", "https://city.example/hold"),
    Redirect("https://city.example/a"),
    Hangup(),
)


def test_a_strict_player_finds_nothing_to_refuse() -> None:
    written = twiml.render(Turn("sv", EVERY_SHAPE), WORDS, RULES, URLS)
    played, problems = parse(written, Context.CALL)
    assert problems == []
    assert len(played) == len(EVERY_SHAPE)
    waiting = twiml.render(Turn("sv", (EVERY_SHAPE[3], LeaveQueue())), WORDS, RULES, URLS)
    assert parse(waiting, Context.QUEUE_WAIT)[1] == []


@pytest.mark.parametrize("number", ["0401234567", "+358 40", "+358401234567;ext=1", "112", "client:a", "</Number>"])
def test_nothing_but_an_international_number_is_dialled(number: str) -> None:
    with pytest.raises(ValueError, match=r"E\.164"):
        rendered(DialNumber(number, "https://city.example/over"))


def test_a_recorded_announcement_is_played_instead(tmp_path: Path) -> None:
    (tmp_path / "sv").mkdir()
    (tmp_path / "sv" / "greeting.wav").write_bytes(b"RIFF")
    words = Announcements.load(sounds=tmp_path)
    written = rendered(Say("greeting"), Say("greeting", language="sv"), words=words)
    assert written.endswith("<Play>https://city.example/voice/sound/sv/greeting.wav</Play>")
    assert written.startswith("<Say ")


def with_spoken(text: str) -> Ruleset:
    """The supervisor's words come from outside: the topic and department say whatever was typed."""
    spoken = MappingProxyType({"fi": text, "sv": text, "en": text})
    topics = tuple(replace(topic, about=spoken) for topic in RULES.topics)
    departments = tuple(replace(department, spoken=spoken) for department in RULES.departments)
    return replace(RULES, topics=topics, departments=departments)


INJECTIONS = (
    "</Say><Dial>+35870012345</Dial>",
    "\x00\x07\x1b\ufffe",
    "\ud800 lone",
    "<img src=x onerror=alert(1)>{{7*7}}",
    "]]>&amp;<!-- -->",
)


@pytest.mark.parametrize("text", INJECTIONS)
def test_text_from_outside_stays_text(text: str) -> None:
    written = rendered(
        Say("number_desk.no_answer", (("department", DepartmentSpoken("housing")),)), rules=with_spoken(text)
    )
    parsed = ET.fromstring(f"<Response>{written}</Response>")
    assert [element.tag for element in parsed.iter()] == ["Response", "Say"]


@given(st.text(st.characters(min_codepoint=0, max_codepoint=0x10FFFF), max_size=200))
def test_any_text_gives_a_well_formed_document_with_nothing_lost_but_what_xml_forbids(text: str) -> None:
    written = rendered(
        Say("number_desk.no_answer", (("department", DepartmentSpoken("housing")),)),
        Say("number_desk.no_answer", (("department", DepartmentSpoken("housing")),)),
        rules=with_spoken(text),
    )
    written.encode("utf-8")
    parsed = ET.fromstring(f"<Response>{written}</Response>")
    assert [element.tag for element in parsed.iter()] == ["Response", "Say", "break", "Say"]
    assert (parsed[0].text or "").endswith("ei juuri nyt pysty vastaamaan.")
    plain = "".join(char for char in text if char.isalnum())
    assert all(char in (parsed[0].text or "") for char in plain)


def test_a_text_that_no_voice_would_read_is_cut() -> None:
    about = (("about", TopicSpoken("housing", "about")),)
    now = (("window", DepartmentSpoken("housing")),)
    written = rendered(Say("promise.told", about + now), rules=with_spoken("a" * 5000))
    assert len(ET.fromstring(written).text or "") == twiml.LONGEST_SAY


@pytest.mark.parametrize(("seconds", "name"), twiml.MUSIC)
def test_the_hold_music_is_as_long_as_it_says_small_quiet_and_fades_out(seconds: int, name: str) -> None:
    path = SOUNDS / name
    assert path.stat().st_size < 140_000
    with wave.open(str(path)) as sound:
        assert (sound.getnchannels(), sound.getframerate()) == (1, 8000)
        assert sound.getnframes() == seconds * 8000
        samples = memoryview(sound.readframes(sound.getnframes())).cast("h")
    loudest = max(abs(sample) for sample in samples)
    assert 1000 < loudest < 0.2 * 32767
    assert abs(samples[0]) < 50
    assert abs(samples[-1]) < 50
