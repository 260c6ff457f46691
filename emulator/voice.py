"""What the owner of a telephone says into it, on a line of elapsed business seconds.

Utterances queue one after the other; what waits for a beep is laid on the line when it sounds. Only times and words:
who listens (a recording, an answering machine) asks here, and the sound itself is made in `sound`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from math import inf

CHARACTERS_A_SECOND = 14
SHORTEST = 0.3


def speaking_time(text: str) -> float:
    """Business seconds."""
    return max(SHORTEST, len(text) / CHARACTERS_A_SECOND)


@dataclass(frozen=True)
class Words:
    text: str
    seconds: float


@dataclass(frozen=True)
class Quiet:
    seconds: float


@dataclass(frozen=True)
class Deed:
    """What the speaker does when the words before it are over: keys, or hanging up."""

    keys: str = ""

    @property
    def hangs_up(self) -> bool:
        return not self.keys


Part = Words | Quiet | Deed


@dataclass(frozen=True)
class Sound:
    """`by`: the call whose owner makes it; empty where that is plain, or where the line itself makes it."""

    begin: float
    end: float
    text: str
    by: str = ""
    key: bool = False  # a key's tones, not words


@dataclass(frozen=True)
class Plan:
    at: float
    deed: Deed


@dataclass(eq=False)
class Voice:
    """`version` grows with everything that is said, so that a listener knows its reckoning is old."""

    sounds: list[Sound] = field(default_factory=list)
    breaths: list[Sound] = field(default_factory=list)  # no sound, but no silence either: about to speak
    plans: list[Plan] = field(default_factory=list)
    waiting: list[Part] = field(default_factory=list)
    until: float = 0.0
    version: int = 0

    def hold(self, parts: Iterable[Part]) -> None:
        """For the next beep."""
        self.waiting.extend(parts)

    def speak(self, parts: Iterable[Part], now: float) -> tuple[Sound, ...]:
        """From now on, or after what is being said; answers the new sounds."""
        self.until, before = max(self.until, now), len(self.sounds)
        for part in parts:
            match part:
                case Words(text, seconds):
                    self.sounds.append(Sound(self.until, self.until + seconds, text))
                    self.until += seconds
                case Quiet(seconds):
                    self.until += seconds
                case Deed():
                    self.plans.append(Plan(self.until, part))
        self.version += 1
        return tuple(self.sounds[before:])

    def breathe(self, now: float, seconds: float) -> None:
        """Whoever types what is to be said is slower than whoever speaks: no silence is counted meanwhile."""
        self.breaths.append(Sound(now, now + seconds, ""))
        self.version += 1

    def beep(self, now: float) -> tuple[Sound, ...]:
        """Everything that waited is said from now on."""
        begun, self.waiting = self.waiting, []
        return self.speak(begun, now)

    def speaking(self, now: float) -> bool:
        return self.until > now or bool(self.plans) or bool(self.waiting)

    def silent_for(self, seconds: float, since: float) -> float:
        """The first moment at which it has been silent that long; never, where `seconds` is 0."""
        if not seconds:
            return inf
        quiet_from = since
        for sound in sorted([*self.sounds, *self.breaths], key=lambda sound: sound.begin):
            if sound.begin - quiet_from > seconds:
                break
            quiet_from = max(quiet_from, sound.end)
        return quiet_from + seconds


def clipped(sounds: Iterable[Sound], begin: float, end: float) -> tuple[Sound, ...]:
    """What a tape that runs from `begin` to `end` holds; words that are cut lose their letters in proportion."""
    kept = (_cut(sound, begin, end) for sound in sounds)
    return tuple(sound for sound in kept if sound.end > sound.begin)


def _cut(sound: Sound, begin: float, end: float) -> Sound:
    first, last = max(sound.begin, begin), min(sound.end, end)
    if last <= first:
        return replace(sound, begin=first, end=first)
    if sound.key or sound.end == inf:
        return replace(sound, begin=first, end=last)
    scale = len(sound.text) / (sound.end - sound.begin)
    text = sound.text[round((first - sound.begin) * scale) : round((last - sound.begin) * scale)]
    return replace(sound, begin=first, end=last, text=text)


def words_of(sounds: Iterable[Sound]) -> str:
    return " ".join(sound.text for sound in sounds if sound.text.strip()).strip()
