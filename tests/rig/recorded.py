"""What was recorded of a call: the words and keys in each file, by time, and its sound; for "the code is not in it"."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.rig.lab import Impossible, Lab, OnTape, Recorded
from tests.rig.waiting import until
from tests.support.samples import Samples

RUNNING = ("in-progress", "paused")
PATIENCE = 15.0  # machine seconds


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
    over = [one for one in _of(lab, call_sid, source) if one.status not in RUNNING]
    return tuple(InFile(one.sid, one.status, one.seconds, lab.on_tape(one.sid), lab.sound(one.sid)) for one in over)


def statuses_of(lab: Lab, call_sid: str, source: str = "StartCallRecordingAPI") -> tuple[str, ...]:
    """Of every recording of this call, oldest first, as the provider has them now."""
    return tuple(one.status for one in _of(lab, call_sid, source))


def recording_becomes(lab: Lab, call_sid: str, status: str, within: float = PATIENCE) -> None:
    """The call's newest recording, within so many machine seconds."""
    until(
        lambda: statuses_of(lab, call_sid)[-1:] == (status,),
        within,
        lambda: f"no recording of the call became {status}: {statuses_of(lab, call_sid)}",
    )


def says(lab: Lab, telephone: str, text: str, seconds: float = 2.0) -> None:
    """In the talk that this telephone is in (a number, or "client:aino"); until the words are over."""
    lab.talk(live_call(lab, telephone), text, seconds)
    over = _business_time(lab) + timedelta(seconds=seconds)
    until(lambda: _business_time(lab) > over, PATIENCE + seconds, lambda: "business time stands still")


def keys(lab: Lab, telephone: str, digits: str) -> None:
    """Pressed in the talk, as a caller presses who is asked for a code by a person."""
    lab.press(live_call(lab, telephone), digits)


def live_call(lab: Lab, telephone: str) -> str:
    found = next((call.call_sid for call in lab.phone(telephone).calls if call.status == "in-progress"), None)
    if found is None:
        raise Impossible(f"{telephone} is in no call")
    return found


def _of(lab: Lab, call_sid: str, source: str) -> list[Recorded]:
    return [one for one in reversed(lab.recordings()) if one.call_sid == call_sid and one.source == source]


def _business_time(lab: Lab) -> datetime:
    return datetime.fromisoformat(lab.get("/lab/clock")["business_time"])
