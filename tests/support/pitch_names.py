"""A transcriber that needs no model: it names the pitch of each second of a test's sound. Also those that fail."""

import math
import wave
from array import array
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO

from emulator.sound import PITCHES
from recordings.transcripts import Said, Transcriber
from tests.support.samples import Samples

CODE = "131052-308T"


class PitchNames:
    """``asked``: the languages it was given."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def transcribe(self, language: str, sound: Iterable[bytes]) -> Iterator[Said]:
        self.asked.append(language)
        heard = Samples.of(b"".join(sound))
        for second in range(int(heard.seconds)):
            voices = sorted(heard.voices(second, second + 1))
            if voices:
                yield Said(float(second), " ".join(f"pitch {each}" for each in voices))
        yield Said(heard.seconds, f"my code is {CODE}")


class Broken:
    def transcribe(self, language: str, sound: Iterable[bytes]) -> Iterator[Said]:
        yield Said(0.0, "half a word")
        raise MemoryError("the model is larger than the machine")


class Meanwhile(PitchNames):
    """Something happens while it listens."""

    def __init__(self, happens: Callable[[], object]) -> None:
        super().__init__()
        self._happens = happens

    def transcribe(self, language: str, sound: Iterable[bytes]) -> Iterator[Said]:
        yield from super().transcribe(language, sound)
        self._happens()


def tones(*pitches: int, rate: int = 8000) -> bytes:
    """A second of each."""

    levels = array("h")
    for pitch in pitches:
        levels.extend(round(8000 * math.sin(2 * math.pi * pitch * at / rate)) for at in range(rate))
    file = BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(levels.tobytes())
    return file.getvalue()


def factory() -> Transcriber:
    """As TRANSCRIBER would name it."""
    return PitchNames()


HIGH, LOW = PITCHES[0], PITCHES[1]
not_a_factory = "words"
