"""Record: the beep, the caller's voice until silence, length, a key or the hang-up, and the request with the URL."""

from dataclasses import dataclass
from typing import Literal

from emulator.call_params import standard
from emulator.callbacks import notify
from emulator.calls import Call, CallEnded, CallRedirected, Fetch, RecordingNow, StatusSubscription
from emulator.history import Problem
from emulator.overrides import split
from emulator.player import Playing, answer_if_ringing, verb
from emulator.recordings import Recording
from emulator.speaking import hand_over, note
from emulator.tapes import Taped, trimmed
from emulator.telephones import is_client
from emulator.twiml_parse import NOT_TWILIOS, Element
from emulator.voice import Deed, clipped

BEEP_SECONDS = 0.5
DEFAULT_SILENCE = 5
DEFAULT_LONGEST = 3600
LONGEST_TRANSCRIBED = 120
LONGEST_OF_CLIENT = 600
ANY_KEY = "1234567890*#"

Why = Literal["silence", "length", "key", "hangup", "redirect"]


@dataclass(frozen=True)
class Ending:
    """Why the recording ended and when (elapsed business seconds); the key, where one ended it."""

    why: Why
    at: float
    key: str = ""

    @property
    def digits(self) -> tuple[tuple[str, str], ...]:
        match self.why:
            case "key":
                return (("Digits", self.key),)
            case "hangup":
                return (("Digits", "hangup"),)
            case _:
                return ()


@verb("Record")
def record(element: Element, playing: Playing) -> Fetch | None:
    network, call = playing.network, playing.call
    answer_if_ringing(playing)
    if "action" not in element.attributes and _sent_here(playing):
        network.problem(call, Problem(11100, "<Record> without action in a document a live call was sent to"))
        return None
    if element.yes("transcribe"):
        network.problem(call, Problem(NOT_TWILIOS, "transcribe knows American English only; nothing is written down"))
    if element.yes("playBeep", default=True):
        call.note("beep")
        with call.sounding("beep", BEEP_SECONDS):
            call.wait(BEEP_SECONDS)
    recording = network.recordings.begin(call, _told(element, playing))
    began = network.clock.elapsed()
    try:
        ending = _listen(call, _terms(element, call, recording), began)
    except CallRedirected:
        _finish(element, playing, recording, began, Ending("redirect", network.clock.elapsed()))
        raise
    except CallEnded:
        ending = Ending("hangup", network.clock.elapsed())
    following = _finish(element, playing, recording, began, ending)
    if ending.why != "hangup":
        return following
    if following is not None:
        _tell_only(playing, following)
    raise CallEnded


def _sent_here(playing: Playing) -> bool:
    sent_to = playing.call.sent_to
    return sent_to is not None and split(sent_to)[0] == playing.document.url


def _terms(element: Element, call: Call, recording: Recording) -> RecordingNow:
    longest = element.number("maxLength", DEFAULT_LONGEST)
    if element.yes("transcribe"):
        longest = min(longest, LONGEST_TRANSCRIBED)
    if is_client(call.caller):
        longest = min(longest, LONGEST_OF_CLIENT)
    finish, timeout = element.get("finishOnKey", ANY_KEY), element.number("timeout", DEFAULT_SILENCE)
    return RecordingNow(recording.sid, finish, longest, timeout)


def _told(element: Element, playing: Playing) -> StatusSubscription:
    if "recordingStatusCallback" not in element.attributes:
        return StatusSubscription()
    return StatusSubscription(
        playing.link(element.get("recordingStatusCallback", ""), "POST").url,
        element.get("recordingStatusCallbackMethod", "POST"),
        frozenset(element.get("recordingStatusCallbackEvent", "completed").split()),
    )


def _listen(call: Call, terms: RecordingNow, began: float) -> Ending:
    with call.lock:
        call.keys.clear()  # keys pressed before the beep are nobody's
        call.recording = terms
        call.note("record", sid=terms.sid, finish=terms.finish, max=terms.longest, timeout=terms.timeout)
        note(call, call.voice.beep(began))
    try:
        while True:
            ending = _next(call, terms, began)
            if ending is not None:
                return ending
    finally:
        call.recording = None


def _next(call: Call, terms: RecordingNow, began: float) -> Ending | None:
    """Waits for the next thing; None where it changed the reckoning and the recording goes on."""
    with call.lock:
        version = call.voice.version
        due = _due(call, terms, began)
    now = call.clock.elapsed()
    due_at = due.at if isinstance(due, Ending) else due[0]
    call.wait(max(0.0, due_at - now), lambda: _key(call, terms) is not None or call.voice.version != version)
    with call.lock:
        key = _key(call, terms)
        if key is not None:
            call.keys.clear()
            return Ending("key", min(due_at, call.clock.elapsed()), key)
        if call.voice.version != version:
            return None
        if isinstance(due, Ending):
            return due
        return _carry_out(call, terms, *due)


def _due(call: Call, terms: RecordingNow, began: float) -> Ending | tuple[float, Deed]:
    """What comes first: the silence, the full tape, or what the speaker has in mind."""
    silent_at = call.voice.silent_for(terms.timeout, began)
    full_at = began + terms.longest
    first = Ending("silence", silent_at) if silent_at < full_at else Ending("length", full_at)
    plan = call.voice.plans[0] if call.voice.plans else None
    return (plan.at, plan.deed) if plan is not None and plan.at <= first.at else first


def _carry_out(call: Call, terms: RecordingNow, at: float, deed: Deed) -> Ending | None:
    call.voice.plans.pop(0)
    if deed.hangs_up:
        call.hang_up("telephone")
        return Ending("hangup", at)
    call.note("key", deed.keys)
    key = next((key for key in deed.keys if key in terms.finish), None)
    return None if key is None else Ending("key", at, key)


def _key(call: Call, terms: RecordingNow) -> str | None:
    return next((key for key in call.keys if key in terms.finish), None)


def _finish(element: Element, playing: Playing, recording: Recording, began: float, ending: Ending) -> Fetch | None:
    """Where the call goes: with nothing on the tape, to the next verb."""
    call = playing.call
    tape = _tape(call, element.get("trim", "trim-silence") == "trim-silence", began, ending.at)
    call.note("recorded", sid=recording.sid, seconds=tape.seconds, why=ending.why)
    playing.network.recordings.finish(recording, tape)
    hand_over(playing.network, call)
    if not tape.seconds or ending.why == "redirect":
        return None
    params = (
        *ending.digits,
        ("RecordingDuration", str(tape.seconds)),
        ("RecordingSid", recording.sid),
        ("RecordingUrl", recording.url),
    )
    return playing.link(element.get("action", ""), element.get("method", "POST"), params)


def _tape(call: Call, trims: bool, began: float, ended: float) -> Taped:
    with call.lock:
        tape = Taped(clipped(call.voice.sounds, began, ended), began, ended)
    return trimmed(tape) if trims else tape


def _tell_only(playing: Playing, following: Fetch) -> None:
    """The caller is gone: the action is requested, but its answer is nobody's."""
    fields = standard(playing.call, playing.network.config.account_sid) | dict(following.params)
    notify(playing.network, playing.call, StatusSubscription(following.url, following.method), fields)
