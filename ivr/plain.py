"""The second renderer: the same turn as plain text, for the terminal and for golden tests.

One line for each instruction. What is not spoken stands in square brackets, named as in TwiML.
"""

from collections.abc import Mapping
from typing import assert_never
from zoneinfo import ZoneInfo

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
    Turn,
)
from routing_rules.model import Ruleset


def render(turn: Turn, announcements: Announcements, rules: Ruleset) -> str:
    lines: list[str] = []
    for instruction in turn.instructions:
        lines += _lines(instruction, turn.language, announcements, rules)
    return "\n".join(lines)


def _lines(instruction: Instruction, language: str, announcements: Announcements, rules: Ruleset) -> list[str]:
    match instruction:
        case Say():
            return [_say(instruction, language, announcements, rules)]
        case Gather():
            spoken = [line for part in instruction.spoken for line in _lines(part, language, announcements, rules)]
            return [*spoken, _gather(instruction)]
        case (
            Pause()
            | Music()
            | Redirect()
            | Enqueue()
            | LeaveQueue()
            | DialNumber()
            | DialConference()
            | Hangup()
            | PlayRecorded()
            | Record() as silent
        ):
            return [f"[{_label(silent)}]"]
        case _:
            assert_never(instruction)


def _say(say: Say, turn_language: str, announcements: Announcements, rules: Ruleset) -> str:
    language = say.language or turn_language
    text = announcements.text(say.key, language, say.values, rules, ZoneInfo(rules.time_zone))
    return text if language == turn_language else f"({language}) {text}"


def _gather(gather: Gather) -> str:
    keys = f"{gather.digits}" if gather.digits is not None else "until #"
    return f"[Gather {keys}, {gather.timeout} s -> {gather.action}]"


_WITHOUT_DETAILS: Mapping[type[Instruction], str] = {
    LeaveQueue: "Leave",
    Hangup: "Hangup",
    PlayRecorded: "Play the message",
}


def _label(
    instruction: Pause
    | Music
    | Redirect
    | Enqueue
    | LeaveQueue
    | DialNumber
    | DialConference
    | Hangup
    | PlayRecorded
    | Record,
) -> str:
    match instruction:
        case Pause():
            return f"Pause {instruction.seconds} s"
        case Music():
            return f"Music {instruction.seconds} s"
        case Redirect():
            return f"Redirect -> {instruction.url}"
        case Enqueue():
            return f"Enqueue {instruction.queue} -> {instruction.action}"
        case DialNumber():
            return f"Dial {instruction.e164}, {instruction.timeout} s -> {instruction.action}"
        case DialConference():
            return f"Conference {instruction.room} -> {instruction.action}"
        case LeaveQueue() | Hangup() | PlayRecorded():
            return _WITHOUT_DETAILS[type(instruction)]
        case Record():
            return f"Record {instruction.seconds} s -> {instruction.action}"
        case _:
            assert_never(instruction)
