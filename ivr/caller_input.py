"""What a webhook says the caller did, as a closed union. The only reader of Twilio's form fields. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Pressed:
    keys: str  # 0-9 * #


@dataclass(frozen=True)
class Silent:
    """Nothing was pressed, or the step has no question."""


@dataclass(frozen=True)
class LeftQueue:
    """The Enqueue action. ``result`` is Twilio's word: leave, hangup, error, queue-full, system-error, redirected."""

    result: str


@dataclass(frozen=True)
class DialEnded:
    status: str  # completed, answered, busy, no-answer, failed, canceled


@dataclass(frozen=True)
class RecordingEnded:
    """The Record action."""

    recording_sid: str  # RE and 32 hex digits
    seconds: int
    hung_up: bool  # the caller hung up while recording


CallerInput = Pressed | Silent | LeftQueue | DialEnded | RecordingEnded

ONE_KEY = frozenset("0123456789")  # what may stand in an address: never a number that was keyed in
_KEYS = frozenset("0123456789*#")
MOST_KEYS = 32  # more than any number has
RECORDING_SID = re.compile(r"RE[0-9a-f]{32}")
LONGEST_RECORDING = 4 * 3600  # seconds; the provider records no longer


def read(form: Mapping[str, str]) -> CallerInput:
    """A key press that no telephone can send counts as silence; of too many keys the first ones are enough."""
    if "QueueResult" in form:
        return LeftQueue(form["QueueResult"][:32])
    if "DialCallStatus" in form:
        return DialEnded(form["DialCallStatus"][:32])
    if "RecordingSid" in form or "RecordingUrl" in form:
        return _recording(form)
    keys = form.get("Digits", "")
    if not keys or not set(keys) <= _KEYS:
        return Silent()
    return Pressed(keys[:MOST_KEYS])


def _recording(form: Mapping[str, str]) -> CallerInput:
    """What the Record action says. A recording without a whole name cannot be fetched: silence."""
    sid = form.get("RecordingSid", "")
    if RECORDING_SID.fullmatch(sid) is None:
        return Silent()
    return RecordingEnded(sid, seconds_of(form.get("RecordingDuration", "")), form.get("Digits") == "hangup")


def seconds_of(value: str, unreadable: int = 0) -> int:
    """Whole seconds; ``unreadable`` for anything that is no number."""
    if not (value.isascii() and value.isdigit() and len(value) <= 6):
        return unreadable
    return min(int(value), LONGEST_RECORDING)
