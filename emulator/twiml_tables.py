"""What Twilio accepts: for each element its attributes and their values, its children, and the verbs by context.

Only data, from https://www.twilio.com/docs/voice/twiml and the pages below it; `twiml_parse` reads it.
"""

import re
from collections.abc import Callable
from enum import Enum

Accepts = Callable[[str], bool]


class Context(Enum):
    """Where a document is played: that decides which verbs it may hold."""

    CALL = "call"
    QUEUE_WAIT = "queue wait"
    CONFERENCE_WAIT = "conference wait"
    CALLED_PARTY = "url of a dialled number"


def one_of(*values: str) -> Accepts:
    return lambda text: text in values


def whole(low: int, high: int) -> Accepts:
    return lambda text: text.isascii() and text.isdigit() and low <= int(text) <= high


def words(*allowed: str) -> Accepts:
    return lambda text: bool(text.split(" ")) and all(word in allowed for word in text.split(" "))


def matching(pattern: str) -> Accepts:
    compiled = re.compile(pattern)
    return lambda text: compiled.fullmatch(text) is not None


def anything(_text: str) -> bool:
    return True


def hints(text: str) -> bool:
    phrases = text.split(",")
    return len(phrases) <= 500 and all(len(phrase.strip()) <= 100 for phrase in phrases)


BOOL = one_of("true", "false")
METHOD = one_of("GET", "POST")
LOOP = whole(0, 1000)
NOT_EMPTY: Accepts = bool
SECONDS_OR_AUTO = matching(r"\d+|auto")
CALL_EVENTS = words("initiated", "ringing", "answered", "completed")
CONFERENCE_EVENTS = words("start", "end", "join", "leave", "mute", "hold", "modify", "speaker", "announcement")
RECORDING_EVENTS = words("in-progress", "completed", "absent")
DIAL_RECORD = one_of(
    "true",
    "false",
    "do-not-record",
    "record-from-answer",
    "record-from-ringing",
    "record-from-answer-dual",
    "record-from-ringing-dual",
)

RECORDING: dict[str, Accepts] = {
    "recordingStatusCallback": NOT_EMPTY,
    "recordingStatusCallbackMethod": METHOD,
    "recordingStatusCallbackEvent": RECORDING_EVENTS,
    "recordingConfigurationId": anything,
}
STATUS_CALLBACK: dict[str, Accepts] = {
    "statusCallback": NOT_EMPTY,
    "statusCallbackMethod": METHOD,
    "statusCallbackEvent": CALL_EVENTS,
}
MACHINE_DETECTION: dict[str, Accepts] = {
    "machineDetection": one_of("Enable", "DetectMessageEnd"),
    "machineDetectionTimeout": whole(3, 60),
    "machineDetectionSpeechThreshold": whole(1000, 6000),
    "machineDetectionSpeechEndThreshold": whole(500, 5000),
    "machineDetectionSilenceTimeout": whole(2000, 10000),
    "amdStatusCallback": NOT_EMPTY,
    "amdStatusCallbackMethod": METHOD,
}

ATTRIBUTES: dict[str, dict[str, Accepts]] = {
    "Response": {},
    "Say": {"voice": NOT_EMPTY, "language": NOT_EMPTY, "loop": LOOP},
    "Play": {"loop": LOOP, "digits": matching(r"[0-9*#wW]+")},
    "Pause": {"length": whole(0, 3600)},
    "Gather": {
        "input": words("dtmf", "speech"),
        "action": NOT_EMPTY,
        "method": METHOD,
        "actionOnEmptyResult": BOOL,
        "numDigits": whole(1, 1000),
        "finishOnKey": matching(r"[0-9#*]?"),
        "timeout": SECONDS_OR_AUTO,
        "speechTimeout": SECONDS_OR_AUTO,
        "language": NOT_EMPTY,
        "speechModel": NOT_EMPTY,
        "hints": hints,
        "profanityFilter": BOOL,
        "partialResultCallback": NOT_EMPTY,
        "partialResultCallbackMethod": METHOD,
        "enhanced": BOOL,
    },
    "Enqueue": {
        "action": NOT_EMPTY,
        "method": METHOD,
        "waitUrl": anything,
        "waitUrlMethod": METHOD,
        "maxQueueSize": whole(1, 5000),
        "workflowSid": NOT_EMPTY,
    },
    "Leave": {},
    "Redirect": {"method": METHOD},
    "Reject": {"reason": one_of("rejected", "busy")},
    "Hangup": {},
    "Dial": {
        "action": NOT_EMPTY,
        "method": METHOD,
        "answerOnBridge": BOOL,
        "callerId": NOT_EMPTY,
        "callReason": anything,
        "hangupOnStar": BOOL,
        "record": DIAL_RECORD,
        "recordingTrack": one_of("inbound", "outbound", "both"),
        "referUrl": NOT_EMPTY,
        "referMethod": METHOD,
        "ringTone": matching(r"[a-z]{2}(-old)?"),
        "sequential": BOOL,
        "timeLimit": whole(1, 86400),
        "timeout": whole(5, 600),
        "trim": one_of("trim-silence", "do-not-trim"),
        **RECORDING,
    },
    "Number": {
        "sendDigits": matching(r"[0-9*#wW]+"),
        "url": NOT_EMPTY,
        "method": METHOD,
        "byoc": NOT_EMPTY,
        **STATUS_CALLBACK,
        **MACHINE_DETECTION,
    },
    "Client": {"url": NOT_EMPTY, "method": METHOD, **STATUS_CALLBACK},
    "Identity": {},
    "Parameter": {"name": NOT_EMPTY, "value": anything},
    "Conference": {
        "muted": BOOL,
        "beep": one_of("true", "false", "onEnter", "onExit"),
        "startConferenceOnEnter": BOOL,
        "endConferenceOnExit": BOOL,
        "participantLabel": matching(r".{1,128}"),
        "jitterBufferSize": one_of("small", "medium", "large", "off"),
        "waitUrl": anything,
        "waitMethod": METHOD,
        "maxParticipants": whole(2, 250),
        "record": one_of("do-not-record", "record-from-start"),
        "region": NOT_EMPTY,
        "trim": one_of("trim-silence", "do-not-trim"),
        "coach": matching(r"CA[0-9a-f]{32}"),
        "statusCallback": NOT_EMPTY,
        "statusCallbackMethod": METHOD,
        "statusCallbackEvent": CONFERENCE_EVENTS,
        "eventCallbackUrl": NOT_EMPTY,
        **RECORDING,
    },
    "Queue": {"url": NOT_EMPTY, "method": METHOD, "reservationSid": NOT_EMPTY, "postWorkActivitySid": NOT_EMPTY},
    "Sip": {"url": NOT_EMPTY, "method": METHOD, "username": anything, "password": anything, **STATUS_CALLBACK},
    "Record": {
        "action": NOT_EMPTY,
        "method": METHOD,
        "timeout": whole(0, 3600),
        "finishOnKey": matching(r"[0-9#*]*"),
        "maxLength": whole(1, 14400),
        "playBeep": BOOL,
        "trim": one_of("trim-silence", "do-not-trim"),
        "transcribe": BOOL,
        "transcribeCallback": NOT_EMPTY,
        **RECORDING,
    },
}

SSML = frozenset({"break", "emphasis", "lang", "p", "phoneme", "prosody", "s", "say-as", "sub", "w"})

CHILDREN: dict[str, frozenset[str]] = {
    "Gather": frozenset({"Say", "Play", "Pause"}),
    "Dial": frozenset({"Number", "Client", "Sip", "Queue", "Conference"}),
    "Client": frozenset({"Identity", "Parameter"}),
}

VERBS: dict[Context, frozenset[str]] = {
    Context.CALL: frozenset(
        {"Say", "Play", "Pause", "Gather", "Record", "Dial", "Enqueue", "Leave", "Redirect", "Reject", "Hangup"}
    ),
    Context.QUEUE_WAIT: frozenset({"Play", "Say", "Pause", "Hangup", "Redirect", "Leave", "Gather"}),
    Context.CONFERENCE_WAIT: frozenset({"Play", "Say", "Pause", "Redirect"}),
    Context.CALLED_PARTY: frozenset({"Play", "Say", "Gather", "Hangup"}),
}

NOT_PLAYED = frozenset({"Connect", "Pay", "Refer", "Sms", "Start", "Stop"})  # valid in a call, unknown here
MOST_DIALLED = 10
MOST_CHARACTERS = {"Polly": 3000, "": 4096}
MOST_SAY_BYTES = 4500
