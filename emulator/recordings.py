"""What was recorded: each recording's state, its sound, and who is told of it.

The words that were spoken are kept for the lab alone; over REST there is only sound, as with the real provider.
"""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Literal

from emulator.callbacks import notify, rfc2822
from emulator.calls import Call, StatusSubscription
from emulator.network import Network, telephone_number
from emulator.sids import new_sid
from emulator.sound import wav
from emulator.voice import Sound, words_of

RecordingStatus = Literal["in-progress", "processing", "completed", "absent", "deleted"]
PROCESSING_SECONDS = 2.0  # business seconds from the last sound until the file can be fetched


@dataclass(frozen=True)
class Taped:
    """The sounds on the tape, and from when to when it runs (elapsed business seconds)."""

    sounds: tuple[Sound, ...]
    begin: float
    end: float

    @property
    def seconds(self) -> int:
        """As the provider counts: whole seconds, and no sound is nothing."""
        return max(1, round(self.end - self.begin)) if self.end > self.begin else 0

    @cached_property
    def wav(self) -> bytes:
        return wav(self.sounds, self.begin, self.end)

    @property
    def words(self) -> str:
        return words_of(self.sounds)


@dataclass(eq=False)
class Recording:
    call: Call
    url: str
    told: StatusSubscription
    sid: str
    created: datetime
    updated: datetime
    status: RecordingStatus = "in-progress"
    tape: Taped = field(default_factory=lambda: Taped((), 0.0, 0.0))

    @property
    def fetchable(self) -> bool:
        return self.status == "completed"

    @property
    def exists(self) -> bool:
        return self.status not in ("absent", "deleted")


class Recordings:
    def __init__(self, network: Network) -> None:
        self._network = network
        self.all: dict[str, Recording] = {}
        network.reset_listeners.append(self.all.clear)

    def of(self, number: str) -> list[Recording]:
        """Newest first: those that were spoken into this telephone."""
        with self._network.lock:
            return [one for one in reversed(self.all.values()) if telephone_number(one.call) == number]

    def begin(self, call: Call, told: StatusSubscription) -> Recording:
        network, sid = self._network, new_sid("RE")
        now = network.clock.now()
        url = f"{network.origin}/2010-04-01/Accounts/{network.config.account_sid}/Recordings/{sid}"
        recording = Recording(call, url, told, sid, now, now)
        with network.lock:
            self.all[sid] = recording
        self._tell(recording)
        return recording

    def finish(self, recording: Recording, tape: Taped) -> None:
        """The sound is on the tape; it can be fetched a little later. Without any sound there is nothing to fetch."""
        with self._network.lock:
            if recording.sid not in self.all:
                return  # forgotten by a reset
            recording.tape = tape
            recording.status = "processing" if tape.seconds else "absent"
            recording.updated = self._network.clock.now()
        if recording.status == "absent":
            self._tell(recording)
        else:
            self._network.agenda.after(PROCESSING_SECONDS, lambda: self._complete(recording))

    def delete(self, recording: Recording) -> None:
        """The sound is gone at once; that there was one stays known."""
        with self._network.lock:
            recording.status = "deleted"
            recording.updated = self._network.clock.now()

    def _complete(self, recording: Recording) -> None:
        with self._network.lock:
            if recording.status != "processing":
                return  # deleted meanwhile
            recording.status = "completed"
            recording.updated = self._network.clock.now()
        self._network.history.add("recording", call_sid=recording.call.sid, sid=recording.sid, status="completed")
        self._tell(recording)

    def _tell(self, recording: Recording) -> None:
        if not recording.told.url or recording.status not in recording.told.events:
            return
        fields = {
            "AccountSid": self._network.config.account_sid,
            "CallSid": recording.call.sid,
            "RecordingChannels": "1",
            "RecordingSid": recording.sid,
            "RecordingSource": "RecordVerb",
            "RecordingStartTime": rfc2822(recording.created),
            "RecordingStatus": recording.status,
            "RecordingUrl": recording.url,
        }
        if recording.status == "completed":
            fields["RecordingDuration"] = str(recording.tape.seconds)
        notify(self._network, recording.call, recording.told, fields)
