"""Real sound for what was said: 8 kHz, 16 bit, as a WAV file. Words are a hum, keys are their two tones, silence is
silence; who speak at the same time are mixed.

Made a second at a time, so that four hours need no more room than a minute.
"""

import math
import struct
import zlib
from array import array
from collections.abc import Iterator, Sequence
from functools import cache

from emulator.voice import Sound

RATE = 8000
BYTES = 2
HEADER = 44
LOUDNESS = 9000
PITCHES = (110, 140, 175, 210)  # Hz; whole numbers, so that one second can be repeated without a click
SYLLABLES = 4  # a second
ROWS, COLUMNS, KEYPAD = (697, 770, 852, 941), (1209, 1336, 1477), "123456789*0#"
SILENT_SECOND = bytes(RATE * BYTES)

Channel = Sequence[Sound]


@cache
def _hum(pitch: int) -> bytes:
    """A second of humming, swelling like speech does."""

    def level(place: int) -> int:
        turn = 2 * math.pi * place / RATE
        swell = 0.55 - 0.45 * math.cos(turn * SYLLABLES)
        return round(LOUDNESS * swell * (0.7 * math.sin(turn * pitch) + 0.3 * math.sin(turn * pitch * 3)))

    return array("h", (level(place) for place in range(RATE))).tobytes()


@cache
def _tones(key: str) -> bytes:
    """A second of a key's two tones."""
    row, column = divmod(KEYPAD.index(key), 3)

    def level(place: int) -> int:
        turn = 2 * math.pi * place / RATE
        return round(LOUDNESS / 2 * (math.sin(turn * ROWS[row]) + math.sin(turn * COLUMNS[column])))

    return array("h", (level(place) for place in range(RATE))).tobytes()


def file_bytes(channels: int, begin: float, end: float) -> int:
    return HEADER + _frames(begin, end) * channels * BYTES


def file_pieces(channels: Sequence[Channel], begin: float, end: float) -> Iterator[bytes]:
    """The sounds between the two moments, everything else silent."""
    yield header(len(channels), _frames(begin, end))
    streams = [_seconds(sorted(one, key=lambda sound: sound.begin), begin, end) for one in channels]
    for together in zip(*streams, strict=True):
        yield together[0] if len(together) == 1 else _side_by_side(together)


def header(channels: int, frames: int) -> bytes:
    """Of a PCM file that long."""
    size, step = frames * channels * BYTES, channels * BYTES
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, channels, RATE, RATE * step, step, BYTES * 8)
    return struct.pack("<4sI4s", b"RIFF", size + HEADER - 8, b"WAVE") + form + struct.pack("<4sI", b"data", size)


def _frames(begin: float, end: float) -> int:
    return round((end - begin) * RATE)


def _seconds(sounds: Channel, begin: float, end: float) -> Iterator[bytes]:
    """Sorted by when they begin."""
    voices, total, following = _voices(sounds), _frames(begin, end), 0
    playing: list[tuple[int, int, bytes]] = []  # first frame, frame after the last, its endless second
    for first in range(0, total, RATE):
        after = min(first + RATE, total)
        while following < len(sounds) and _frames(begin, sounds[following].begin) < after:
            sound = sounds[following]
            playing.append((_frames(begin, sound.begin), _frames(begin, sound.end), voices[following]))
            following += 1
        playing = [one for one in playing if one[1] > first]
        yield _mixed([_layer(one, first, after) for one in playing], after - first)


def _voices(sounds: Channel) -> list[bytes]:
    """Everybody has a pitch of her own; where nobody says who speaks, the words decide."""
    speakers = list(dict.fromkeys(sound.by for sound in sounds if sound.by))

    def voice(sound: Sound) -> bytes:
        if sound.key:
            return _tones(sound.text)
        place = speakers.index(sound.by) if sound.by else zlib.crc32(sound.text.encode())
        return _hum(PITCHES[place % len(PITCHES)])

    return [voice(sound) for sound in sounds]


def _layer(one: tuple[int, int, bytes], first: int, after: int) -> bytes:
    """What one sound gives to this second: silence before and after it."""
    begin, end, second = one
    start, stop = max(begin, first), min(end, after)
    turn = (start - begin) % RATE
    heard = (second + second)[turn * BYTES : (turn + max(0, stop - start)) * BYTES]
    return bytes((start - first) * BYTES) + heard + bytes((after - max(stop, start)) * BYTES)


def _mixed(layers: Sequence[bytes], frames: int) -> bytes:
    if not layers:
        return SILENT_SECOND[: frames * BYTES]
    if len(layers) == 1:
        return layers[0]
    sums = map(sum, zip(*(memoryview(layer).cast("h") for layer in layers), strict=True))
    return array("h", (max(-32768, min(32767, level)) for level in sums)).tobytes()


def _side_by_side(channels: Sequence[bytes]) -> bytes:
    both = array("h", bytes(sum(map(len, channels))))
    for place, one in enumerate(channels):
        both[place :: len(channels)] = array("h", one)
    return both.tobytes()
