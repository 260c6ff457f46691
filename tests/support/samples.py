"""Listens to a WAV file: where it is silent, how loud it is, which of the emulator's voices are heard when."""

import io
import math
import wave
from array import array
from dataclasses import dataclass

from emulator.sound import PITCHES

SILENT = 1
HEARD = 200  # of a voice's own tone; a voice that speaks gives thousands, another voice next to nothing


@dataclass(frozen=True)
class Samples:
    """One channel of a file; moments are seconds from its beginning."""

    levels: "array[int]"
    rate: int

    @classmethod
    def of(cls, sound: bytes, channel: int = 0) -> "Samples":
        with wave.open(io.BytesIO(sound)) as file:
            assert file.getsampwidth() == 2, "16 bit"
            levels = array("h", file.readframes(file.getnframes()))
            return cls(levels[channel :: file.getnchannels()], file.getframerate())

    @property
    def seconds(self) -> float:
        return len(self.levels) / self.rate

    def loudest(self, begin: float = 0.0, end: float = math.inf) -> int:
        part = self._part(begin, end)
        return max((abs(level) for level in part), default=0)

    def silent(self, begin: float, end: float) -> bool:
        return self.loudest(begin, end) < SILENT

    def voices(self, begin: float, end: float) -> frozenset[int]:
        """The pitches that are heard in this part; who speaks first in a file has the first of PITCHES, and so on.

        Whole seconds of it: then no pitch is mistaken for another.
        """
        assert end - begin >= 1, "too short to tell voices apart"
        part = self._part(begin, begin + math.floor(end - begin))
        return frozenset(pitch for pitch in PITCHES if _strength(part, pitch, self.rate) > HEARD)

    def _part(self, begin: float, end: float) -> "array[int]":
        last = len(self.levels) if end == math.inf else round(end * self.rate)
        return self.levels[max(0, round(begin * self.rate)) : last]


def _strength(levels: "array[int]", pitch: int, rate: int) -> float:
    """How much of this tone is in it."""
    turn = 2 * math.pi * pitch / rate
    real = sum(level * math.cos(turn * place) for place, level in enumerate(levels))
    imaginary = sum(level * math.sin(turn * place) for place, level in enumerate(levels))
    return 2 * math.hypot(real, imaginary) / max(1, len(levels))
