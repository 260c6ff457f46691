"""A sound file behind a <Play>: fetched, its type checked, its length found."""

import io
import time
import wave
from dataclasses import dataclass

from emulator.documents import AUDIO_TYPES
from emulator.history import Problem
from emulator.http_client import Answer, Failed, Sending, classify, send
from emulator.overrides import split

UNKNOWN_LENGTH = 10.0  # business seconds, where the header does not tell
LONGEST_SOUND = 3600.0


@dataclass(frozen=True)
class Sound:
    seconds: float


def fetch_sound(url: str) -> Sound | Problem:
    address, limits = split(url)
    deadline = time.monotonic() + limits.total
    result = send(Sending("GET", address, "", (("User-Agent", "TwilioProxy/1.1"),)), limits, deadline)
    if isinstance(result, Failed):
        return Problem(result.code, result.message)
    failed = classify(result)
    if failed is not None:
        return Problem(failed.code, failed.message)
    kind = result.content_type.partition(";")[0].strip().lower()
    if kind not in AUDIO_TYPES:
        return Problem(13420, kind or "no Content-Type")
    return Sound(_length(result))


def _length(answer: Answer) -> float:
    """From the WAV header alone: the body may be cut at the answer limit."""
    try:
        with wave.open(io.BytesIO(answer.body)) as file:
            seconds: float = file.getnframes() / file.getframerate()
            return min(LONGEST_SOUND, seconds)
    except (wave.Error, EOFError, ZeroDivisionError):
        return UNKNOWN_LENGTH
