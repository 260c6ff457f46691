"""What a webhook says the caller did, as a closed union. The only reader of Twilio's form fields. Pure."""

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

_KEYS = frozenset("0123456789*#")


def read(form: Mapping[str, str]) -> CallerInput:
    """A key press that no telephone can send counts as silence."""
    if "QueueResult" in form:
        return LeftQueue(form["QueueResult"][:32])
    if "DialCallStatus" in form:
        return DialEnded(form["DialCallStatus"][:32])
    keys = form.get("Digits", "")
    if not keys or len(keys) > 32 or not set(keys) <= _KEYS:
        return Silent()
    return Pressed(keys)
