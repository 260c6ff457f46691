"""Real sound for what was said: 8 kHz, 16 bit, one channel, as a WAV file. Words are a hum, silence is silence."""

import io
import math
import wave
import zlib
from array import array
from collections.abc import Sequence
from functools import cache

from emulator.voice import Sound

RATE = 8000
BYTES = 2
LOUDNESS = 9000
PITCHES = (110, 140, 175, 210)  # Hz; whole numbers, so that one second can be repeated without a click
SYLLABLES = 4  # a second


@cache
def _second(pitch: int) -> bytes:
    """A second of humming, swelling like speech does."""

    def level(place: int) -> int:
        turn = 2 * math.pi * place / RATE
        swell = 0.55 - 0.45 * math.cos(turn * SYLLABLES)
        return round(LOUDNESS * swell * (0.7 * math.sin(turn * pitch) + 0.3 * math.sin(turn * pitch * 3)))

    return array("h", (level(place) for place in range(RATE))).tobytes()


def _hum(text: str, frames: int) -> bytes:
    second = _second(PITCHES[zlib.crc32(text.encode()) % len(PITCHES)])
    whole, rest = divmod(frames, RATE)
    return second * whole + second[: rest * BYTES]


def wav(sounds: Sequence[Sound], begin: float, end: float) -> bytes:
    """The sounds between the two moments, everything else silent."""
    frames = round((end - begin) * RATE)
    tape = bytearray(frames * BYTES)
    for sound in sounds:
        first = round((sound.begin - begin) * RATE)
        hum = _hum(sound.text, min(frames - first, round((sound.end - sound.begin) * RATE)))
        tape[first * BYTES : first * BYTES + len(hum)] = hum
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(BYTES)
        writer.setframerate(RATE)
        writer.writeframes(bytes(tape))
    return file.getvalue()
