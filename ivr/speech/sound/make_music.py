"""Makes the hold music: four soft broken chords, our own, with nobody's rights; eight, four and two seconds of it.

Run ``python ivr/speech/sound/make_music.py`` to make the files again. 8 kHz, mono, 16 bits, as a telephone carries it;
quiet (about -18 dB at its loudest), and silent at both ends, so that it can be repeated without a click.
"""

import math
import wave
from array import array
from pathlib import Path

RATE = 8000
FILES = {"music.wav": 8, "music-4.wav": 4, "music-2.wav": 2}  # seconds
LOUDNESS = 0.125  # of full scale
STEP = 0.25  # seconds between notes
DECAY = 1.6  # seconds
ATTACK = 0.015  # seconds
FADE_OUT = 0.7  # seconds at the end
REFERENCE = 587.33  # Hz; a fourth above A4, so that the lowest note (311 Hz) is inside the band of a telephone
CHORDS = (  # each of two seconds; semitones from the reference, named as if it were A4
    (-4, 0, 3, 8, 12, 8, 3, 0),  # F A C F A F C A
    (-7, -4, 0, 5, 8, 5, 0, -4),  # D F A D F D A F
    (-11, -7, 1, 5, 10, 5, 1, -7),  # Bb D Bb D G D Bb D
    (-9, -5, -2, 3, 7, 3, -2, -5),  # C E G C E C G E
)


def frequency(semitones: int) -> float:
    return REFERENCE * float(2 ** (semitones / 12))


def pluck(seconds: float, hertz: float) -> float:
    """A soft tone with two quiet overtones, like a far-off kalimba."""
    rise = min(1.0, seconds / ATTACK)
    turn = 2 * math.pi * hertz * seconds
    tone = math.sin(turn) + 0.25 * math.sin(2 * turn) + 0.08 * math.sin(3 * turn)
    return rise * math.exp(-seconds * 3 / DECAY) * tone


def samples(seconds: int) -> "array[int]":
    line = [0.0] * (RATE * seconds)
    notes = [note for chord in CHORDS for note in chord]
    for place, note in enumerate(notes[: int(seconds / STEP)]):
        first = int(place * STEP * RATE)
        for at in range(first, min(len(line), first + int(2 * DECAY * RATE))):
            line[at] += pluck((at - first) / RATE, frequency(note))
    fade = int(FADE_OUT * RATE)
    for back in range(fade):
        line[-1 - back] *= back / fade
    loudest = max(abs(sample) for sample in line)
    return array("h", (round(32767 * LOUDNESS * sample / loudest) for sample in line))


def main() -> None:
    for name, seconds in FILES.items():
        with wave.open(str(Path(__file__).with_name(name)), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(samples(seconds).tobytes())


if __name__ == "__main__":
    main()
