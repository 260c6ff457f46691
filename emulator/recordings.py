"""What was recorded: each recording's state, its sound, and who is told of it.

The words that were spoken are kept for the lab alone; over REST there is only sound, as with the real provider.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from emulator.callbacks import notify, rfc2822
from emulator.calls import Call, StatusSubscription
from emulator.network import Network, telephone_number
from emulator.sids import new_sid
from emulator.tapes import Taped

RecordingStatus = Literal["in-progress", "paused", "stopped", "processing", "completed", "absent", "deleted"]
Source = Literal["RecordVerb", "StartCallRecordingAPI"]
RUNNING: frozenset[RecordingStatus] = frozenset({"in-progress", "paused"})
TOO_SHORT = 16101
PROCESSING_SECONDS = 2.0  # business seconds from the last sound until the file can be fetched


@dataclass(frozen=True)
class Manner:
    """How it is made; `track` only where the provider tells it."""

    source: Source
    channels: int = 1
    track: str | None = None


RECORD_VERB = Manner("RecordVerb")


@dataclass(eq=False)
class Recording:
    call: Call
    url: str
    told: StatusSubscription
    sid: str
    created: datetime
    updated: datetime
    manner: Manner = RECORD_VERB
    status: RecordingStatus = "in-progress"
    tape: Taped = field(default_factory=lambda: Taped((), 0.0, 0.0))
    lost: bool = False  # the tester wants it to come to nothing

    @property
    def running(self) -> bool:
        return self.status in RUNNING

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

    def begin(self, call: Call, told: StatusSubscription, manner: Manner = RECORD_VERB) -> Recording:
        network, sid = self._network, new_sid("RE")
        now = network.clock.now()
        url = f"{network.origin}/2010-04-01/Accounts/{network.config.account_sid}/Recordings/{sid}"
        recording = Recording(call, url, told, sid, now, now, manner)
        with network.lock:
            self.all[sid] = recording
        self._tell(recording)
        return recording

    def move(self, recording: Recording, status: RecordingStatus) -> None:
        with self._network.lock:
            recording.status = status
            recording.updated = self._network.clock.now()
        self._network.history.add("recording", call_sid=recording.call.sid, sid=recording.sid, status=status)

    def finish(self, recording: Recording, tape: Taped, status: RecordingStatus = "processing") -> None:
        """The sound is on the tape; it can be fetched a little later. Without any sound there is nothing to fetch."""
        with self._network.lock:
            if recording.sid not in self.all:
                return  # forgotten by a reset
            recording.tape = tape
            recording.status = status if tape.seconds and not recording.lost else "absent"
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
            if recording.status not in ("processing", "stopped"):
                return  # deleted meanwhile
            self.move(recording, "completed")
        self._tell(recording)

    def _tell(self, recording: Recording) -> None:
        if not recording.told.url or recording.status not in recording.told.events:
            return
        fields = {
            "AccountSid": self._network.config.account_sid,
            "CallSid": recording.call.sid,
            "RecordingChannels": str(recording.manner.channels),
            "RecordingSid": recording.sid,
            "RecordingSource": recording.manner.source,
            "RecordingStartTime": rfc2822(recording.created),
            "RecordingStatus": recording.status,
            "RecordingUrl": recording.url,
        }
        if recording.manner.track is not None:
            fields["RecordingTrack"] = recording.manner.track
        if recording.status == "completed":
            fields["RecordingDuration"] = str(recording.tape.seconds)
        if recording.status == "absent":
            fields["ErrorCode"] = str(TOO_SHORT)
        notify(self._network, recording.call, recording.told, fields)
