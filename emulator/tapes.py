"""What is on a tape: sounds with their times, what a pause leaves of them, and the file that comes of it.

No calls here and no clock: whoever records says which sounds there were and when.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from emulator.sound import file_bytes, file_pieces
from emulator.voice import Sound, clipped, words_of


@dataclass(frozen=True)
class Pause:
    """Elapsed business seconds. Skipped: the file has no time for it; otherwise it is silence."""

    begin: float
    end: float
    skipped: bool = False


@dataclass(frozen=True)
class Taped:
    """The sounds, and from when to when the tape runs (elapsed business seconds). `second`: of a second channel."""

    sounds: tuple[Sound, ...]
    begin: float
    end: float
    second: tuple[Sound, ...] | None = None

    @property
    def seconds(self) -> int:
        """As the provider counts: whole seconds, and no sound is nothing."""
        return max(1, round(self.end - self.begin)) if self.end > self.begin else 0

    @property
    def channels(self) -> tuple[tuple[Sound, ...], ...]:
        return (self.sounds,) if self.second is None else (self.sounds, self.second)

    @property
    def all(self) -> list[Sound]:
        return sorted((sound for channel in self.channels for sound in channel), key=lambda sound: sound.begin)

    @property
    def size(self) -> int:
        """Of the file, in bytes."""
        return file_bytes(len(self.channels), self.begin, self.end)

    def pieces(self) -> Iterator[bytes]:
        """The WAV file, a second at a time: however long it is, no more than that is held."""
        return file_pieces(self.channels, self.begin, self.end)

    @property
    def wav(self) -> bytes:
        return b"".join(self.pieces())

    @property
    def words(self) -> str:
        return words_of(self.all)


def spliced(tape: Taped, pauses: Sequence[Pause]) -> Taped:
    """What was said in a pause is not on it; after a skipped one everything moves up."""
    stretches = list(_stretches(tape.begin, tape.end, pauses))
    second = None if tape.second is None else _kept(tape.second, stretches)
    return Taped(_kept(tape.sounds, stretches), tape.begin, tape.end - stretches[-1][2], second)


def trimmed(tape: Taped) -> Taped:
    """Without the silence at both ends; silence alone is nothing."""
    sounds = tape.all
    if not sounds:
        return replace(tape, end=tape.begin)
    return replace(tape, begin=sounds[0].begin, end=max(sound.end for sound in sounds))


def _stretches(begin: float, end: float, pauses: Sequence[Pause]) -> Iterator[tuple[float, float, float]]:
    """From, to, and by how much it moves up."""
    at, moved = begin, 0.0
    for pause in pauses:
        yield at, pause.begin, moved
        at = pause.end
        moved += pause.end - pause.begin if pause.skipped else 0.0
    yield at, end, moved


def _kept(sounds: Iterable[Sound], stretches: Sequence[tuple[float, float, float]]) -> tuple[Sound, ...]:
    all_sounds = tuple(sounds)
    return tuple(
        replace(sound, begin=sound.begin - moved, end=sound.end - moved)
        for begin, end, moved in stretches
        for sound in clipped(all_sounds, begin, end)
    )
