"""Who answered, a person or a machine: found out before the first document, or beside the call. Always right."""

from dataclasses import dataclass
from typing import Literal

from emulator.callbacks import notify
from emulator.calls import Call, StatusSubscription
from emulator.history import Problem
from emulator.network import Network

Mode = Literal["Enable", "DetectMessageEnd"]

DETECTION_SECONDS = 3.0  # business seconds until it is decided who answered
SILENCE_SECONDS = 2.0  # after a greeting without a beep, until its end is believed
DEFAULT_TIMEOUT = 30


@dataclass(frozen=True)
class Detection:
    """`told`: who hears the verdict of a detection beside the call; None: the first document waits for it."""

    mode: Mode
    timeout: float = DEFAULT_TIMEOUT
    told: StatusSubscription | None = None


@dataclass(frozen=True)
class Verdict:
    after: float  # business seconds from the answer
    answered_by: str


def mode_of(text: str) -> Mode | None:
    match text:
        case "Enable" | "DetectMessageEnd":
            return text
        case _:
            return None


def verdict(network: Network, call: Call, detection: Detection) -> Verdict:
    found = _undisturbed(network, call, detection.mode)
    return found if found.after <= detection.timeout else Verdict(detection.timeout, "unknown")


def _undisturbed(network: Network, call: Call, mode: Mode) -> Verdict:
    tape = network.machines.tape(call)
    if tape is None:
        return Verdict(DETECTION_SECONDS, "human")
    if mode == "Enable":
        return Verdict(DETECTION_SECONDS, "machine_start")
    if tape.behaviour.beep:
        return Verdict(max(DETECTION_SECONDS, tape.behaviour.greeting), "machine_end_beep")
    return Verdict(max(DETECTION_SECONDS, tape.behaviour.greeting + SILENCE_SECONDS), "machine_end_silence")


def detect(network: Network, call: Call, detection: Detection) -> None:
    """Once answered. Waits for the verdict, unless it is told beside the call."""
    found = verdict(network, call, detection)
    if detection.told is None:
        call.wait(found.after)
        call.answered_by = found.answered_by
        return
    if not detection.told.url:
        network.problem(call, Problem(21262, "asynchronous detection without a callback"))
    network.agenda.after(found.after, lambda: _tell(network, call, detection.told, found))


def _tell(network: Network, call: Call, told: StatusSubscription | None, found: Verdict) -> None:
    with network.lock:
        if call.over:
            return
        call.answered_by = found.answered_by
    if told is None or not told.url:
        return
    fields = {
        "AccountSid": network.config.account_sid,
        "AnsweredBy": found.answered_by,
        "CallSid": call.sid,
        "MachineDetectionDuration": str(round(found.after * 1000)),
    }
    notify(network, call, told, fields)
