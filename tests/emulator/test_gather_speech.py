"""Gather with speech: what is said is told, the first input wins, and no model knows what nobody says it knows."""

import pytest

from emulator.twiml_parse import parse
from emulator.twiml_tables import Context
from tests.emulator.other_side import OtherSide
from tests.emulator.rig import Rig

SPEECH = '<Gather input="speech" language="fi-FI" action="/said" timeout="20" speechTimeout="1"/>'
BOTH = '<Gather input="dtmf speech" language="sv-SE" action="/said" timeout="20" speechTimeout="1" numDigits="2"/>'


def asked(rig: Rig, side: OtherSide, document: str) -> str:
    """The call that is being listened to."""
    side.on("/voice", document)
    side.on("/said", "<Hangup/>")
    sid = rig.ring()
    rig.heard(sid, "gather")
    return sid


def test_what_is_said_is_told(rig: Rig, side: OtherSide) -> None:
    sid = asked(rig, side, SPEECH)
    assert rig.call(sid)["gathering"] == {
        "digits": None,
        "finish": "#",
        "keys": False,
        "speech": True,
        "language": "fi-FI",
    }
    rig.say(sid, "Katu on pimeä.", confidence=0.62)
    rig.ended(sid)
    told = side.await_request("/said").params
    assert (told["SpeechResult"], told["Confidence"]) == ("Katu on pimeä.", "0.62")
    assert "Digits" not in told


def test_confidence_may_be_missing(rig: Rig, side: OtherSide) -> None:
    sid = asked(rig, side, SPEECH)
    rig.say(sid, "pysäköinti", confidence=None)
    rig.ended(sid)
    assert "Confidence" not in side.await_request("/said").params


def test_speech_is_heard_out_and_then_some_silence(rig: Rig, side: OtherSide) -> None:
    sid = asked(rig, side, SPEECH.replace('speechTimeout="1"', 'speechTimeout="4"'))
    rig.say(sid, "x" * 140)
    rig.ended(sid)
    events = rig.call(sid)["events"]
    said, ended = (next(one["machine"] for one in events if one["kind"] == kind) for kind in ("speech", "end"))
    assert 13.5 <= (ended - said) * 30 < 20


def test_speech_first(rig: Rig, side: OtherSide) -> None:
    sid = asked(rig, side, BOTH)
    rig.say(sid, "parkering")
    rig.press(sid, "12")
    rig.ended(sid)
    told = side.await_request("/said").params
    assert told["SpeechResult"] == "parkering"
    assert "Digits" not in told


def test_key_first(rig: Rig, side: OtherSide) -> None:
    sid = asked(rig, side, BOTH)
    rig.press(sid, "1")
    rig.until(sid, lambda call: call["events"][-1]["kind"] == "key", "the key")
    rig.lab("POST", f"calls/{sid}/say", {"text": "parkering"}, expect=409)
    rig.press(sid, "2")
    rig.ended(sid)
    told = side.await_request("/said").params
    assert told["Digits"] == "12"
    assert "SpeechResult" not in told


def test_nobody_listens(rig: Rig, side: OtherSide) -> None:
    sid = asked(rig, side, '<Gather action="/said" timeout="60"/>')
    rig.lab("POST", f"calls/{sid}/say", {"text": "parkering"}, expect=409)
    rig.hang_up(sid)


@pytest.mark.parametrize("wrong", [{"text": ""}, {"text": "a", "confidence": 2}, {"text": "a", "confidence": "b"}])
def test_nonsense_is_refused(rig: Rig, side: OtherSide, wrong: dict[str, object]) -> None:
    sid = asked(rig, side, SPEECH)
    rig.lab("POST", f"calls/{sid}/say", wrong, expect=400)
    rig.hang_up(sid)


def test_speech_cuts_the_words_and_keys_do_not_where_only_speech_is_heard(rig: Rig, side: OtherSide) -> None:
    long = f"<Say>{'y' * 1400}</Say>"
    sid = asked(rig, side, SPEECH.replace("/>", f">{long}</Gather>"))
    rig.heard(sid, "say")
    rig.press(sid, "1")
    rig.until(sid, lambda call: call["events"][-1]["kind"] == "key", "the key")
    assert not next(event for event in rig.call(sid)["events"] if event["kind"] == "say")["cut"]
    rig.say(sid, "pysäköinti")
    call = rig.ended(sid)
    assert next(event for event in call["events"] if event["kind"] == "say")["cut"]


def test_silence_falls_through(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", SPEECH.replace('timeout="20"', 'timeout="2"') + "<Say>silent</Say>")
    assert rig.words(rig.ended(rig.ring())) == ["silent"]
    assert side.of("/said") == []


def test_silence_that_is_asked_for_is_told(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", BOTH.replace('timeout="20"', 'timeout="1" actionOnEmptyResult="true"'))
    side.on("/said", "<Hangup/>")
    rig.ended(rig.ring())
    told = side.await_request("/said").params
    assert (told["Digits"], told["SpeechResult"]) == ("", "")


def test_partial_results(rig: Rig, side: OtherSide) -> None:
    sid = asked(rig, side, SPEECH.replace("/>", ' partialResultCallback="/partly"/>'))
    rig.say(sid, "katuvalo")
    rig.ended(sid)
    assert side.await_request("/partly").params["UnstableSpeechResult"] == "katuvalo"


def test_a_gather_in_a_language_nobody_knows_fails(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", '<Gather input="dtmf speech" language="sv-FI" action="/said"/><Say>next</Say>')
    call = rig.ended(rig.ring())
    assert rig.words(call) == ["next"]
    assert "gather" not in [event["kind"] for event in call["events"]]
    assert rig.errors() == [13331]


@pytest.mark.parametrize(
    ("attributes", "codes"),
    [
        ('language="fi-FI"', []),
        ('language="sv-SE"', []),
        ('language="en-GB" speechModel="phone_call"', []),
        ('language="fi-FI" speechModel="experimental_utterances"', []),
        ('language="sv" speechModel="deepgram_nova-2"', []),
        ('language="sv-FI"', [13331]),
        ('language="fi"', [13331]),
        ('language="fi-FI" speechModel="phone_call"', [13331]),
        ('language="sv-SE" speechModel="experimental_conversations"', [13331]),
        ('language="fi-FI" speechModel="deepgram_nova-2"', [13331]),
        ('language="fi-FI" speechModel="googlev2_telephony"', [13331]),
        ('language="fi-FI" speechModel="whisper"', [13334]),
        ('language="fi-FI" speechTimeout="auto"', []),
        ('language="fi-FI" speechModel="default" speechTimeout="auto"', [13335]),
        (f'language="fi-FI" hints="{"h" * 101}"', [12200]),
        (f'language="fi-FI" hints="{"h," * 500}"', [12200]),
    ],
)
def test_languages_and_models(attributes: str, codes: list[int]) -> None:
    _, problems = parse(f'<Response><Gather input="speech" {attributes}/></Response>', Context.CALL)
    assert [problem.code for problem in problems] == codes


def test_the_language_does_not_matter_to_keys() -> None:
    assert parse('<Response><Gather language="sv-FI"/></Response>', Context.CALL)[1] == []
