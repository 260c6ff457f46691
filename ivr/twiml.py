"""A turn as TwiML: the one place that imports twilio.twiml. No decision is made here, only the writing.

Shapes after Twilio's voice pages: Gather holds Say, Play and Pause; every Gather posts its silence to its own step;
event lists are one string with spaces; Play needs absolute URLs.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never
from zoneinfo import ZoneInfo

from twilio.twiml import TwiML
from twilio.twiml import voice_response as verbs

from ivr.speech.announcements import Announcements
from ivr.turn import (
    DialConference,
    DialNumber,
    Enqueue,
    Gather,
    Hangup,
    Instruction,
    LeaveQueue,
    Music,
    Pause,
    PlayRecorded,
    Record,
    Redirect,
    Say,
    Spoken,
    Turn,
)
from routing_rules.model import Ruleset

VOICES = {  # language -> (language, voice); Swedish of Finland has no voice of its own
    "fi": ("fi-FI", "Polly.Suvi-Neural"),
    "sv": ("sv-SE", "Polly.Elin-Neural"),
    "en": ("en-GB", "Polly.Amy-Neural"),
}
PAUSE_AFTER_OPTION = "400ms"
LONGEST_SAY = 2900  # Polly reads at most 3000 characters
MUSIC = ((8, "music.wav"), (4, "music-4.wav"), (2, "music-2.wav"))  # seconds -> file, longest first
STATUS_EVENTS = "initiated ringing answered completed"
SOUND_PATH = "/voice/sound"  # served from ivr/speech/sound
RECORDED_PATH = "/voice/recorded"  # served from the vault, while the call lasts
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class CallerIds:
    city_number: str  # E.164, owned on the account; shown on every leg to the outside


@dataclass(frozen=True)
class Urls:
    """What a document needs from outside the turn: our own origin, and the number we show."""

    public_base_url: str  # without a slash at the end
    caller_ids: CallerIds

    def sound(self, name: str) -> str:
        return f"{self.public_base_url}{SOUND_PATH}/{name}"


@dataclass(frozen=True)
class _Pen:
    language: str
    announcements: Announcements
    rules: Ruleset
    urls: Urls


def render(turn: Turn, announcements: Announcements, rules: Ruleset, urls: Urls) -> str:
    response = verbs.VoiceResponse()
    pen = _Pen(turn.language, announcements, rules, urls)
    for at, instruction in enumerate(turn.instructions):
        response.append(_verb(instruction, turn.instructions[at + 1 :], pen))
    return str(response.to_xml())


def _verb(instruction: Instruction, later: Sequence[Instruction], pen: _Pen) -> TwiML:
    match instruction:
        case Say() | Pause() | Music() | PlayRecorded():
            return _spoken(instruction, later, pen)
        case Gather():
            return _gather(instruction, pen)
        case Redirect():
            return verbs.Redirect(_clean(instruction.url), method="POST")
        case Enqueue():
            return _enqueue(instruction)
        case LeaveQueue():
            return verbs.Leave()
        case DialNumber():
            return _dial_number(instruction, pen)
        case DialConference():
            return _dial_conference(instruction)
        case Record():
            return _record(instruction)
        case Hangup():
            return verbs.Hangup()
        case _:
            assert_never(instruction)


def _spoken(instruction: Spoken, later: Sequence[Instruction], pen: _Pen) -> TwiML:
    match instruction:
        case Say():
            return _say(instruction, bool(later) and isinstance(later[0], Say), pen)
        case Pause():
            return verbs.Pause(length=instruction.seconds)
        case Music():
            return _music(instruction, pen)
        case PlayRecorded(token):
            return verbs.Play(_clean(f"{pen.urls.public_base_url}{RECORDED_PATH}/{token}.wav"))
        case _:
            assert_never(instruction)


def _music(music: Music, pen: _Pen) -> TwiML:
    """The longest stretch that fits, repeated as often as it fits; never none, so that nobody waits in silence."""
    seconds, name = next(((s, n) for s, n in MUSIC if s <= music.seconds), MUSIC[-1])
    times = max(1, music.seconds // seconds)
    return verbs.Play(pen.urls.sound(name), loop=times if times > 1 else None)


def _say(say: Say, another_follows: bool, pen: _Pen) -> TwiML:
    """A recorded announcement carries its own pause at the end; a spoken one gets it before the next option."""
    language = say.language or pen.language
    own = say.key in pen.rules.announcements  # the recording says something else
    recorded = None if own else pen.announcements.sound(say.key, language)
    if recorded is not None:
        return verbs.Play(pen.urls.sound(f"{language}/{recorded}"))
    zone = ZoneInfo(pen.rules.time_zone)
    return spoken_text(
        pen.announcements.text(say.key, language, say.values, pen.rules, zone), language, another_follows
    )


def spoken_text(text: str, language: str, pause_after: bool) -> TwiML:
    """A Say with any text from anywhere: cut to what the voice reads, stripped of what XML forbids."""
    code, voice = VOICES[language]
    say = verbs.Say(_clean(text)[:LONGEST_SAY], language=code, voice=voice)
    if pause_after:
        say.break_(time=PAUSE_AFTER_OPTION)
    return say


def _gather(gather: Gather, pen: _Pen) -> TwiML:
    """One key: ``#`` and ``*`` are answers like any other, so nothing finishes the input but the key itself."""
    written = verbs.Gather(
        input="dtmf",
        action=_clean(gather.action),
        method="POST",
        num_digits=gather.digits,
        finish_on_key="" if gather.digits == 1 else "#",
        timeout=gather.timeout,
        action_on_empty_result=gather.posts_silence,
    )
    for at, spoken in enumerate(gather.spoken):
        written.append(_spoken(spoken, gather.spoken[at + 1 :], pen))
    return written


def _enqueue(enqueue: Enqueue) -> TwiML:
    return verbs.Enqueue(
        _clean(enqueue.queue),
        action=_clean(enqueue.action),
        method="POST",
        wait_url=_clean(enqueue.wait_url),
        wait_url_method="POST",
    )


def _dial_number(dial: DialNumber, pen: _Pen) -> TwiML:
    """Only a bare E.164 number is ever dialled; anything else is a mistake of ours and raises ValueError."""
    if _E164.fullmatch(dial.e164) is None:
        raise ValueError("a number to be dialled must be E.164")
    written = verbs.Dial(
        action=_clean(dial.action),
        method="POST",
        timeout=dial.timeout,
        caller_id=pen.urls.caller_ids.city_number,
        answer_on_bridge=dial.answer_on_bridge or None,
    )
    written.number(
        dial.e164,
        url=dial.greeting_url,
        method="POST" if dial.greeting_url else None,
        status_callback=dial.status_callback,
        status_callback_method="POST" if dial.status_callback else None,
        status_callback_event=STATUS_EVENTS if dial.status_callback else None,
    )
    return written


def _dial_conference(dial: DialConference) -> TwiML:
    written = verbs.Dial(action=_clean(dial.action), method="POST")
    written.conference(
        _clean(dial.room),
        beep="false",
        start_conference_on_enter=True,
        end_conference_on_exit=dial.ends,
        muted=dial.muted or None,
        coach=dial.coach,
        wait_url=dial.wait_url,
        wait_method="POST" if dial.wait_url else None,
    )
    return written


def _record(record: Record) -> TwiML:
    """Never transcribed: the provider's transcription knows neither Finnish nor Swedish, and it would keep the words.

    By default any key would end the recording; trimmed, silence does not count as something said.
    """
    return verbs.Record(
        action=_clean(record.action),
        method="POST",
        timeout=record.silence,
        finish_on_key="#",
        max_length=record.seconds,
        play_beep=True,
        trim="trim-silence",
        recording_status_callback=_clean(record.status_callback),
        recording_status_callback_method="POST",
        recording_status_callback_event="completed",
    )


def _clean(text: str) -> str:
    """Characters that XML 1.0 forbids, lone surrogates among them, would make Twilio refuse the whole document."""
    return _NOT_XML.sub("", text)
