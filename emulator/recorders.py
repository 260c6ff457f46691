"""Records running calls: what the owner of the leg says and everything she hears, until it is stopped or the call ends.

Who is heard from when to when is noted as it happens; the sounds themselves are gathered when the recording is over.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import chain
from math import inf
from typing import Literal

from emulator.calls import Call, StatusSubscription
from emulator.network import Network
from emulator.recordings import Manner, Recording
from emulator.tapes import Pause, Taped, spliced, trimmed
from emulator.voice import Sound, clipped

Track = Literal["inbound", "outbound", "both"]


@dataclass(frozen=True)
class Terms:
    """`dual`: her own voice in the first channel, what she hears in the second."""

    track: Track = "both"
    dual: bool = False
    trims: bool = False

    @property
    def manner(self) -> Manner:
        return Manner("StartCallRecordingAPI", 2 if self.dual and self.track == "both" else 1, self.track)


@dataclass(frozen=True)
class Company:
    """Somebody who is heard on the leg, from a moment on (elapsed business seconds)."""

    speaker: Call
    begin: float
    end: float = inf


@dataclass(eq=False)
class Recorder:
    recording: Recording
    terms: Terms
    began: float
    hears: dict[str, Company] = field(default_factory=dict)  # by call; open ended
    heard: list[Company] = field(default_factory=list)
    pauses: list[Pause] = field(default_factory=list)
    paused: Pause | None = None

    @property
    def call(self) -> Call:
        return self.recording.call


class Recorders:
    def __init__(self, network: Network) -> None:
        self._network = network
        self._running: dict[str, Recorder] = {}
        network.company_listeners.append(self._company)
        network.ended_listeners.append(self._ended)
        network.reset_listeners.append(self._running.clear)

    def start(self, call: Call, told: StatusSubscription, terms: Terms) -> Recording:
        with self._network.lock:
            recording = self._network.recordings.begin(call, told, terms.manner)
            recorder = Recorder(recording, terms, self._network.clock.elapsed())
            self._running[recording.sid] = recorder
            self._company(call)
            return recording

    def current(self, call: Call) -> Recording | None:
        """The newest that runs on this call."""
        with self._network.lock:
            mine = [one.recording for one in self._running.values() if one.call is call]
            return mine[-1] if mine else None

    def runs(self, recording: Recording) -> bool:
        return recording.sid in self._running

    def pause(self, recording: Recording, *, skipped: bool) -> None:
        with self._network.lock:
            now = self._network.clock.elapsed()
            self._running[recording.sid].paused = Pause(now, now, skipped)
            self._network.recordings.move(recording, "paused")

    def resume(self, recording: Recording) -> None:
        with self._network.lock:
            _close_pause(self._running[recording.sid], self._network.clock.elapsed())
            self._network.recordings.move(recording, "in-progress")

    def stop(self, recording: Recording) -> None:
        with self._network.lock:
            recorder = self._running.pop(recording.sid)
            self._network.recordings.finish(recording, self._tape(recorder), "stopped")

    def _ended(self, call: Call) -> None:
        for recorder in [one for one in self._running.values() if one.call is call]:
            del self._running[recorder.recording.sid]
            self._network.recordings.finish(recorder.recording, self._tape(recorder))

    def _company(self, call: Call) -> None:
        now = self._network.clock.elapsed()
        for recorder in self._running.values():
            if recorder.call is not call:
                continue
            present = call.partners | call.hears
            for sid in [sid for sid in recorder.hears if sid not in present]:
                recorder.heard.append(replace(recorder.hears.pop(sid), end=now))
            for sid in present & self._network.calls.keys():
                recorder.hears.setdefault(sid, Company(self._network.calls[sid], now))

    def _tape(self, recorder: Recorder) -> Taped:
        now, call = self._network.clock.elapsed(), recorder.call
        _close_pause(recorder, now)
        own = clipped(_says(call), recorder.began, now)
        line = clipped(call.played, recorder.began, now)
        company = (*recorder.heard, *recorder.hears.values())
        others = (clipped(_says(one.speaker), one.begin, min(one.end, now)) for one in company)
        heard = (*line, *chain.from_iterable(others))
        tape = spliced(_channels(recorder.terms, own, heard, recorder.began, now), recorder.pauses)
        return trimmed(tape) if recorder.terms.trims else tape


def _says(call: Call) -> Iterable[Sound]:
    return (replace(sound, by=call.sid) for sound in (*call.voice.sounds, *call.tones))


def _channels(terms: Terms, own: tuple[Sound, ...], heard: tuple[Sound, ...], begin: float, end: float) -> Taped:
    match terms.track:
        case "inbound":
            return Taped(own, begin, end)
        case "outbound":
            return Taped(heard, begin, end)
        case "both":
            return Taped(own, begin, end, heard) if terms.dual else Taped(own + heard, begin, end)


def _close_pause(recorder: Recorder, now: float) -> None:
    if recorder.paused is not None:
        recorder.pauses.append(replace(recorder.paused, end=now))
        recorder.paused = None
