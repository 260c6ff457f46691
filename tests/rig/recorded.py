"""What was recorded of a call: the words and keys in each file, by time, and its sound; for "the code is not in it"."""

from dataclasses import dataclass

from tests.rig.lab import Lab, OnTape
from tests.support.samples import Samples


@dataclass(frozen=True)
class InFile:
    """One recording that is over. `by`: whose telephone; "" is what the line itself played."""

    sid: str
    status: str
    seconds: int
    sounds: tuple[OnTape, ...]
    file: bytes | None  # None once the provider has deleted it

    @property
    def text(self) -> str:
        """Everything said and played, in the order of time."""
        return " ".join(one.text for one in self.sounds if one.text and not one.key)

    @property
    def keys(self) -> str:
        return "".join(one.text for one in self.sounds if one.key)

    def says(self, words: str) -> bool:
        return words in self.text

    def said_by(self, telephone: str) -> str:
        return " ".join(one.text for one in self.sounds if one.by == telephone and not one.key)

    def when(self, words: str) -> OnTape:
        found = next((one for one in self.sounds if words in one.text and not one.key), None)
        assert found is not None, f"{words!r} is not in the recording: {self.text!r}"
        return found

    def is_silent(self, begin: float, end: float) -> bool:
        return Samples.of(self.file or b"").silent(begin, end)


def recorded_of(lab: Lab, call_sid: str, source: str = "StartCallRecordingAPI") -> tuple[InFile, ...]:
    """Oldest first, without those that still run; `source` RecordVerb: what was spoken after a tone."""
    over = [
        one
        for one in reversed(lab.recordings())
        if one.call_sid == call_sid and one.source == source and one.status not in ("in-progress", "paused")
    ]
    return tuple(InFile(one.sid, one.status, one.seconds, lab.on_tape(one.sid), lab.sound(one.sid)) for one in over)
