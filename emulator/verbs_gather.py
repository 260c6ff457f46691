"""Gather, keys and speech: nested words that the first input cuts, the time-out after them, and the request."""

from dataclasses import replace

from emulator.call_params import standard
from emulator.callbacks import notify
from emulator.calls import Call, Fetch, Gathering, Said, StatusSubscription
from emulator.player import Playing, answer_if_ringing, verb
from emulator.twiml_parse import Element
from emulator.verbs_sound import pause, play_sound, say

DEFAULT_TIMEOUT = 5
AUTO_SILENCE = 1  # business seconds after which an "auto" time-out believes that the speaker is through
DEFAULT_LANGUAGE = "en-US"
NESTED = {"Say": say, "Play": play_sound, "Pause": pause}

Params = tuple[tuple[str, str], ...]


@verb("Gather")
def gather(element: Element, playing: Playing) -> Fetch | None:
    call = playing.call
    answer_if_ringing(playing)
    listening = _listening(element)
    with call.lock:
        call.keys.clear()  # keys pressed before the question are nobody's
        call.said = None
        call.gathering = listening
    call.note(
        "gather",
        digits=listening.digits,
        finish=listening.finish,
        timeout=element.get("timeout", str(DEFAULT_TIMEOUT)),
        keys=listening.keys,
        speech=listening.speech,
        language=listening.language or None,
    )
    try:
        _nested(element, playing)
        result = _result(element, playing, listening)
    finally:
        call.gathering = None
        call.said = None
    if result is None:
        return None
    return playing.link(element.get("action", ""), element.get("method", "POST"), result)


def _listening(element: Element) -> Gathering:
    kinds = element.get("input", "dtmf").split()
    speech = "speech" in kinds
    return Gathering(
        digits=element.number("numDigits", 0) or None,
        finish=element.get("finishOnKey", "#"),
        keys="dtmf" in kinds,
        speech=speech,
        language=element.get("language", DEFAULT_LANGUAGE) if speech else "",
    )


def _nested(element: Element, playing: Playing) -> None:
    for child in element.children:
        if playing.call.interrupted or NESTED[child.name](child, playing, until_key=True):
            return


def _result(element: Element, playing: Playing, listening: Gathering) -> Params | None:
    """What the action hears; None: nobody answered, and the next verb runs."""
    call = playing.call
    found = _collect(call, listening, element.number("timeout", DEFAULT_TIMEOUT))
    if isinstance(found, Said):
        return _heard(element, playing, found)
    if found:
        return (("Digits", found),)
    if not element.yes("actionOnEmptyResult"):
        return None
    return (*((("Digits", ""),) if listening.keys else ()), *((("SpeechResult", ""),) if listening.speech else ()))


def _collect(call: Call, listening: Gathering, timeout: float) -> str | Said:
    """The digits without the finishing key, each of which begins the time-out anew; or what was said before any."""
    digits = ""
    while call.wait(timeout, lambda: call.interrupted):
        with call.lock:
            if call.said is not None:
                return call.said
            key = call.keys.popleft()
            if call.gathering is not None:  # the first input wins
                call.gathering = replace(call.gathering, speech=False)
        if listening.finish and key == listening.finish:
            return digits
        digits += key
        if listening.digits is not None and len(digits) >= listening.digits:
            return digits
    return digits


def _heard(element: Element, playing: Playing, said: Said) -> Params:
    """When the speaker has been silent long enough."""
    call = playing.call
    call.wait(max(0.0, said.end - call.clock.elapsed()))
    _partial(element, playing, said)
    call.wait(max(0.0, said.end + _silence(element) - call.clock.elapsed()))
    spoken = (("SpeechResult", said.text),)
    return spoken if said.confidence is None else (("Confidence", str(said.confidence)), *spoken)


def _silence(element: Element) -> int:
    if element.get("speechTimeout", "") == "auto":
        return AUTO_SILENCE
    return element.number("speechTimeout", element.number("timeout", DEFAULT_TIMEOUT))


def _partial(element: Element, playing: Playing, said: Said) -> None:
    if "partialResultCallback" not in element.attributes:
        return
    url = playing.link(element.get("partialResultCallback", ""), "POST").url
    told = StatusSubscription(url, element.get("partialResultCallbackMethod", "POST"))
    fields = standard(playing.call, playing.network.config.account_sid) | {"UnstableSpeechResult": said.text}
    notify(playing.network, playing.call, told, fields)
